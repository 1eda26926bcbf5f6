import { setTimeout as sleep } from 'node:timers/promises';
import { CompiledGrants, decide, noTree, type Domain, type Requirement } from '@pilothouse/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { casbinDomain, createEnforcer, createModel, userSubject } from '../../authz/casbin.ts';
import { startResourceWorld, type ResourceWorld } from '../resources/testing/resource-world.ts';
import { openStream } from '../../ws/testing/stream-client.ts';
import type { TestUser } from '../../testing/test-api.ts';

const namespace = 'own-roles';
let world: ResourceWorld;
let user: TestUser;

beforeAll(async () => {
  world = await startResourceWorld(namespace);
  user = await world.api.signUp('walks-roles');
  for (const name of ['inner', 'outer']) await admin('post', '/groups', { name, displayName: name });
  await admin('put', '/groups/outer/groups/inner', undefined);
});
afterAll(() => world?.stop());

async function admin(method: 'post' | 'put' | 'delete', path: string, body?: object) {
  const answer =
    method === 'delete' ? await world.api.admin.delete(path) : await world.api.admin[method](path, body);
  expect([path, answer.status < 300]).toEqual([path, true]);
  return answer.body;
}

const plurals = ['pods', 'configmaps', 'services', 'nodes'];
const objects = [
  ...plurals.map((plural) => `k8s/core/${plural}`),
  'k8s/core/*',
  'k8s/**',
  'k8s/core/pods/**',
];
const policy = fc.record({
  object: fc.constantFrom(...objects, 'k8s/core/pods/exec', 'k8s/core/pods/log'),
  action: fc.constantFrom('get', 'list', 'create', 'All'),
});
const scopes: Domain[] = [
  { kind: 'all' },
  { kind: 'cluster', cluster: 'here' },
  { kind: 'namespace', cluster: 'here', namespace },
  { kind: 'namespace', cluster: 'here', namespace: 'default' },
];
/** Long enough to be given. */
const endMs = 3000;
const name = 'walks-roles';
const subjects = [
  { kind: 'user', id: name },
  { kind: 'group', id: 'inner' },
  { kind: 'group', id: 'outer' },
] as const;
interface Given {
  subject: (typeof subjects)[number];
  scope: Domain;
  ends: 'never' | 'later' | 'before it is asked';
  policies: { object: string; action: string }[];
}
const isMember = fc.boolean();
const grants: fc.Arbitrary<Given[]> = fc.uniqueArray(
  fc.record({
    subject: fc.constantFrom(...subjects),
    scope: fc.constantFrom(...scopes),
    ends: fc.constantFrom('never', 'later', 'before it is asked'),
    policies: fc.array(policy, { maxLength: 4 }),
  }),
  { minLength: 1, maxLength: 3, selector: (each) => JSON.stringify(each) },
);
/** Whatever chance brings: nested, for everything, with an end that comes and one that is far. */
const everyCase: [Given[], boolean] = [
  [
    {
      subject: subjects[2],
      scope: scopes[2] as Domain,
      ends: 'later',
      policies: [{ object: 'k8s/core/pods/**', action: 'All' }],
    },
    {
      subject: subjects[1],
      scope: scopes[1] as Domain,
      ends: 'before it is asked',
      policies: [{ object: 'k8s/**', action: 'All' }],
    },
    {
      subject: subjects[0],
      scope: scopes[3] as Domain,
      ends: 'never',
      policies: [{ object: 'k8s/core/*', action: 'list' }],
    },
  ],
  true,
];

/** What the user has by these, whoever is asked. */
function heldOf(given: Given[], joins: boolean): Given[] {
  return given.filter(
    ({ subject, ends }) => ends !== 'before it is asked' && (subject.kind === 'user' || joins),
  );
}

/** casbin itself, over what was given. */
async function casbinOf(given: Given[], joins: boolean) {
  const numbered = given.map((each, index) => ({ ...each, roleId: String(index) }));
  const model = createModel(
    {
      permissions: numbered.flatMap(({ roleId, policies }) =>
        distinct(policies).map((each) => ({ roleId, ...each })),
      ),
      grants: numbered
        .filter(({ ends }) => ends !== 'before it is asked')
        .map(({ subject, roleId, scope }) => ({
          id: roleId,
          subject,
          roleId,
          domain: scope,
          expiresAt: null,
        })),
      members: joins ? [{ userId: name, groupId: 'inner' }] : [],
      nestings: [{ childId: 'inner', parentId: 'outer' }],
    },
    noTree,
  );
  const enforcer = await createEnforcer(model);
  return ({ domain, object, action }: Requirement) =>
    enforcer.enforce(userSubject(name), casbinDomain(domain, noTree) ?? '', object, action);
}

