// Depends on: tools/start, tools/control-plane, apps/api/src, prisma
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildTools, type LocalCluster } from '@pilothouse/control-plane';
import { findLeftovers, sharedTestCluster } from '@pilothouse/control-plane/testing';
import { endpoints, endpointsOfActions } from '@pilothouse/contract';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openApiShell } from './support/api-shell.ts';
import { signInToApi, type ApiClient } from './support/api.ts';
import { registerCluster } from './support/clusters.ts';
import { killAll, processesOf, waitUntil } from './support/processes.ts';
import { startProduct, type Product, type ProductOptions } from './support/product.ts';
import { adminOf } from './support/scene.ts';
import { adminPassword } from './support/sign-in.ts';
import { appliedIn, evictionsOf } from './support/cluster-audit.ts';
import { drainedNodes, uidOf } from './support/drained-nodes.ts';
import { openSlowLine } from './support/slow-line.ts';

const nodes = Array.from({ length: 12 }, (_, index) => `kwok-${index + 1}`);

let folder: string;
let cluster: LocalCluster;
let product: Product;
let admin: ApiClient;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'pilothouse-killed-')));
  cluster = await sharedTestCluster('killed', { kwokNodes: nodes.length, landscape: 'demo' });
  product = await startProduct({ dataFolder: dataFolderOf('main') });
  admin = await adminOf(product);
});
afterAll(async () => {
  await product?.stop();
  const left = processesOf(folder).map(({ command }) => command);
  await killAll(folder);
  rmSync(folder, { recursive: true, force: true });
  if (left.length > 0) throw new Error(`Left running: ${left.join('\n')}`);
});

// A platform that one test could not start again is not the next one's failure
beforeEach(async () => {
  if (processesOf(product.dataFolder).length === 0) await killMainAndStart();
});

let tries = 0;
/** What a test registers or makes is its own at every try. */
function own(name: string): string {
  tries += 1;
  return `${name}-${tries}`;
}

function dataFolderOf(name: string): string {
  return join(folder, name);
}

const databases = (dataFolder: string) =>
  processesOf(dataFolder).filter(({ command }) => /mariadbd|mysqld/.test(command));

/** kill -9 of the whole platform, and another start that finds what it left, and what has happened meanwhile. */
async function killAndStart(
  options: ProductOptions & { dataFolder: string },
  meanwhile: () => Promise<void> = async () => {},
): Promise<Product> {
  await killAll(options.dataFolder);
  await meanwhile();
  const next = await startProduct(options);
  expect(next.firstPassword).toBeNull();
  expect(databases(options.dataFolder)).toHaveLength(1);
  return next;
}

async function killMainAndStart(meanwhile?: () => Promise<void>): Promise<void> {
  product = await killAndStart({ dataFolder: product.dataFolder }, meanwhile);
  admin = await signInToApi(product.url, 'admin', adminPassword);
}

const audit = async (query: { code: string; outcome?: 'pending' | 'succeeded' | 'unknown' }) =>
  (await admin.call(endpoints.listAudit, { query: { ...query, pageSize: 500 } })).items;

test('killed during the first migration: each start goes on, and the last one has a whole database', async () => {
  const dataFolder = dataFolderOf(own('migration'));
  const hadToMigrate = new Set<number>();
  const delaysMs = [0, 15];
  for (const [start, delayMs] of delaysMs.entries()) {
    const { promise: killed, resolve: kill } = Promise.withResolvers<void>();
    const starting = startProduct({
      dataFolder,
      onLine: (line) => {
        if (!line.includes('migrations:')) return;
        hadToMigrate.add(start);
        setTimeout(() => kill(killAll(dataFolder)), delayMs);
      },
    });
    await expect(starting).rejects.toThrow('npm start ended');
    await killed;
  }
  const last = await startProduct({
    dataFolder,
    onLine: (line) => {
      if (line.includes('migrations:')) hadToMigrate.add(delaysMs.length);
    },
  });
  // Each start found that there was still something to do
  expect(hadToMigrate.size).toBe(delaysMs.length + 1);
  expect(databases(dataFolder)).toHaveLength(1);
  const api = await adminOf(last);
  expect((await api.call(endpoints.listClusters, {})).items).toEqual([]);
  await last.stop();
});

