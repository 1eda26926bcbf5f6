import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { endpoints } from '@pilothouse/contract';
import { fillScale, limitedKubeconfig, type LocalCluster } from '@pilothouse/control-plane';
import { createAccount } from '@pilothouse/e2e/support/accounts';
import { registerCluster } from '@pilothouse/e2e/support/clusters';
import { waitUntil } from '@pilothouse/e2e/support/processes';
import { namespace, runPods } from '../parts/soak-pods.ts';
import { churn } from '../parts/churner.ts';
import { LivePage } from '../parts/live-page.ts';
import { LogReader } from '../parts/log-reader.ts';
import { NumberedLines, writerScript } from '../parts/numbered-lines.ts';
import { podNames, settledDifferences } from '../parts/pod-versions.ts';
import { Shell } from '../parts/shell.ts';
import type { Platform } from '../platform.ts';
import { must, none, outcomeOf, type Figure, type Scenario } from '../scenario.ts';
import type { World } from '../world.ts';

interface Size {
  deployments: number;
  podsPerDeployment: number;
  seconds: number;
}

const whole = 'older';
const limited = 'older-limited';
const talker = { namespace, pod: 'talker', container: 'main' };
const lines = 80;

export const olderKubernetes: Scenario<Size> = {
  name: 'older-kubernetes',
  title:
    'Kubernetes 1.34 without WatchList: lists and watches equal kubectl’s, and exec, which a right to get is enough for there, wants the right to create here',
  realNode: true,
  // its programs are built only when asked for: no part of npm test
  sizes: {
    full: { deployments: 20, podsPerDeployment: 50, seconds: 60 },
    middle: { deployments: 10, podsPerDeployment: 20, seconds: 20 },
  },
  async run(world, size) {
    const cluster = await world.cluster({ realNode: true, kwokNodes: 20, kubernetes: '1.34' });
    await fillScale(cluster, { ...size, namespaces: 4 }, { signal: world.signal });
    const startAt = Math.round(Date.now() / 1000);
    await runPods(cluster, { talker: writerScript({ perSecond: 20, seconds: 4, startAt }) });
    const platform = await world.platform();
    await registerCluster(await platform.admin(), whole, cluster.kubeconfig);
    return outcomeOf([
      await versionOf(platform),
      ...(await listsAndWatches(world, cluster, platform, size)),
      ...(await logAndShell(platform)),
      ...(await execRights(cluster, platform)),
      none('golden manifests that its apiserver refuses', (await refusedManifests(cluster)).length),
    ]);
  },
};

async function versionOf(platform: Platform): Promise<Figure> {
  const api = await platform.admin();
  const { health } = await api.call(endpoints.probeCluster, { params: { cluster: whole } });
  const version = health.lastProbe?.version ?? 'none';
  return must('its version is shown', version.startsWith('v1.34.'), version);
}

async function listsAndWatches(
  world: World,
  cluster: LocalCluster,
  platform: Platform,
  size: Size,
): Promise<Figure[]> {
  const page = await LivePage.open(
    platform,
    { cluster: whole, group: 'core', plural: 'pods' },
    { sort: 'namespace,name', pageSize: 100 },
  );
  world.onClose(() => page.close());
  await waitUntil('the list is live', () => page.state === 'live', 60_000);
  const before = await settledDifferences(world, cluster, platform, whole, page);
  const changes = await churn(cluster, {
    pods: (await podNames(cluster)).filter((pod) => pod.namespace !== namespace),
    eventsPerSecond: 50,
    seconds: size.seconds,
    signal: world.signal,
  });
  const after = await settledDifferences(world, cluster, platform, whole, page);
  return [
    none('rows that differ from kubectl’s list', before.apart),
    { what: 'then', measured: `${changes.patches} patches, ${changes.deletes} deletions` },
    none('rows that differ after these', after.apart),
    none('rows of an open page that differ', after.onPage),
    none('errors on the open page', page.errors.length),
  ];
}

async function logAndShell(platform: Platform): Promise<Figure[]> {
  const numbers = new NumberedLines();
  const reader = await LogReader.open({
    platform,
    request: { purpose: 'log', cluster: whole, ...talker },
    lines: new Map([[talker.pod, numbers]]),
  });
  await waitUntil('the last line', () => numbers.last === lines, 30_000).catch(() => undefined);
  reader.close();
  const { missing, doubled } = numbers.tally(lines);
  return [
    none('lines of a log that are missing or doubled', missing + doubled),
    must('a shell answers', await shellAnswers(platform, whole)),
  ];
}

async function shellAnswers(platform: Platform, cluster: string): Promise<boolean> {
  const shell = await Shell.open(platform, { cluster, ...talker });
  try {
    return await shell.answers('echo $((40+2))', '42', 5000);
  } finally {
    shell.close();
  }
}

/** The cluster's credential may only get pods/exec, which it needs no more for before 1.35. */
async function execRights(cluster: LocalCluster, platform: Platform): Promise<Figure[]> {
  const kubeconfig = await limitedKubeconfig(cluster, {
    namespace,
    rules: [
      { apiGroups: [''], resources: ['pods', 'pods/exec', 'pods/log'], verbs: ['get', 'list', 'watch'] },
    ],
  });
  const admin = await platform.admin();
  await registerCluster(admin, limited, kubeconfig);
  const viewer = await createAccount(platform.url, admin, 'vera');
  const scope = { kind: 'cluster', cluster: limited } as const;
  await admin.call(endpoints.createGrant, {
    body: { subject: { kind: 'user', user: 'vera' }, role: 'viewer', scope },
  });
  const refused = await viewer.api.attempt(endpoints.createTicket, {
    body: { purpose: 'exec', cluster: limited, ...talker },
  });
  return [
    must(
      'with a credential that may only get pods/exec, the cluster opens a shell',
      await shellAnswers(platform, limited),
    ),
    must(
      'who may get pods but not create pods/exec is refused by the platform',
      refused.status === 403,
      String(refused.status),
    ),
  ];
}

/** What applications are rendered to, by strict validation; nothing is written. */
async function refusedManifests(cluster: LocalCluster): Promise<string[]> {
  const folder = join(import.meta.dirname, '../../../../packages/manifests/src/golden');
  const refused: string[] = [];
  await cluster.kubectl('create', 'namespace', 'shop-test');
  for (const name of await readdir(folder)) {
    const strictly = ['--server-side', '--dry-run=server', '--validate=strict', '-f', join(folder, name)];
    await cluster.kubectl('apply', ...strictly).catch(() => refused.push(name));
  }
  return refused;
}
