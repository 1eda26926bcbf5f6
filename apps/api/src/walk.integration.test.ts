import { allEndpoints, type Domain, type Requirement } from '@pilothouse/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { grantColumns } from './authz/grant-columns.ts';
import { newId } from './db/ids.ts';
import { bumpVersion } from './db/versions.ts';
import { deadKubeconfig } from './testing/kubeconfig.ts';
import { startTestApi, type TestApi, type TestUser } from './testing/test-api.ts';
import type { TestAnswer } from './testing/test-client.ts';
import {
  asked,
  besides,
  byId,
  call,
  doomed,
  elsewhere,
  guarded,
  here,
  node,
} from './testing/walked-calls.ts';

/**
 * The walk: every endpoint of the contract, those of actions too, × {nobody, no grant, the right elsewhere, another
 * right here, the right}. Whoever may not, learns nothing: not even whether what they ask for exists.
 */
let api: TestApi;
let walker: TestUser;
let walkerId: string;
const clusterIds: Record<string, string> = {};

beforeAll(async () => {
  api = await startTestApi({ config: { allowLoopbackClusters: true } });
  for (const name of [here, elsewhere]) clusterIds[name] = await register(name);
  const { prisma } = api.container.database;
  for (const id of [node, besides, doomed])
    await prisma.treeNode.create({
      data: { id, siblingsOf: '', name: `n-${id}`, displayName: '', description: '', createdAt: new Date() },
    });
  walker = await api.signUp('walker');
  walkerId = (await walker.get('/auth/me')).body.user.id;
});
afterAll(() => api?.stop());

async function register(name: string): Promise<string> {
  const answer = await api.admin.post('/clusters', { name, kubeconfig: deadKubeconfig() });
  expect(answer).toMatchObject({ status: 201 });
  return answer.body.id;
}

/** A right as it is granted. */
interface Right {
  object: string;
  action: string;
  domain: Domain;
}

/** Leaves the walker exactly these rights, through a role for each; written as the rights pages will. */
async function grantExactly(rights: Right[]): Promise<void> {
  const { database, versions } = api.container;
  await database.transaction(async (queries) => {
    await queries.grant.deleteMany({ where: { userId: walkerId } });
    await queries.role.deleteMany({ where: { name: { startsWith: 'walk-' } } });
    for (const [index, { object, action, domain }] of rights.entries()) {
      const roleId = newId();
      const now = new Date();
      await queries.role.create({
        data: {
          id: roleId,
          name: `walk-${index}`,
          builtIn: false,
          description: '',
          version: 1,
          createdAt: now,
        },
      });
      await queries.permission.create({ data: { roleId, object, action } });
      const columns = grantColumns({ kind: 'user', id: walkerId }, withClusterId(domain));
      await queries.grant.create({ data: { id: newId(), roleId, ...columns, reason: '', createdAt: now } });
    }
    await bumpVersion(queries, 'access', 'policies');
  });
  await versions.refresh();
}

function withClusterId(domain: Domain): Domain {
  return 'cluster' in domain ? { ...domain, cluster: clusterIds[domain.cluster] ?? '' } : domain;
}

/** Rights that are nearly the one required: on what is beside, above or below its object, for another action, elsewhere. */
function nearly({ object, action, domain, match }: Requirement): Right[] {
  const subresource = /^(k8s\/[^/]+\/[^/]+)\/[^/]+$/.exec(object);
  return [
    { object: `${object}/other`, action, domain },
    { object, action: 'other', domain },
    ...(subresource?.[1] === undefined ? [] : [{ object: subresource[1], action, domain }]),
    ...(domain.kind === 'tree'
      ? [{ object, action, domain: { kind: 'tree' as const, node: doomed === domain.node ? node : doomed } }]
      : []),
    // a list is narrowed to it, everything else needs more
    ...(match === 'narrows' || !('cluster' in domain)
      ? []
      : [
          {
            object,
            action,
            domain: { kind: 'namespace' as const, cluster: domain.cluster, namespace: 'other' },
          },
        ]),
  ];
}