test('killed during a registration: nothing is half registered, and the audit shows what was under way', async () => {
  const harbour = own('harbour');
  const rowsOf = async (outcome: 'pending' | 'unknown') =>
    (await audit({ code: 'cluster.create', outcome })).filter(({ name }) => name === harbour);
  const line = await openSlowLine(cluster, 0);
  line.hold();
  const registering = registerCluster(admin, harbour, line.kubeconfig).catch((error: unknown) => error);
  await waitUntil('it is under way', async () => (await rowsOf('pending')).length === 1);
  await killMainAndStart();
  expect(await registering).toBeInstanceOf(Error);
  line.close();

  const { items } = await admin.call(endpoints.listClusters, {});
  expect(items.map(({ name }) => name)).not.toContain(harbour);
  await waitUntil('nobody waits for its end', async () => (await rowsOf('unknown')).length === 1, 30_000);
  const [row] = await rowsOf('unknown');
  expect(row).toMatchObject({ user: 'admin', name: harbour, status: null, reason: null });
  await registerCluster(admin, harbour, cluster.kubeconfig);
});

test('killed during a batch cordon: the operation goes on to its end', async () => {
  await cluster.kubectl('uncordon', ...nodes);
  const line = await openSlowLine(cluster, 100);
  const far = own('far');
  await registerCluster(admin, far, line.kubeconfig);
  const rowsOf = async (outcome: 'pending' | 'unknown' | 'succeeded') =>
    (await audit({ code: 'resource.action', outcome })).filter((row) => row.cluster === far);
  const { operation } = await admin.call(endpointsOfActions.cordon.many!, {
    params: { cluster: far, group: 'core', plural: 'nodes' },
    body: { targets: nodes.map((name) => ({ name })) },
  });
  const state = () => admin.call(endpoints.getOperation, { params: { operation } });
  await waitUntil('a part of it is done', async () => (await state()).counts.done > 0);
  line.hold();
  let done = 0;
  // answers that had passed already are still being told
  await waitUntil('others wait for the cluster', async () => {
    const before = done;
    await sleep(1000);
    ({ done } = (await state()).counts);
    return done === before && (await rowsOf('pending')).length === 4;
  });
  expect(done).toBeLessThan(nodes.length);
  await killMainAndStart(async () => line.release());

  await waitUntil('it has ended', async () => (await state()).endedAt !== null, 60_000);
  expect(await state()).toMatchObject({ state: 'succeeded', counts: { total: nodes.length, failed: 0 } });
  // Those whose answer was lost on the line are found done
  const { items } = await admin.call(endpoints.listOperationItems, {
    params: { operation },
    query: { pageSize: 500 },
  });
  for (const { result } of items) expect(['done', 'alreadySo']).toContain(result?.code);
  const unschedulable = [
    '-o',
    'jsonpath={range .items[?(@.spec.unschedulable)]}{.metadata.name}{"\\n"}{end}',
  ];
  const cordoned = await cluster.kubectl('get', 'nodes', ...unschedulable);
  expect(cordoned.trim().split('\n').toSorted()).toEqual(nodes.toSorted());
  const unknown = async () => (await rowsOf('unknown')).length;
  await waitUntil('what the killed process began is closed', async () => (await unknown()) >= 4, 30_000);
  expect(new Set((await rowsOf('succeeded')).map(({ name }) => name))).toEqual(new Set(nodes));
  line.close();
});