test('casbin, menu, API, live list, stream, explanation and compiled look-up decide alike, whatever the roles', async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(grants, isMember, async (given, joins) => {
      round += 1;
      const member = `/groups/inner/members/${name}`;
      if (joins) await admin('put', member);
      const ids: string[] = [];
      const roles: string[] = [];
      const inMs = { never: null, later: 3_600_000, 'before it is asked': endMs };
      for (const [index, { subject, scope, ends, policies }] of given.entries()) {
        const role = `walk-${round}-${index}`;
        roles.push(role);
        const menus = [plurals[index] ?? 'pods'];
        await admin('post', '/roles', { name: role, description: '', policies: distinct(policies), menus });
        const { kind, id } = subject;
        const to = kind === 'user' ? { kind, user: id } : { kind, group: id };
        const ms = inMs[ends];
        const expiresAt = ms === null ? null : new Date(Date.now() + ms).toISOString();
        ids.push((await admin('post', '/grants', { subject: to, scope, role, expiresAt })).id);
      }
      if (given.some(({ ends }) => ends === 'before it is asked')) await sleep(endMs + 100);
      await expectSame(given, joins);
      for (const id of ids) await admin('delete', `/grants/${id}`);
      for (const role of roles) await admin('delete', `/roles/${role}`);
      if (joins) await admin('delete', member);
    }),
    { numRuns: 6, endOnFailure: true, examples: [everyCase] },
  );
  // a hundred calls each
}, 240_000);

async function expectSame(given: Given[], joins: boolean): Promise<void> {
  const casbin = await casbinOf(given, joins);
  const { body: me } = await user.get('/auth/me');
  const compiled = new CompiledGrants(me, noTree);
  const holds = (asked: Requirement) => decide(compiled, [asked], (cluster) => cluster).allowed;
  const held = heldOf(given, joins);
  for (const [index, plural] of plurals.entries()) {
    const isShown = JSON.stringify(me.menus).includes(`"${plural}"`);
    expect([plural, isShown]).toEqual([plural, held.some((each) => given.indexOf(each) === index)]);
  }
  const here = { kind: 'namespace', cluster: 'here', namespace } as const;
  const live = await openStream(user, 'live');
  for (const [index, plural] of plurals.entries()) {
    const object = `k8s/core/${plural}`;
    const list: Requirement = { domain: here, object, action: 'list', match: 'narrows' };
    const expected = await casbin(list);
    expect([plural, holds(list)]).toEqual([plural, expected]);
    const listed = await user.get(`/clusters/here/k8s/core/${plural}?namespace=${namespace}`);
    expect([plural, listed.status !== 403]).toEqual([plural, expected]);
    live.say({
      type: 'subscribe',
      id: index,
      endpoint: 'resources.list',
      params: { cluster: 'here', group: 'core', plural },
      query: { namespace: [namespace] },
    });
    const of = (type: 'snapshot' | 'error') => live.of(type).filter(({ id }) => id === index);
    await expect.poll(() => of('snapshot').length + of('error').length).toBeGreaterThan(0);
    const isRefused = of('error').some(({ error }) => error.code === 'forbidden');
    expect([plural, !isRefused]).toEqual([plural, expected]);
    const query = `user=${name}&right=list%20${object}&cluster=here&namespace=${namespace}`;
    const [item] = (await world.api.admin.get(`/rights?${query}`)).body.items;
    expect([plural, item.allowed, item.rights[0].grants.length > 0]).toEqual([plural, expected, expected]);
  }
  live.socket.terminate();
  for (const [purpose, action, part] of [
    ['exec', 'create', 'exec'],
    ['log', 'get', 'log'],
  ] as const) {
    const asked: Requirement = { domain: here, object: `k8s/core/pods/${part}`, action };
    const expected = await casbin(asked);
    expect([purpose, holds(asked)]).toEqual([purpose, expected]);
    const place = { purpose, cluster: 'here', namespace, pod: 'web-0', container: 'main' };
    const { status } = await user.post('/tickets', place);
    expect([purpose, status !== 403]).toEqual([purpose, expected]);
  }
}

function distinct(policies: { object: string; action: string }[]) {
  return [...new Map(policies.map((each) => [`${each.action} ${each.object}`, each])).values()];
}
