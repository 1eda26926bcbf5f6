import { afterAll, beforeAll, expect, test } from 'vitest';
import { breakableLine, type BreakableLine } from '../../../reconcile/testing/breakable-line.ts';
import type { TestAnswer, TestClient } from '../../../testing/test-client.ts';
import { ApplicationWorld, image, kwokDefaults } from '../testing/application-world.ts';

const world = new ApplicationWorld('moves');
/** The same cluster as another one, which can be taken away. */
let line: BreakableLine;

beforeAll(async () => {
  line = await breakableLine(world.cluster);
  await world.admin.post('/clusters', { name: 'buoy', kubeconfig: line.kubeconfig });
});
afterAll(() => line?.close());

const spec = {
  container: { ports: [{ name: 'http', containerPort: 8080 }] },
  service: { type: 'ClusterIP', over: 'instance' },
};
/** Where Pods find no node. */
const nowhere = { nodeSelector: { type: 'nowhere' } };
/** Deadlines pass, and machines are busy. */
const patienceMs = 180_000;
const refusal = ({ status, body }: TestAnswer) => [status, body.error?.code];

interface Moving {
  cart: string;
  project: string;
  namespace: string;
  /** The instance, by what it answers to. */
  at: string;
  id: string;
}

/** An instance that runs in `quay`. */
async function running(company: string): Promise<Moving> {
  const { project, namespaceId, namespace } = await world.project(company);
  const cart = await world.application(project, 'cart', spec);
  await world.admin.patch(`/applications/${cart}/secrets`, { secrets: { TOKEN: 'x' } });
  const id = await world.instance(cart, namespaceId, 'main');
  await world.phase(cart, id, 'running');
  return { cart, project, namespace, id, at: `/applications/${cart}/instances/${id}` };
}

const move = (at: string, namespaceId: string, more: object = {}, client: TestClient = world.admin) =>
  client.post(`${at}/move`, { namespaceId, ...more });

async function started(at: string, namespaceId: string, more: object = {}): Promise<string> {
  const { status, body } = await move(at, namespaceId, more);
  expect([status, body.error]).toEqual([202, undefined]);
  return body.operation;
}

/** What is written of the project, by kind and name; a Deployment with its uid and generation. */
async function writtenIn(namespace: string): Promise<string[]> {
  const selector = 'app.kubernetes.io/managed-by=pilothouse';
  const kinds = 'deployments,services,secrets';
  const text = await world.cluster.kubectl('get', kinds, '-n', namespace, '-l', selector, '-o', 'json');
  const { items } = JSON.parse(text) as {
    items: { kind: string; metadata: { name: string; uid: string; generation?: number } }[];
  };
  return items.map(({ kind, metadata: { name, uid, generation } }) =>
    [kind, name, ...(kind === 'Deployment' ? [uid, generation] : [])].join(' '),
  );
}
const namesIn = async (namespace: string) =>
  (await writtenIn(namespace)).map((text) => text.split(' ').slice(0, 2).join('/'));
const all = ['Deployment/cart-main', 'Service/cart-main'];