test('killed in the middle of a drain of 5 nodes with 100 pods each: it goes on, and evicts none twice and leaves none out', async () => {
  const prefix = own('drained');
  const uid = await uidOf(cluster, 'node', 'kwok-1');
  const { made, names, selector } = drainedNodes({ prefix, nodes: 5, podsEach: 100, uid });
  await cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: made }));
  const label = ['-n', 'default', '-l', selector];
  await cluster.kubectl('wait', 'pods', ...label, '--for=jsonpath={.status.phase}=Running', '--timeout=110s');
  const line = await openSlowLine(cluster, 100);
  const dry = own('dry');
  await registerCluster(admin, dry, line.kubeconfig);
  const { operation } = await admin.call(endpointsOfActions.drain.many!, {
    params: { cluster: dry, group: 'core', plural: 'nodes' },
    body: { targets: names.map((name) => ({ name })), parameters: { nodesAtOnce: 5 } },
  });
  const state = () => admin.call(endpoints.getOperation, { params: { operation } });
  await waitUntil('some pods are gone', async () => (await state()).counts.done > 50, 60_000);
  await killMainAndStart();
  expect((await state()).endedAt).toBeNull();
  await waitUntil('it has ended', async () => (await state()).endedAt !== null, 120_000);
  expect(await state()).toMatchObject({ state: 'succeeded', counts: { failed: 0 } });
  expect(await cluster.kubectl('get', 'pods', ...label, '-o', 'name')).toBe('');
  const evictions = await evictionsOf(cluster, prefix);
  const accepted = evictions.filter(({ code }) => code === 201).map(({ pod }) => pod);
  expect(new Set(accepted).size).toBe(accepted.length);
  // of one that was at work when its sender was killed the cluster may have noted another end
  expect(new Set(evictions.map(({ pod }) => pod)).size).toBe(500);
  expect(accepted.length).toBeGreaterThan(480);
  line.close();
});

