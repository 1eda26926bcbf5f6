import { CompiledGrants, decide, noTree, type Requirement } from '@pilothouse/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
const scope = fc.constantFrom(
  { kind: 'all' as const },
  { kind: 'cluster' as const, cluster: 'here' },
  { kind: 'namespace' as const, cluster: 'here', namespace },
  { kind: 'namespace' as const, cluster: 'here', namespace: 'default' },
);
const subject = fc.constantFrom(
  { kind: 'user' as const, user: 'walks-roles' },
  { kind: 'group' as const, group: 'inner' },
  { kind: 'group' as const, group: 'outer' },
);
const isMember = fc.boolean();
const grants = fc.uniqueArray(fc.record({ subject, scope, policies: fc.array(policy, { maxLength: 4 }) }), {
  minLength: 1,
  maxLength: 3,
  selector: (each) => JSON.stringify(each),
});

test('menu, API, live list, stream, explanation and compiled look-up decide alike, whatever the roles', async () => {
  let round = 0;
  await fc.assert(
    fc.asyncProperty(grants, isMember, async (given, joins) => {
      round += 1;
      const member = '/groups/inner/members/walks-roles';
      if (joins) await admin('put', member);
      const ids: string[] = [];
      const names: string[] = [];
      for (const [index, { policies, ...grant }] of given.entries()) {
        const name = `walk-${round}-${index}`;
        names.push(name);
        const menus = policies.length > 0 ? [plurals[index] ?? 'pods'] : [];
        await admin('post', '/roles', { name, description: '', policies: distinct(policies), menus });
        ids.push((await admin('post', '/grants', { ...grant, role: name })).id);
      }
      const { body: me } = await user.get('/auth/me');
      const compiled = new CompiledGrants(me, noTree);
      const holds = (...asked: Requirement[]) => decide(compiled, asked, (cluster) => cluster).allowed;
      const here = { kind: 'namespace', cluster: 'here', namespace } as const;
      for (const [index, name] of names.entries()) {
        const isHeld = me.roles.some((role: { name: string }) => role.name === name);
        const shown = JSON.stringify(me.menus).includes(`"${plurals[index]}"`);
        if (isHeld && (given[index]?.policies.length ?? 0) > 0) expect([name, shown]).toEqual([name, true]);
      }
      const live = await openStream(user, 'live');
      for (const [index, plural] of plurals.entries()) {
        const object = `k8s/core/${plural}`;
        const list = { domain: here, object, action: 'list' };
        const expected = holds({ ...list, match: 'narrows' });
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
        const query = `user=walks-roles&right=list%20${object}&cluster=here&namespace=${namespace}`;
        const [item] = (await world.api.admin.get(`/rights?${query}`)).body.items;
        expect([plural, item.allowed, item.rights[0].grants.length > 0]).toEqual([
          plural,
          expected,
          expected,
        ]);
      }
      live.socket.terminate();
      for (const [purpose, action, part] of [
        ['exec', 'create', 'exec'],
        ['log', 'get', 'log'],
      ] as const) {
        const place = { purpose, cluster: 'here', namespace, pod: 'web-0', container: 'main' };
        const { status } = await user.post('/tickets', place);
        expect([purpose, status !== 403]).toEqual([
          purpose,
          holds({ domain: here, object: `k8s/core/pods/${part}`, action }),
        ]);
      }
      for (const id of ids) await admin('delete', `/grants/${id}`);
      for (const name of names) await admin('delete', `/roles/${name}`);
      if (joins) await admin('delete', member);
    }),
    { numRuns: 6, endOnFailure: true },
  );
  // a hundred calls each
}, 240_000);

function distinct(policies: { object: string; action: string }[]) {
  return [...new Map(policies.map((each) => [`${each.action} ${each.object}`, each])).values()];
}