test(
  'the old one stays as it was until the new one is ready, and then it goes, with what is shared',
  async () => {
    const { cart, project, namespace, id, at } = await running('crosses');
    const there = await world.open(project, 'crosses-far', { cluster: 'buoy', defaults: nowhere });
    const before = await writtenIn(namespace);
    const { body: plan } = await world.admin.post(`${at}/move/plan`, { namespaceId: there.namespaceId });
    expect(plan).toMatchObject({ problems: [], clusterError: null, services: ['cart-main'], needs: [] });
    const shared = before.filter((text) => text.startsWith('Secret')).map((text) => text.replace(' ', '/'));
    const named = ({ kind, name }: Record<string, string>) => `${kind}/${name}`;
    expect(
      plan.changes.map((each: Record<string, string>) => `${each['change']} ${named(each)}`).toSorted(),
    ).toEqual([...shared, ...all].map((name) => `create ${name}`).toSorted());
    expect(plan.goes.map(named).toSorted()).toEqual([...shared, ...all].toSorted());

    const operation = await started(at, there.namespaceId, { reason: 'closer' });
    await expect.poll(() => namesIn(there.namespace)).toEqual(await namesIn(namespace));
    const moving = async () => (await world.admin.get(at)).body;
    await expect.poll(async () => (await moving()).movingTo?.wantedPods).toBe(1);
    expect(await moving()).toMatchObject({
      cluster: 'quay',
      phase: 'running',
      movingTo: { cluster: 'buoy', readyPods: 0 },
    });
    expect(await writtenIn(namespace)).toEqual(before);

    await world.admin.put(`/projects/${project}/namespaces/${there.namespaceId}`, {
      defaults: kwokDefaults,
      quota: {},
    });
    expect(await world.ended(operation)).toEqual({ state: 'succeeded', items: [['succeeded', 'moved']] });
    const moved = await world.phase(cart, id, 'running');
    expect(moved).toMatchObject({
      id,
      cluster: 'buoy',
      namespace: there.namespace,
      version: 2,
      movingTo: null,
    });
    expect(moved.leftBehind).toEqual([]);
    await expect.poll(() => writtenIn(namespace)).toEqual([]);
    expect((await namesIn(there.namespace)).toSorted()).toEqual([...all, ...shared].toSorted());
    const { versions } = (await world.admin.get(`${at}/versions`)).body;
    expect(versions[0]).toMatchObject({
      version: 2,
      reason: `quay/${namespace} → buoy/${there.namespace}: closer`,
    });
    const { items: rows } = (await world.admin.get('/audit?q=crosses.games.shop.cart/main&pageSize=50')).body;
    const codes = rows.map(({ code, params }: { code: string; params: { place?: string } }) => [
      code,
      params?.place,
    ]);
    for (const code of ['instance.startMove', 'instance.move'])
      expect(codes).toContainEqual([code, `buoy/${there.namespace}`]);
  },
  patienceMs,
);

test(
  'a cancel, and a deadline, take back what was made there, and leave the old one untouched',
  async () => {
    const { cart, project, namespace, at, id } = await running('stays');
    const there = await world.open(project, 'stays-far', { defaults: nowhere });
    const before = await writtenIn(namespace);
    const isUntouched = async () => {
      await expect.poll(() => writtenIn(there.namespace)).toEqual([]);
      await expect.poll(async () => (await world.admin.get(at)).body.leftBehind).toEqual([]);
      expect(await world.phase(cart, id, 'running')).toMatchObject({ version: 1, movingTo: null });
      expect(await writtenIn(namespace)).toEqual(before);
    };
    const cancelled = await started(at, there.namespaceId);
    await expect.poll(async () => (await namesIn(there.namespace)).length).toBe(3);
    await world.admin.post(`/operations/${cancelled}/cancel`, {});
    expect(await world.ended(cancelled)).toEqual({ state: 'cancelled', items: [['cancelled', 'movedBack']] });
    await isUntouched();

    const late = await started(at, there.namespaceId, { deadlineSeconds: 10 });
    expect(await world.ended(late)).toEqual({ state: 'failed', items: [['failed', 'notReadyInTime']] });
    await isUntouched();
    const defaults = { defaults: kwokDefaults, quota: {} };
    await world.admin.put(`/projects/${project}/namespaces/${there.namespaceId}`, defaults);
    const again = await world.admin.post(`/operations/${late}/retry`, {});
    expect((await world.ended(again.body.id)).items).toEqual([['succeeded', 'moved']]);
    await expect.poll(() => writtenIn(namespace)).toEqual([]);
  },
  patienceMs,
);

test(
  'a target that is away is named; what could not be taken back there goes once it answers',
  async () => {
    const { cart, project, at, id } = await running('away');
    const there = await world.open(project, 'away-far', { cluster: 'buoy', defaults: nowhere });
    const operation = await started(at, there.namespaceId, { deadlineSeconds: 10 });
    await expect.poll(async () => (await namesIn(there.namespace)).length).toBe(3);
    line.cut();
    const { body: plan } = await world.admin.post(`${at}/move/plan`, { namespaceId: there.namespaceId });
    expect(plan.error?.code).toBe('instanceMoving');
    expect((await world.ended(operation)).state).toBe('failed');
    const instance = await world.phase(cart, id, 'running');
    expect(instance).toMatchObject({ cluster: 'quay', movingTo: null, leftBehind: [{ cluster: 'buoy' }] });
    const { body: untried } = await world.admin.post(`${at}/move/plan`, { namespaceId: there.namespaceId });
    expect(untried.clusterError.code).toBe('clusterUnreachable');
    const closed = await world.admin.delete(`/projects/${project}/namespaces/${there.namespaceId}`);
    expect(refusal(closed)).toEqual([409, 'namespaceInUse']);
    line.mend();
    await expect.poll(() => writtenIn(there.namespace)).toEqual([]);
    await expect.poll(async () => (await world.admin.get(at)).body.leftBehind).toEqual([]);
  },
  patienceMs,
);