test('killed in the middle of rolling out a template: it goes on, what was done is not done again, and all it made is named', async () => {
  const quay = own('quay');
  const template = own('many');
  const names = Array.from({ length: 40 }, (_, index) => `${template}-${index}`);
  const text = names
    .map((name) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {a: "\${word}"}\n`)
    .join('---\n');
  const variables = [{ name: 'word', type: 'string' as const }];
  await admin.call(endpoints.createTemplate, { body: { name: template, text, variables } });
  const line = await openSlowLine(cluster, 100);
  await registerCluster(admin, quay, line.kubeconfig);
  const what = { template, version: 1, values: { word: 'ahoy' }, namespaces: ['default'] };
  const { documents } = await admin.call(endpoints.planTask, { params: { cluster: quay }, body: what });
  const chosen = documents.map(({ into, index, target }) => ({ into, index, target }));
  const { task, operation } = await admin.call(endpoints.runTask, {
    body: { ...what, clusters: [{ cluster: quay, documents: chosen }] },
  });
  const state = () => admin.call(endpoints.getOperation, { params: { operation } });
  const made = async () =>
    (await admin.call(endpoints.listTaskObjects, { params: { task }, query: { pageSize: 500 } })).items;
  await waitUntil('some are made', async () => (await state()).counts.done > 5);
  const done = new Set((await made()).flatMap((each) => (each.state === 'created' ? [each.name] : [])));
  await killMainAndStart();
  expect((await state()).endedAt).toBeNull();

  await waitUntil('it has ended', async () => (await state()).endedAt !== null, 60_000);
  expect(await state()).toMatchObject({ state: 'succeeded', counts: { total: names.length, failed: 0 } });
  const objects = await made();
  expect(objects.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  expect(objects.filter((each) => each.state !== 'created' || each.uid === null)).toEqual([]);
  const there = await cluster.kubectl('get', 'configmaps', '-n', 'default', '-o', 'name');
  expect(names.filter((name) => !there.includes(`configmap/${name}\n`))).toEqual([]);
  const applied = await appliedIn(cluster, template);
  for (const name of done) expect([name, applied.filter((each) => each === name).length]).toEqual([name, 1]);
  // whatever was on its way is sent once more, and no more than that
  for (const name of names) expect(applied.filter((each) => each === name).length).toBeLessThanOrEqual(2);
  await admin.call(endpoints.takeBackTask, { params: { task } });
  await waitUntil(
    'all is taken back',
    async () => (await made()).every((each) => each.state === 'takenBack'),
    60_000,
  );
  line.close();
});

test('killed with a shell open: its processes in the pod are ended as soon as the cluster answers, and the shell says why', async () => {
  const pier = own('pier');
  await registerCluster(admin, pier, cluster.kubeconfig);
  const place = { cluster: pier, namespace: 'demo', pod: 'shell', container: 'shell' };
  const inPod = () => cluster.kubectl('exec', '-n', 'demo', 'shell', '--', 'ps', '-o', 'args');
  const shell = await openApiShell(product.url, admin, place);
  shell.type('sleep 4242 & (trap "" HUP; sleep 3434) & sleep 2424');
  await waitUntil('all run in the pod', async () => /4242[^]*3434[^]*2424/.test(await inPod()));
  await killMainAndStart(() => cluster.killApiServer());
  const terminals = async () =>
    (await admin.call(endpoints.listTerminals, { query: { cluster: pier } })).items;
  expect(await terminals()).toMatchObject([{ endReason: null }]);
  await cluster.startApiServer();

  await waitUntil('the shell has ended', async () => (await terminals())[0]?.endedAt !== null, 60_000);
  expect(await inPod()).not.toMatch(/sleep (4242|3434|2424)/);
  const [item] = await terminals();
  expect(item).toMatchObject({ user: 'admin', pod: 'shell', endReason: 'platformRestart' });
  const opened = (await audit({ code: 'shell.open' })).filter((row) => row.cluster === pier);
  expect(opened).toMatchObject([{ outcome: 'succeeded', reason: 'platformRestart' }]);
});

/** A cache that has every program but one, so that there is something to build. */
async function cacheWithoutEtcd(): Promise<string> {
  const home = join(folder, own('cache'));
  for (const path of Object.values(await buildTools())) {
    const target = join(home, 'pilothouse', basename(dirname(path)));
    mkdirSync(target, { recursive: true });
    if (basename(path) !== 'etcd') symlinkSync(path, join(target, basename(path)));
  }
  return home;
}

test('killed while the demo cluster is built, and while it starts: it goes on, and nothing of it stays', async () => {
  const goCache = execFileSync('go', ['env', 'GOCACHE'], { encoding: 'utf8' }).trim();
  const cache = await cacheWithoutEtcd();
  const options = {
    dataFolder: dataFolderOf(own('demo')),
    settings: { PILOTHOUSE_DEMO: 'auto', XDG_CACHE_HOME: cache, GOCACHE: goCache },
  };
  const directory = join(options.dataFolder, 'clusters', 'demo');
  let run = await startProduct(options);
  let api = await adminOf(run);
  const { operation } = await api.call(endpoints.getDemo, {});
  const steps = async () => {
    const params = { operation: operation ?? '' };
    return (await api.call(endpoints.listOperationItems, { params, query: {} })).items;
  };
  const underWay = async (target: string) =>
    JSON.stringify((await steps()).find((step) => step.target === target)?.step ?? null);

  await waitUntil('etcd is built', async () => /etcd/.test(await underWay('buildControlPlane')));
  run = await killAndStart(options);
  api = await signInToApi(run.url, 'admin', adminPassword);
  expect(await api.call(endpoints.getDemo, {})).toMatchObject({ state: 'starting', operation });

  await waitUntil(
    'it starts',
    async () => /apiserver|controllers/.test(await underWay('startCluster')),
    120_000,
  );
  await killAll(options.dataFolder);
  expect(await findLeftovers(directory)).not.toEqual([]);
  run = await startProduct(options);
  api = await signInToApi(run.url, 'admin', adminPassword);
  await waitUntil(
    'it has ended',
    async () => (await api.call(endpoints.getDemo, {})).state !== 'starting',
    120_000,
  );
  expect(await api.call(endpoints.getDemo, {})).toEqual({ state: 'running', reason: null, operation });
  expect((await steps()).map(({ state }) => state)).toEqual((await steps()).map(() => 'succeeded'));
  const { items } = await api.call(endpoints.listClusters, {});
  expect(items.map(({ name, health }) => [name, health.state])).toEqual([['demo', 'healthy']]);

  await run.stop();
  expect(await findLeftovers(directory)).toEqual([]);
  expect(readdirSync(join(cache, 'pilothouse'), { recursive: true }).join()).not.toContain('.partial');
});
