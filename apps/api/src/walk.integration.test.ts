import {
  actions,
  allEndpoints,
  endpoints,
  endpointsOfActions,
  type ActionId,
  type Endpoint,
  type EndpointInput,
  type ParametersOf,
  type Requirement,
} from '@pilothouse/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterDomain, domainOf } from './authz/domain.ts';
import { newId } from './db/ids.ts';
import { bumpVersion } from './db/versions.ts';
import { deadKubeconfig } from './testing/kubeconfig.ts';
import { startTestApi, type TestApi, type TestUser } from './testing/test-api.ts';
import type { TestAnswer, TestClient } from './testing/test-client.ts';

/**
 * The walk: every endpoint of the contract × {nobody, no grant, the right elsewhere, another right here, the right}.
 * Whoever may not, learns nothing: not even whether what they ask for exists.
 */
let api: TestApi;
let walker: TestUser;
let walkerId: string;
const clusterIds: Record<string, string> = {};

const here = 'walked';
const elsewhere = 'elsewhere';
const absentId = '01900000-0000-7000-8000-000000000000';
const pod = { cluster: here, namespace: 'shop', pod: 'web-0' };
const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', resourceVersion: '1' } };
const configMaps = { cluster: here, group: 'core', plural: 'configmaps', namespace: 'shop' };
const podObject = { cluster: here, group: 'core', plural: 'pods', namespace: 'shop', name: 'web-0' };

interface Sample {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
}

/** A valid call of every endpoint; an endpoint without one does not compile. */
const samples: Record<keyof typeof endpoints, Sample> = {
  login: { body: { username: 'nobody', password: 'wrong' } },
  refresh: {},
  logout: {},
  changePassword: { body: { currentPassword: 'wrong', newPassword: 'wrong' } },
  me: {},
  listUsers: {},
  createUser: { body: { username: 'walked-user', displayName: 'Walked' } },
  updateUser: { params: { user: 'absent' }, body: { displayName: 'Other' } },
  resetPassword: { params: { user: 'absent' } },
  listRoles: {},
  listGrants: {},
  createGrant: { body: { user: 'absent', role: 'viewer', scope: { kind: 'all' } } },
  deleteGrant: { params: { grant: absentId } },
  inspectKubeconfig: { body: { kubeconfig: deadKubeconfig() } },
  listClusters: {},
  createCluster: { body: { name: elsewhere, kubeconfig: deadKubeconfig() } },
  getCluster: { params: { cluster: here } },
  updateCluster: { params: { cluster: here }, body: { displayName: 'Walked' } },
  replaceKubeconfig: { params: { cluster: here }, body: { kubeconfig: deadKubeconfig() } },
  deleteCluster: { params: { cluster: here } },
  probeCluster: { params: { cluster: here } },
  getClusterOpenApi: { params: { cluster: here, group: 'apps', version: 'v1' } },
  listCandidates: {},
  registerCandidate: { params: { candidate: 'f'.repeat(64) }, body: { name: 'candidate' } },
  getDemo: {},
  startDemo: {},
  listResources: { params: { cluster: here, group: 'core', plural: 'pods' } },
  getResource: { params: podObject },
  listReferrers: { params: podObject },
  createResource: {
    params: configMaps,
    body: { object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } } },
  },
  replaceResource: { params: { ...configMaps, name: 'a' }, body: { object: configMap } },
  patchResource: {
    params: { ...configMaps, name: 'a' },
    body: { type: 'apply', object: configMap, force: true },
  },
  podLog: { params: pod },
  listOperations: { query: { scope: 'all' } },
  getOperation: { params: { operation: absentId } },
  cancelOperation: { params: { operation: absentId } },
  retryOperation: { params: { operation: absentId } },
  listAudit: {},
  createTicket: { body: { purpose: 'exec', ...pod, container: 'main' } },
  download: { query: { ticket: 'unknown' } },
  listTerminals: {},
  getRecording: { params: { terminal: absentId } },
  getOpenApi: {},
};

/** Valid parameters of every action. */
const parameters: { [Id in ActionId]: Partial<ParametersOf<Id>> } = {
  cordon: {},
  uncordon: {},
  scale: { replicas: 2 },
  restart: {},
  'set-image': { images: [{ container: 'main', image: 'localhost/web:2' }] },
  undo: {},
  pause: {},
  resume: {},
  label: { set: { tier: 'web' } },
  annotate: { remove: ['example.org/note'] },
  delete: {},
};

interface Asked {
  name: string;
  endpoint: Endpoint;
  sample: Sample;
}