test(
  'one that is deleted on its way goes from both places',
  async () => {
    const { cart, project, namespace, at } = await running('ends');
    const there = await world.open(project, 'ends-far', { defaults: nowhere });
    const operation = await started(at, there.namespaceId);
    await expect.poll(async () => (await namesIn(there.namespace)).length).toBe(3);
    await world.admin.delete(at);
    expect((await world.ended(operation)).state).toBe('failed');
    await expect.poll(() => writtenIn(there.namespace)).toEqual([]);
    await expect.poll(() => writtenIn(namespace)).toEqual([]);
    await expect.poll(async () => (await world.admin.get(`/applications/${cart}`)).body.instances).toBe(0);
    const { prisma } = world.api.container.database;
    await expect.poll(() => prisma.reconcileUnit.count({ where: { ownerId: cart } })).toBe(0);
  },
  patienceMs,
);

test(
  'what keeps one from moving is said before anything is written',
  async () => {
    const { cart, project, at, id } = await running('refuses');
    const { namespaceId: here } = (await world.admin.get(at)).body;
    const there = await world.open(project, 'refuses-far', { defaults: nowhere });
    const foreign = await world.project('refuses-other');
    expect(refusal(await move(at, here))).toEqual([400, 'invalidField']);
    expect(refusal(await move(at, foreign.namespaceId))).toEqual([400, 'invalidField']);
    await world.admin.put(`${at}/paused`, { paused: true });
    expect(refusal(await move(at, there.namespaceId))).toEqual([409, 'rolloutPaused']);
    await world.admin.put(`${at}/paused`, { paused: false });
    const taken = await world.instance(cart, there.namespaceId, 'main', { replicas: 0 });
    expect(refusal(await move(at, there.namespaceId))).toEqual([409, 'conflict']);
    await world.admin.delete(`/applications/${cart}/instances/${taken}`);
    await expect.poll(async () => (await world.admin.get(`/applications/${cart}`)).body.instances).toBe(1);

    const controlPlane = {
      tolerations: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }],
    };
    const guarded = await world.open(project, 'refuses-guarded', { defaults: controlPlane });
    const scope = { kind: 'tree' as const, node: project };
    const developer = await world.api.signUp('refuses-developer', [{ role: 'developer', scope }]);
    expect(refusal(await move(at, there.namespaceId, {}, developer))).toEqual([403, 'forbidden']);
    const operator = await world.api.signUp('refuses-operator', [{ role: 'operator', scope }]);
    expect(refusal(await move(at, guarded.namespaceId, {}, operator))).toEqual([403, 'forbidden']);

    const both = [there.namespaceId, there.namespaceId].map((to) => move(at, to, {}, operator));
    const [begun, refused] = (await Promise.all(both)).toSorted((a, b) => a.status - b.status);
    expect([begun?.status, refused?.status]).toEqual([202, 409]);
    await expect.poll(async () => (await world.admin.get(at)).body.movingTo).not.toBeNull();
    expect(refusal(await move(at, guarded.namespaceId))).toEqual([409, 'instanceMoving']);
    const second = { name: 'main', namespaceId: there.namespaceId, spec: { image, replicas: 1 } };
    expect(refusal(await world.admin.post(`/applications/${cart}/instances`, second))).toEqual([
      409,
      'conflict',
    ]);
    const { operation } = begun?.body ?? {};
    await world.admin.post(`/operations/${operation}/cancel`, {});
    await world.ended(operation);
    await world.phase(cart, id, 'running');
  },
  patienceMs,
);
