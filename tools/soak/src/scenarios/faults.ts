import { setTimeout as sleep } from 'node:timers/promises';
import { endpoints } from '@pilothouse/contract';
import type { LocalCluster } from '@pilothouse/control-plane';
import { registerCluster } from '@pilothouse/e2e/support/clusters';
import { waitUntil } from '@pilothouse/e2e/support/processes';
import { namespace, runPods } from '../parts/soak-pods.ts';
import { churn } from '../parts/churner.ts';
import { LivePage } from '../parts/live-page.ts';
import { secondsUntilNode } from '../parts/node-state.ts';
import { podNames, settledDifferences } from '../parts/pod-versions.ts';
import type { Platform } from '../platform.ts';
import { atMost, must, none, outcomeOf, within, type Figure, type Scenario } from '../scenario.ts';
import type { World } from '../world.ts';

interface Size {
  /** Pods that wait for a node for ever: something to change. */
  pods: number;
  eventsPerSecond: number;
  etcdStopSeconds: number;
}

const registered = 'faulty';

export const faults: Scenario<Size> = {
  name: 'faults',
  title:
    'What breaks in a cluster: etcd and the kubelet stopped for a while, the apiserver killed under load',
  realNode: true,
  sizes: {
    full: { pods: 2000, eventsPerSecond: 200, etcdStopSeconds: 30 },
    middle: { pods: 500, eventsPerSecond: 100, etcdStopSeconds: 30 },
    small: { pods: 60, eventsPerSecond: 30, etcdStopSeconds: 12 },
  },
  async run(world, size) {
    const cluster = await world.cluster({ realNode: true });
    await runPods(cluster, { steady: 'trap exit TERM; while :; do sleep 3600 & wait $!; done' });
    await cluster.apply(JSON.stringify(waitingPods(size.pods)));
    const platform = await world.platform();
    await registerCluster(await platform.admin(), registered, cluster.kubeconfig);
    const params = { cluster: registered, group: 'core', plural: 'pods' };
    const page = await LivePage.open(platform, params, { sort: 'name', pageSize: 100 });
    world.onClose(() => page.close());
    const complete = () => page.state === 'live' && page.total === size.pods + 1;
    await waitUntil('all pods are there', complete, 120_000);

    const scene = { world, cluster, platform, page, size };
    return outcomeOf([
      ...(await stopEtcd(scene)),
      ...(await stopKubelet(scene)),
      ...(await killApiServer(scene)),
      none('errors on the open page', page.errors.length),
    ]);
  },
};

interface Scene {
  world: World;
  cluster: LocalCluster;
  platform: Platform;
  page: LivePage;
  size: Size;
}

async function stopEtcd({ world, cluster, platform, page, size }: Scene): Promise<Figure[]> {
  world.say(`stopping etcd for ${size.etcdStopSeconds} s`);
  const begun = performance.now();
  await cluster.signal('etcd', 'SIGSTOP');
  let list: number;
  let read: { seconds: number; code: string | undefined };
  try {
    list = await secondsOf(() => ask(platform, {}));
    read = await readPod(platform);
    const left = size.etcdStopSeconds * 1000 - (performance.now() - begun);
    await sleep(Math.max(0, left), undefined, { signal: world.signal });
  } finally {
    await cluster.signal('etcd', 'SIGCONT');
  }
  const mark = `etcd-${Date.now()}`;
  const continued = performance.now();
  const label = ['label', 'pod', 'steady', '--namespace', namespace, '--overwrite', `mark=${mark}`];
  const seen = async () => {
    // the apiserver may still be catching its breath
    await cluster.kubectl(...label).catch(() => undefined);
    return (await ask(platform, { labelSelector: `mark=${mark}` })).total === 1;
  };
  const back = await waitUntil('a change is seen', seen, 60_000).then(
    () => (performance.now() - continued) / 1000,
    () => undefined,
  );
  const { apart } = await settledDifferences(world, cluster, platform, registered, page);
  return [
    { what: 'etcd stopped for', measured: `${size.etcdStopSeconds} s` },
    atMost('meanwhile: a list answers from the store', list, 1, ' s'),
    atMost('meanwhile: a read that only etcd can answer is given up', read.seconds, 12, ' s'),
    must('and says why', read.code !== undefined, read.code ?? 'it was answered'),
    within('after it went on: a change is seen', back, 30),
    none('rows that differ from kubectl’s list then', apart),
  ];
}

async function stopKubelet({ world, cluster, platform }: Scene): Promise<Figure[]> {
  world.say('stopping the kubelet');
  await cluster.signal('kubelet', 'SIGSTOP');
  let notReady: number | undefined;
  try {
    notReady = await secondsUntilNode(platform, registered, 'NotReady', 90);
  } finally {
    await cluster.signal('kubelet', 'SIGCONT');
  }
  const ready = await secondsUntilNode(platform, registered, 'Ready', 90);
  return [
    within('kubelet stopped: its node is shown as NotReady', notReady, 60),
    within('kubelet continued: its node is shown as Ready', ready, 60),
  ];
}

async function killApiServer({ world, cluster, platform, page, size }: Scene): Promise<Figure[]> {
  world.say('killing the apiserver while pods change');
  const load = { eventsPerSecond: size.eventsPerSecond, seconds: 10, signal: world.signal };
  const changing = churn(cluster, { pods: await podNames(cluster), ...load }).catch(() => undefined);
  await sleep(5000, undefined, { signal: world.signal });
  const killed = performance.now();
  await cluster.killApiServer();
  const stale = await waitUntil('the page is stale', () => page.state === 'stale', 30_000).then(
    () => (performance.now() - killed) / 1000,
    () => undefined,
  );
  await changing;
  const started = performance.now();
  await cluster.startApiServer();
  const loadAgain = churn(cluster, { pods: await podNames(cluster), ...load });
  const live = await waitUntil('the page is live', () => page.state === 'live', 60_000).then(
    () => (performance.now() - started) / 1000,
    () => undefined,
  );
  const changes = await loadAgain;
  const { apart, onPage } = await settledDifferences(world, cluster, platform, registered, page);
  return [
    within('apiserver killed: the open page says that it is stale', stale, 15),
    within('apiserver started again: the page is live', live, 60),
    { what: 'changes after that', measured: `${changes.patches} patches, ${changes.deletes} deletions` },
    none('rows that differ from kubectl’s list then', apart),
    none('rows of the open page that differ from it', onPage),
  ];
}

async function ask(platform: Platform, query: object) {
  const params = { cluster: registered, group: 'core', plural: 'pods' };
  return (await platform.admin()).call(endpoints.listResources, { params, query });
}

/** Reads an object live; with the code of the refusal, if it was one. */
async function readPod(platform: Platform): Promise<{ seconds: number; code: string | undefined }> {
  const params = { cluster: registered, group: 'core', plural: 'pods', namespace, name: 'steady' };
  const api = await platform.admin();
  let code: string | undefined;
  const seconds = await secondsOf(async () => {
    ({ code } = await api.attempt(endpoints.getResource, { params }));
  });
  return { seconds, code };
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

const waitingPods = (replicas: number) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'waiting', namespace },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'waiting' } },
    template: {
      metadata: { labels: { app: 'waiting' } },
      spec: {
        nodeSelector: { nowhere: 'at-all' },
        containers: [{ name: 'main', image: 'localhost/busybox:1' }],
      },
    },
  },
});