function askedOfAction(id: ActionId): Asked[] {
  const { on } = actions[id];
  const [group = 'core', plural = 'pods'] = on === 'any' ? [] : (on[0]?.split('/') ?? []);
  const namespace = plural === 'nodes' ? '_' : 'shop';
  const target = { name: 'web-0', ...(namespace !== '_' && { namespace }) };
  const params = { cluster: here, group, plural };
  const body = { parameters: parameters[id] };
  const { one, many, plan } = endpointsOfActions[id];
  const several = [many, plan].flatMap((endpoint) => (endpoint === null ? [] : [endpoint]));
  return [
    { endpoint: one, sample: { params: { ...params, namespace, name: 'web-0' }, body } },
    ...several.map((endpoint) => ({ endpoint, sample: { params, body: { ...body, targets: [target] } } })),
  ].map(({ endpoint, sample }) => ({ name: endpoint.id, endpoint: endpoint as unknown as Endpoint, sample }));
}

beforeAll(async () => {
  api = await startTestApi({ config: { allowLoopbackClusters: true } });
  for (const name of [here, elsewhere]) clusterIds[name] = await register(name);
  walker = await api.signUp('walker');
  walkerId = (await walker.get('/auth/me')).body.user.id;
});
afterAll(() => api?.stop());

async function register(name: string): Promise<string> {
  const answer = await api.admin.post('/clusters', { name, kubeconfig: deadKubeconfig() });
  expect(answer).toMatchObject({ status: 201 });
  return answer.body.id;
}

function call(
  client: TestClient,
  endpoint: Endpoint,
  { params = {}, query = {}, body }: Sample,
): Promise<TestAnswer> {
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_match, name: string) =>
    encodeURIComponent(params[name] ?? ''),
  );
  const search = new URLSearchParams(query).toString();
  return client.send(endpoint.method, search === '' ? path : `${path}?${search}`, { body });
}

/** The rights a sample asks for, from the contract's own function. */
function requirementsOf(endpoint: Endpoint, sample: Sample): Requirement[] {
  if (typeof endpoint.permission === 'string') return [];
  const input: EndpointInput<unknown, unknown, unknown> = {
    params: endpoint.params?.parse(sample.params ?? {}),
    query: endpoint.query?.parse(sample.query ?? {}),
    body: endpoint.body?.parse(sample.body),
  };
  return endpoint.permission(input as never);
}

/** Leaves the walker exactly these rights, through a role for each; written as the rights pages will. */
async function grantExactly(rights: { object: string; action: string; domain: string }[]): Promise<void> {
  const { database, versions } = api.container;
  await database.transaction(async (queries) => {
    await queries.grant.deleteMany({ where: { userId: walkerId } });
    await queries.role.deleteMany({ where: { name: { startsWith: 'walk-' } } });
    for (const [index, { object, action, domain }] of rights.entries()) {
      const roleId = newId();
      const now = new Date();
      await queries.role.create({
        data: { id: roleId, name: `walk-${index}`, builtIn: false, createdAt: now },
      });
      await queries.permission.create({ data: { roleId, object, action } });
      await queries.grant.create({ data: { id: newId(), userId: walkerId, roleId, domain, createdAt: now } });
    }
    await bumpVersion(queries, 'access', 'policies');
  });
  await versions.refresh();
}

const domain = (requirement: Requirement) => domainOf(requirement.domain, (name) => clusterIds[name]);
const rightOf = (requirement: Requirement) => ({ ...requirement, domain: domain(requirement) });

function expectRefused(answer: TestAnswer, status: 401 | 403, code: string): void {
  expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
  expect(Object.keys(answer.body)).toEqual(['error']);
  expect(answer.headers.getSetCookie()).toEqual([]);
}

function expectLetThrough(answer: TestAnswer): void {
  expect({ refused: [401, 403, 405, 500].includes(answer.status), ...answer }).toMatchObject({
    refused: false,
  });
}

const asked = [
  ...(Object.entries(endpoints) as [keyof typeof endpoints, Endpoint][]).map(([name, endpoint]) => ({
    name,
    endpoint,
    sample: samples[name],
  })),
  ...(Object.keys(actions) as ActionId[]).flatMap(askedOfAction),
].map((each) => ({ ...each, requirements: requirementsOf(each.endpoint, each.sample) }));
const guarded = asked.filter(({ requirements }) => requirements.length > 0);
const byName = <T extends { name: string }>(cases: T[]) => cases.map((item) => [item.name, item] as const);

test('every endpoint is mounted, and nothing else', () => {
  const mounted = [...api.container.api.mounted.keys()];
  expect(mounted.toSorted()).toEqual(allEndpoints.map(({ id }) => id).toSorted());
});

test('only these are for everybody', () => {
  const open = asked
    .filter(({ endpoint }) => endpoint.permission === 'public')
    .map(({ endpoint }) => endpoint.id);
  expect(open.toSorted()).toEqual([
    'auth.login',
    'auth.logout',
    'auth.refresh',
    'downloads.get',
    'openapi.get',
  ]);
});

