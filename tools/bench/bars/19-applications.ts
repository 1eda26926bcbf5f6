import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCluster } from '@pilothouse/control-plane';
import { followAuditLog, type AuditEvent } from '../src/audit-log.ts';
import type { Bar } from '../src/bar.ts';
import { load } from '../src/load.ts';
import { dropNamespaces } from '../src/namespaces.ts';
import type { Platform } from '../src/platform.ts';
import { cpuDuring } from '../src/process-meter.ts';
import { startRelay, type Relay } from '../src/relay.ts';
import { mustBe } from '../src/rows.ts';

const namespace = 'bench-shop';

const applications = 200;
const instancesOfEach = 5;
const instances = applications * instancesOfEach;
const awayMs = 120_000;
/** How long the reconciler gets to be done with everything that was created. */
const mostMs = 600_000;
const idleMs = 60_000;

export const manyApplications: Bar = {
  number: 19,
  title: 'applications whose clusters were away',
  async run(world) {
    const clusters = { side: await world.side(), other: await world.other() };
    const platform = await world.startPlatform();
    const relays: Relay[] = [];
    try {
      for (const cluster of Object.values(clusters)) await dropNamespaces(cluster, [namespace], true);
      for (const [name, cluster] of Object.entries(clusters))
        relays.push(await registerBehindRelay(platform, name, cluster));
      await sleep(idleMs);
      const bare = await cpuDuring(platform.pid, () => sleep(idleMs));
      world.say(`bar 19: ${applications} applications of ${instancesOfEach} instances each`);
      const ids = await createApplications(platform, Object.keys(clusters));
      await nothingIsDue(platform, mostMs);
      // what has just been applied is followed until its Pods run
      await sleep(idleMs);
      const idle = await cpuDuring(platform.pid, () => sleep(idleMs));

      world.say(`bar 19: both clusters are away for ${awayMs / 1000} s`);
      const goneAt = performance.now();
      for (const relay of relays) relay.blackHole();
      await load(applications, 4, (index) => change(platform, ids[index] ?? ''));
      await sleep(awayMs - (performance.now() - goneAt));
      const calls = await Promise.all(Object.values(clusters).map(followAuditLog));
      const backAt = performance.now();
      for (const relay of relays) relay.heal();
      await nothingIsDue(platform, mostMs);
      const back = performance.now() - backAt;
      mustBe('instances at their newest version', await inPlace(platform), instances);
      const asked = (await Promise.all(calls.map((events) => events())))
        .flat()
        .filter((event) => event.userAgent === 'pilothouse' && !isProbe(event));
      return [
        {
          what: `${instances} instances of two clusters that were away for two minutes, until all are right`,
          ours: back / 1000,
          reference: null,
          referenceWhat: '',
          unit: 's',
          limit: { of: 'value', most: 60 },
          note: 'all were changed meanwhile; the clusters took connections and did not answer',
        },
        {
          what: 'calls to the clusters for it',
          ours: asked.length,
          reference: instances,
          referenceWhat: 'one for each changed object',
          unit: 'calls',
          limit: { of: 'difference', most: Object.keys(clusters).length },
          note: `by the clusters’ audit logs: ${breakdown(asked)}; whether they answer is asked besides`,
        },
        {
          what: `processor time of the reconciler, ${instances} instances that nobody looks at`,
          ours: ((idle - bare) / (idleMs / 1000)) * 100,
          reference: null,
          referenceWhat: '',
          unit: '% of a core',
          limit: { of: 'value', most: 1 },
          note: `of the platform’s process over ${idleMs / 1000} s, less what it used before it had any`,
        },
      ];
    } finally {
      await platform.stop();
      for (const relay of relays) relay.close();
      for (const cluster of Object.values(clusters)) await dropNamespaces(cluster, [namespace]);
    }
  },
};

/** Registers a cluster whose line can be cut. */
async function registerBehindRelay(
  platform: Platform,
  name: string,
  { kubeconfig, server }: LocalCluster,
): Promise<Relay> {
  const relay = await startRelay(server);
  await platform.register(name, kubeconfig.replace(server, `https://127.0.0.1:${relay.port}`));
  return relay;
}

const spec = (level: string) => ({ container: { env: [{ name: 'LEVEL', value: level }] } });

/** A project with a namespace in each cluster, its applications, and their instances, which have no Pods. */
async function createApplications(platform: Platform, clusters: string[]): Promise<string[]> {
  let parent: string | null = null;
  for (const name of ['acme', 'games', 'shop'])
    parent = (await call(platform, 'post', '/tree', { name, displayName: name, description: '', parent })).id;
  const namespaces: string[] = [];
  for (const cluster of clusters) {
    const body = { cluster, namespace, create: true };
    namespaces.push((await call(platform, 'post', `/projects/${parent}/namespaces`, body)).id);
  }
  return load(applications, 4, async (index) => {
    const name = `app-${index}`;
    const body = { name, displayName: name, spec: spec('info') };
    const { id } = await call(platform, 'post', `/projects/${parent}/applications`, body);
    for (let lane = 0; lane < instancesOfEach; lane += 1)
      await call(platform, 'post', `/applications/${id}/instances`, {
        name: `lane-${lane}`,
        namespaceId: namespaces[lane % namespaces.length],
        spec: { image: 'registry.example.com/shop:1', replicas: 0 },
      });
    return id;
  });
}

/** Another version of what its instances share, which all of them take over. */
async function change(platform: Platform, id: string): Promise<void> {
  const body = { spec: spec('debug'), version: 1, rollOut: 'all' };
  await call(platform, 'put', `/applications/${id}`, body);
}

async function call(
  platform: Platform,
  method: 'post' | 'put',
  path: string,
  body: unknown,
): Promise<{ id: string }> {
  const answer = await (await platform.client())[method](path, body);
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function nothingIsDue(platform: Platform, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const due = await platform.metric('pilothouse_reconcile_units{state="due"}');
    if (due === 0) return;
    if (Date.now() > deadline) throw new Error(`${due} units are still due after ${withinMs / 1000} s`);
    await sleep(250);
  }
}

/** How many instances the clusters have as they should be. */
async function inPlace(platform: Platform): Promise<number> {
  const { instances: all } = JSON.parse((await platform.get('/instances')).text()) as {
    instances: { version: number; appliedVersion: number | null; error: unknown }[];
  };
  return all.filter(({ version, appliedVersion, error }) => appliedVersion === version && error === null)
    .length;
}

/** Whether a cluster is there, and what it is, is asked of every cluster now and then. */
const isProbe = ({ requestURI }: AuditEvent) =>
  /^\/(readyz|livez|healthz|version|openapi|apis?(\/[^/]+){0,2}$)/.test(requestURI);

/** How many of which: `1000 patch deployments`. */
function breakdown(asked: AuditEvent[]): string {
  const kinds = Map.groupBy(asked, ({ verb, objectRef }) => `${verb} ${objectRef?.resource ?? ''}`.trim());
  return [...kinds].map(([kind, { length }]) => `${length} ${kind}`).join(', ');
}