function expectRefused(answer: TestAnswer, status: 401 | 403, code: string): void {
  expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
  expect(Object.keys(answer.body)).toEqual(['error']);
  expect(answer.headers.getSetCookie()).toEqual([]);
}

function isSame(a: Right, b: Right): boolean {
  return JSON.stringify([a.object, a.action, a.domain]) === JSON.stringify([b.object, b.action, b.domain]);
}

function expectLetThrough(answer: TestAnswer): void {
  expect({ refused: [401, 403, 405, 500].includes(answer.status), ...answer }).toMatchObject({
    refused: false,
  });
}

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
    'webhooks.receive',
  ]);
});

describe('nobody', () => {
  test.each(byId(asked.filter(({ endpoint }) => endpoint.permission !== 'public')))(
    '%s: asks who it is',
    async (_id, { endpoint, sample }) => {
      expectRefused(await call(api.anonymous, endpoint, sample), 401, 'unauthenticated');
      // before anything is said about the input
      const garbled = { ...sample, query: { unknown: 'field' }, ...(endpoint.body && { body: '{broken' }) };
      expectRefused(await call(api.anonymous, endpoint, garbled), 401, 'unauthenticated');
    },
  );
});

describe('a user without a grant', () => {
  beforeAll(() => grantExactly([]));

  test.each(byId(guarded))('%s: refused, and the refusal is in the audit log', async (_id, item) => {
    const { endpoint, sample } = item;
    const { prisma } = api.container.database;
    const where = { userId: walkerId, outcome: 'refused', code: endpoint.audit?.code ?? 'none' };
    const before = await prisma.auditEvent.count({ where });
    expectRefused(await call(walker, endpoint, sample), 403, 'forbidden');
    const recorded = (await prisma.auditEvent.count({ where })) - before;
    expect(recorded).toBe(endpoint.audit === null ? 0 : 1);
  });

  test.each(byId(guarded.filter(({ sample }) => sample.params?.cluster !== undefined)))(
    '%s: a cluster that is not there gets the same answer',
    async (_id, { endpoint, sample }) => {
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

  test.each(byId(scoped))('%s: refused with the right on another cluster', async (_id, item) => {
    await grantExactly(
      item.requirements.flatMap((requirement): Right[] => [
        { ...requirement, domain: { kind: 'cluster', cluster: elsewhere } },
        { ...requirement, domain: { kind: 'namespace', cluster: elsewhere, namespace: 'shop' } },
      ]),
    );
    expectRefused(await call(walker, item.endpoint, item.sample), 403, 'forbidden');
  });

  test.each(byId(guarded.filter((item) => !isEntry(item))))(
    '%s: each of its rights is needed, and nothing near it will do',
    async (_id, { endpoint, sample, requirements }) => {
      for (const missing of requirements) {
        const others = requirements.filter((requirement) => requirement !== missing);
        const substitutes = nearly(missing).filter((right) => !others.some((other) => isSame(other, right)));
        await grantExactly([...others, ...substitutes]);
        expectRefused(await call(walker, endpoint, sample), 403, 'forbidden');
      }
    },
  );
});

test('subresources are rights of their own', () => {
  const objects = guarded.flatMap(({ requirements }) => requirements.map(({ object }) => object));
  expect(objects.filter((object) => object.split('/').length === 4 && object.startsWith('k8s/'))).not.toEqual(
    [],
  );
});

describe('a user with exactly the right', () => {
  // what removes the cluster goes last
  const lastly = guarded.filter(({ endpoint }) => endpoint.id === 'clusters.delete');
  const firstly = guarded.filter((item) => !lastly.includes(item));

  test.each(byId([...firstly, ...lastly]))(
    '%s: let through',
    async (_id, { endpoint, sample, requirements }) => {
      await grantExactly(requirements);
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