describe('nobody', () => {
  test.each(byName(asked.filter(({ endpoint }) => endpoint.permission !== 'public')))(
    '%s: asks who it is',
    async (_name, { endpoint, sample }) => {
      expectRefused(await call(api.anonymous, endpoint, sample), 401, 'unauthenticated');
      // before anything is said about the input
      const garbled = { ...sample, query: { unknown: 'field' }, ...(endpoint.body && { body: '{broken' }) };
      expectRefused(await call(api.anonymous, endpoint, garbled), 401, 'unauthenticated');
    },
  );
});

describe('a user without a grant', () => {
  beforeAll(() => grantExactly([]));

  test.each(byName(guarded))('%s: refused, and the refusal is in the audit log', async (_name, item) => {
    const { endpoint, sample } = item;
    const { prisma } = api.container.database;
    const where = { userId: walkerId, outcome: 'refused', code: endpoint.audit?.code ?? 'none' };
    const before = await prisma.auditEvent.count({ where });
    expectRefused(await call(walker, endpoint, sample), 403, 'forbidden');
    const recorded = (await prisma.auditEvent.count({ where })) - before;
    expect(recorded).toBe(endpoint.audit === null ? 0 : 1);
  });

  test.each(byName(guarded.filter(({ sample }) => sample.params?.cluster !== undefined)))(
    '%s: a cluster that is not there gets the same answer',
    async (_name, { endpoint, sample }) => {
      const absent = { ...sample, params: { ...sample.params, cluster: 'absent' } };
      const [real, unreal] = [await call(walker, endpoint, sample), await call(walker, endpoint, absent)];
      const shape = ({ body }: TestAnswer) =>
        JSON.stringify(body.error).replaceAll(/absent|walked|"requestId":"[^"]*"/g, '');
      expect(unreal.status).toBe(real.status);
      expect(shape(unreal)).toBe(shape(real));
    },
  );
});

describe('a user with the right elsewhere, or another right here', () => {
  const isEntry = ({ requirements }: { requirements: Requirement[] }) =>
    requirements.some(({ match }) => match === 'entry');
  // any grant at all shows the list of what it is on
  const scoped = guarded.filter((item) => !isEntry(item) || item.sample.params?.cluster !== undefined);

  test.each(byName(scoped))('%s: refused with the right on another cluster', async (_name, item) => {
    const otherCluster = clusterIds[elsewhere] ?? '';
    await grantExactly(
      item.requirements.flatMap((requirement) => [
        { ...requirement, domain: clusterDomain(otherCluster) },
        { ...requirement, domain: clusterDomain(otherCluster, 'shop') },
      ]),
    );
    expectRefused(await call(walker, item.endpoint, item.sample), 403, 'forbidden');
  });

  test.each(byName(guarded.filter((item) => !isEntry(item))))(
    '%s: refused with the right on another object, for another action, in another namespace',
    async (_name, { endpoint, sample, requirements }) => {
      const otherNamespace = clusterDomain(clusterIds[here] ?? '', 'other');
      await grantExactly(
        requirements.map(rightOf).flatMap(({ object, action, domain, match }) => [
          { object: `${object}/other`, action, domain },
          { object, action: 'other', domain },
          // a list is narrowed to it, everything else needs more
          ...(match === 'narrows' ? [] : [{ object, action, domain: otherNamespace }]),
        ]),
      );
      expectRefused(await call(walker, endpoint, sample), 403, 'forbidden');
    },
  );

  test.each(byName(guarded.filter(({ requirements }) => requirements.length > 1)))(
    '%s: each of its rights is needed',
    async (_name, { endpoint, sample, requirements }) => {
      for (const missing of requirements) {
        await grantExactly(requirements.filter((requirement) => requirement !== missing).map(rightOf));
        expectRefused(await call(walker, endpoint, sample), 403, 'forbidden');
      }
    },
  );
});

describe('a user with exactly the right', () => {
  // what removes the cluster goes last
  const lastly = guarded.filter(({ name }) => name === 'deleteCluster');
  const firstly = guarded.filter((item) => !lastly.includes(item));

  test.each(byName([...firstly, ...lastly]))(
    '%s: let through',
    async (_name, { endpoint, sample, requirements }) => {
      await grantExactly(requirements.map(rightOf));
      expectLetThrough(await call(walker, endpoint, sample));
    },
  );
});

test('a cluster registered again under a name revives no grant', async () => {
  const grants = [
    { role: 'cluster-admin', scope: { kind: 'cluster' as const, cluster: elsewhere } },
    { role: 'developer', scope: { kind: 'namespace' as const, cluster: elsewhere, namespace: 'shop' } },
  ];
  const user = await api.signUp('left-behind', grants);
  expect((await user.get(`/clusters/${elsewhere}`)).status).toBe(200);
  expect((await api.admin.delete(`/clusters/${elsewhere}`)).status).toBe(204);
  expect((await user.get(`/clusters/${elsewhere}`)).status).toBe(403);
  await register(elsewhere);
  expect((await user.get(`/clusters/${elsewhere}`)).status).toBe(403);
  expect((await user.get('/auth/me')).body.grants).toEqual([]);
});
