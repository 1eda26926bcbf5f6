import type { LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { breakableLine, type BreakableLine } from '../../reconcile/testing/breakable-line.ts';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';
import type { TestAnswer } from '../../testing/test-client.ts';
import { makeProject, noRows, rowsOf, writtenIn } from './testing/project-world.ts';

const names = `deletes-${Date.now().toString(36)}`;
const namespace = (name: string) => `${names}-${name}`;

let api: TestApi;
let cluster: LocalCluster;
let line: BreakableLine;

beforeAll(async () => {
  cluster = await sharedTestCluster();
  line = await breakableLine(cluster);
  api = await startTestApi({ config: { allowLoopbackClusters: true } });
  await api.admin.post('/clusters', { name: 'quay', kubeconfig: cluster.kubeconfig });
  await api.admin.post('/clusters', { name: 'buoy', kubeconfig: line.kubeconfig });
  for (const name of ['adopted', 'away-near']) await cluster.kubectl('create', 'namespace', namespace(name));
});
afterAll(async () => {
  line?.close();
  await api?.stop();
  const all = await cluster?.kubectl('get', 'namespaces', '-o', 'name');
  for (const name of all?.split('\n').filter((each) => each.includes(names)) ?? [])
    await cluster.kubectl('delete', name, '--wait=false', '--ignore-not-found');
});

const refusal = ({ status, body }: TestAnswer) => [status, body.error?.code];
const stateOf = async (operation: string) => (await api.admin.get(`/operations/${operation}`)).body.state;
const itemsOf = async (operation: string) =>
  (await api.admin.get(`/operations/${operation}/items?pageSize=100`)).body.items as {
    target: string;
    state: string;
    step: { code: string; params: object } | null;
    result: { code: string } | null;
  }[];
const isThere = async (name: string) =>
  (await cluster.kubectl('get', 'namespace', name, '-o', 'name', '--ignore-not-found')) !== '';

test('all of a project goes, in order; what was there before stays, and the plan has said so', async () => {
  const [made, adopted] = [namespace('made'), namespace('adopted')];
  const project = await makeProject(api, 'cascades', [
    { cluster: 'quay', namespace: made, create: true },
    { cluster: 'quay', namespace: adopted, create: false },
  ]);
  await api.admin.post(`/projects/${project.id}/registries`, {
    host: 'ghcr.io',
    username: 'tiger',
    password: 'scott',
  });
  await expect.poll(async () => (await writtenIn(cluster, adopted)).length).toBe(7);
  const address = `/projects/${project.id}/deletion`;
  const { body: plan } = await api.admin.get(address);
  const place = (of: string) => ({ cluster: 'quay', namespace: of });
  expect(plan).toEqual({
    path: project.path,
    applications: [{ path: `${project.path}.cart`, secrets: ['TOKEN'] }],
    instances: [made, adopted].map((of, index) => ({
      path: `${project.path}.cart`,
      name: `i-${index}`,
      ...place(of),
    })),
    cronJobs: [made, adopted].map((of, index) => ({ name: `c-${index}`, ...place(of) })),
    registries: ['ghcr.io'],
    namespaces: [
      { ...place(made), fate: 'deleted', isReachable: true },
      { ...place(adopted), fate: 'adopted', isReachable: true },
    ],
  });
  expect(refusal(await api.admin.post(address, { path: 'cascades.games' }))).toEqual([400, 'invalidField']);
  const { status, body } = await api.admin.post(address, { path: project.path });
  expect(status).toBe(202);
  await expect.poll(() => stateOf(body.operation)).toBe('succeeded');
  expect((await itemsOf(body.operation)).map(({ target, result }) => [target, result?.code])).toEqual([
    [`quay/${made}`, 'takenBack'],
    [`quay/${adopted}`, 'namespaceKept'],
    [`${project.path}.cart`, 'takenBack'],
    [project.path, 'takenBack'],
  ]);
  expect(await rowsOf(api, project)).toEqual(noRows);
  expect([await isThere(made), await isThere(adopted)]).toEqual([false, true]);
  expect(await writtenIn(cluster, adopted)).toEqual([]);
  const { body: log } = await api.admin.get(`/audit?q=${project.path}&pageSize=100`);
  const rows = (log.items as { code: string; name: string }[]).map(({ code, name }) => `${code} ${name}`);
  for (const row of [
    `project.delete ${project.path}`,
    `instance.delete ${project.path}.cart/i-1`,
    `cronJob.delete ${project.path}/c-0`,
    `project.deleteNamespace ${project.path}`,
    `project.closeNamespace ${project.path}`,
    `application.delete ${project.path}.cart`,
  ])
    expect(rows).toContain(row);
});

test('who may not delete namespaces of a cluster leaves them there; who has no right on the project changes nothing', async () => {
  const kept = namespace('kept');
  const place = { cluster: 'quay', namespace: kept, create: true };
  const project = await makeProject(api, 'leaves', [place]);
  const scope = { kind: 'tree' as const, node: project.id };
  const developer = await api.signUp('leaves-developer', [{ role: 'developer', scope }]);
  const address = `/projects/${project.id}/deletion`;
  expect(refusal(await developer.get(address))).toEqual([403, 'forbidden']);
  expect(refusal(await developer.post(address, { path: project.path }))).toEqual([403, 'forbidden']);
  const operator = await api.signUp('leaves-operator', [{ role: 'operator', scope }]);
  expect((await operator.get(address)).body.namespaces).toMatchObject([{ fate: 'noRight' }]);
  const { body } = await operator.post(address, { path: project.path });
  // the grant on the project ends with it, and the operation does all the same
  await expect.poll(() => stateOf(body.operation)).toBe('succeeded');
  expect(await isThere(kept)).toBe(true);
  expect([await writtenIn(cluster, kept), await rowsOf(api, project)]).toEqual([[], noRows]);
});

test('a cluster that is away is named and waited for; the others are done meanwhile, and the rest waits', async () => {
  const [far, near] = [namespace('away-far'), namespace('away-near')];
  const project = await makeProject(api, 'waits', [
    { cluster: 'buoy', namespace: far, create: true },
    { cluster: 'quay', namespace: near, create: false },
  ]);
  line.cut();
  const { body } = await api.admin.post(`/projects/${project.id}/deletion`, { path: project.path });
  const { operation } = body;
  await expect
    .poll(async () => (await itemsOf(operation)).map(({ state }) => state))
    .toEqual(['running', 'succeeded', 'queued', 'queued']);
  expect(await writtenIn(cluster, near)).toEqual([]);
  const [{ id } = { id: '' }] = (await itemsOf(operation)) as unknown as { id: string }[];
  const parts = async () =>
    (await api.admin.get(`/operations/${operation}/items?parent=${id}`)).body.items.map(
      ({ step }: { step: object | null }) => step,
    );
  const waits = { code: 'waitsForCluster', params: { cluster: 'buoy' } };
  await expect.poll(parts).toMatchObject([waits, waits]);
  line.mend();
  await expect.poll(() => stateOf(operation)).toBe('succeeded');
  expect([await isThere(far), await rowsOf(api, project)]).toEqual([false, noRows]);
});
