import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deadKubeconfig } from '../../testing/kubeconfig.ts';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi({ config: { allowLoopbackClusters: true } });
  for (const name of ['one', 'two'])
    await api.admin.post('/clusters', { name, kubeconfig: deadKubeconfig() });
});
afterAll(() => api?.stop());

const everywhere = { kind: 'all' } as const;
const inShop = { kind: 'namespace', cluster: 'one', namespace: 'shop' } as const;
const policy = (text: string) => {
  const [action = '', object = ''] = text.split(' ');
  return { action, object };
};
const content = (policies: string[], menus: string[] = []) => ({
  description: 'for tests',
  policies: policies.map(policy),
  menus,
});

async function make(name: string, policies: string[], menus: string[] = []) {
  const answer = await api.admin.post('/roles', { name, ...content(policies, menus) });
  expect(answer).toMatchObject({ status: 201 });
  return answer.body;
}

const change = (name: string, version: number, policies: string[], menus: string[] = []) =>
  api.admin.put(`/roles/${name}`, { version, ...content(policies, menus) });

async function grant(subject: object, role: string, scope: object, more: object = {}) {
  const answer = await api.admin.post('/grants', { subject, role, scope, ...more });
  expect(answer).toMatchObject({ status: 201 });
  return answer.body;
}

async function group(name: string, members: string[] = []) {
  expect((await api.admin.post('/groups', { name, displayName: name })).status).toBe(201);
  for (const member of members)
    expect((await api.admin.put(`/groups/${name}/members/${member}`, undefined)).status).toBe(204);
}

const asGroup = (name: string) => ({ kind: 'group', group: name });
const asUser = (user: string) => ({ kind: 'user', user });
const explain = async (query: string) => (await api.admin.get(`/rights?${query}`)).body;

describe('a role', () => {
  test('is made, listed with what it allows and shows, changed on its version, and deleted', async () => {
    const made = await make('tailor', ['get k8s/core/pods', 'All k8s/apps/**'], ['pods']);
    expect(made).toMatchObject({ builtIn: false, version: 1, menus: ['pods'], grants: 0 });
    expect((await api.admin.post('/roles', { name: 'tailor', ...content([]) })).body.error).toMatchObject({
      code: 'conflict',
      field: 'body.name',
    });
    const changed = await change('tailor', 1, ['get k8s/core/pods', 'list k8s/core/pods'], ['pods', 'nodes']);
    expect(changed.body).toMatchObject({ version: 2 });
    expect(changed.body.menus.toSorted()).toEqual(['nodes', 'pods']);
    expect(changed.body.policies).toEqual([policy('get k8s/core/pods'), policy('list k8s/core/pods')]);
    expect((await change('tailor', 1, [])).body.error.code).toBe('changedMeanwhile');
    expect((await api.admin.delete('/roles/tailor')).status).toBe(204);
    expect((await api.admin.get('/roles/tailor')).status).toBe(404);
  });

  test('that comes with the platform is neither changed nor deleted', async () => {
    expect((await change('viewer', 1, [])).body.error.code).toBe('roleBuiltIn');
    expect((await api.admin.delete('/roles/viewer')).body.error.code).toBe('roleBuiltIn');
  });

  test('is told what is wrong with it, at the field', async () => {
    for (const [policies, menus, field] of [
      [['get k8s/core'], [], 'body.policies.0.object'],
      [['get k8s/core/pods', 'get ../users'], [], 'body.policies.1.object'],
      [['get k8s/core/pods%2e'], [], 'body.policies.0.object'],
      [['GET k8s/core/pods'], [], 'body.policies.0.action'],
      [['get /users'], [], 'body.policies.0.action'],
      [['GET /nothing'], [], 'body.policies.0.object'],
      [['PUT /audit'], [], 'body.policies.0.action'],
      [[], ['pods', 'nowhere'], 'body.menus.1'],
    ] as const) {
      const body = { name: 'wrong', ...content([...policies], [...menus]) };
      const answer = await api.admin.post('/roles', body);
      expect([field, answer.status, answer.body.error.field]).toEqual([field, 400, field]);
    }
  });

  test('that is held is not deleted; the refusal names who holds it', async () => {
    await make('held', ['get k8s/core/pods']);
    await api.signUp('holder', [{ role: 'held', scope: inShop }]);
    const { status, body } = await api.admin.delete('/roles/held');
    expect([status, body.error.code, body.error.params.holders]).toEqual([409, 'roleHeld', 'holder']);
  });

  test('that changes gives and takes at once, also in the menu', async () => {
    await make('moving', ['list k8s/core/pods'], ['pods']);
    const user = await api.signUp('mover', [{ role: 'moving', scope: inShop }]);
    const keys = async () => JSON.stringify((await user.get('/auth/me')).body.menus);
    expect(await keys()).toContain('"pods"');
    const allowed = async (plural: string) =>
      (await user.get(`/clusters/one/k8s/core/${plural}?namespace=shop`)).status !== 403;
    expect([await allowed('pods'), await allowed('services')]).toEqual([true, false]);
    expect((await change('moving', 1, ['list k8s/core/services'], ['services'])).status).toBe(200);
    expect([await allowed('pods'), await allowed('services')]).toEqual([false, true]);
    expect(await keys()).not.toContain('"pods"');
    expect(await keys()).toContain('"services"');
  });
});

describe('a plan', () => {
  test('says who gains and loses what where, and leaves out what they have another way', async () => {
    await make('planned', ['get k8s/core/pods', 'create k8s/core/pods/exec']);
    await api.signUp('gains');
    await group('planners', ['gains']);
    await grant(asGroup('planners'), 'planned', inShop);
    // has all of it anyway
    await api.signUp('has-it', [
      { role: 'planned', scope: inShop },
      { role: 'cluster-admin', scope: { kind: 'cluster', cluster: 'one' } },
    ]);
    const { body } = await api.admin.post('/roles/planned/plan', {
      policies: ['get k8s/core/pods', 'All k8s/core/configmaps'].map(policy),
    });
    expect(body).toEqual({
      added: [policy('All k8s/core/configmaps')],
      removed: [policy('create k8s/core/pods/exec')],
      holders: 2,
      people: [
        {
          username: 'gains',
          displayName: 'gains',
          changes: [
            {
              scope: inShop,
              gains: [policy('All k8s/core/configmaps')],
              loses: [policy('create k8s/core/pods/exec')],
            },
          ],
        },
      ],
    });
  });
});

describe('nobody gives what they do not have', () => {
  test('in a role, in a change of one, in a grant, or by letting somebody into a group', async () => {
    const rights = ['POST /roles', 'PUT /roles/{role}', 'POST /grants', 'PUT /groups/{group}/members/{user}'];
    await make('steward', [...rights, 'All k8s/core/configmaps', 'get k8s/apps/**']);
    const steward = await api.signUp('steward', [{ role: 'steward', scope: everywhere }]);
    const post = (policies: string[]) => steward.post('/roles', { name: 'theirs', ...content(policies) });
    for (const wider of [
      '** All',
      'k8s/** All',
      'k8s/core/** get',
      'k8s/core/* get',
      'k8s/core/secrets get',
      'k8s/apps/deployments patch',
      'k8s/apps/** All',
      '/users GET',
      '/users/** GET',
    ].map((text) => text.split(' ').toReversed().join(' '))) {
      const { status, body } = await post(['get k8s/core/configmaps', wider]);
      expect([wider, status, body.error.code, body.error.field]).toEqual([
        wider,
        403,
        'roleEscalation',
        'body.policies',
      ]);
      expect(body.error.params.rights).toBe(wider);
    }
    const narrower = ['patch k8s/core/configmaps', 'get k8s/apps/deployments/scale', 'get k8s/apps/**'];
    expect((await post(narrower)).status).toBe(201);
    const widen = await steward.put('/roles/theirs', {
      version: 1,
      ...content([...narrower, 'get k8s/core/secrets']),
    });
    expect(widen.body.error.code).toBe('roleEscalation');
    // what was there before may stay, whoever put it there
    await make('mixed', ['get k8s/core/secrets']);
    const kept = await steward.put('/roles/mixed', {
      version: 1,
      ...content(['get k8s/core/secrets', 'get k8s/core/configmaps']),
    });
    expect(kept.status).toBe(200);
    const give = (role: string) =>
      steward.post('/grants', { subject: asUser('steward'), role, scope: inShop });
    expect((await give('theirs')).status).toBe(201);
    for (const role of ['viewer', 'mixed', 'platform-admin'])
      expect((await give(role)).body.error.code).toBe('roleEscalation');
    await group('mighty');
    await grant(asGroup('mighty'), 'platform-admin', everywhere);
    const joined = await steward.put('/groups/mighty/members/steward', undefined);
    expect(joined.body.error.code).toBe('roleEscalation');
  });
});

describe('a group in a group', () => {
  test('has what that one has, one level deep', async () => {
    const user = await api.signUp('nested');
    await group('inner', ['nested']);
    await group('outer');
    await group('beyond');
    await grant(asGroup('outer'), 'viewer', inShop);
    const sees = async () => (await user.get('/clusters/one')).status === 200;
    expect(await sees()).toBe(false);
    const nest = (parent: string, child: string) =>
      api.admin.put(`/groups/${parent}/groups/${child}`, undefined);
    expect((await nest('outer', 'inner')).status).toBe(204);
    expect((await nest('outer', 'inner')).status).toBe(204);
    expect(await sees()).toBe(true);
    expect((await api.admin.get('/groups/outer')).body.children).toEqual([
      { name: 'inner', displayName: 'inner' },
    ]);
    for (const [parent, child] of [
      ['beyond', 'outer'],
      ['inner', 'beyond'],
      ['inner', 'outer'],
      ['beyond', 'beyond'],
    ] as const)
      expect((await nest(parent, child)).body.error.code).toBe('groupNesting');
    expect((await api.admin.get('/grants?user=nested')).body.items).toMatchObject([
      { subject: { name: 'outer' } },
    ]);
    const explained = await explain('user=nested&right=list%20k8s/core/pods&cluster=one&namespace=shop');
    expect(explained.items[0]).toMatchObject({
      allowed: true,
      rights: [{ grants: [{ role: 'viewer', scope: inShop, through: ['inner', 'outer'] }] }],
    });
    expect((await api.admin.delete('/groups/outer/groups/inner')).status).toBe(204);
    expect(await sees()).toBe(false);
  });
});

describe('a grant with an end', () => {
  test('says why and by whom, gives nothing once it has ended, and then is in nobody’s way', async () => {
    const user = await api.signUp('guest');
    const soon = { expiresAt: new Date(Date.now() + 3000).toISOString(), reason: 'on call' };
    const given = await grant(asUser('guest'), 'viewer', inShop, soon);
    expect(given).toMatchObject({ ...soon, givenBy: 'admin', isExpired: false });
    const sees = async () => (await user.get('/clusters/one')).status === 200;
    expect(await sees()).toBe(true);
    await expect.poll(sees).toBe(false);
    expect((await user.get('/auth/me')).body.grants).toEqual([]);
    const { body } = await api.admin.get('/grants?user=guest&ending=ended');
    expect(body.items).toMatchObject([{ isExpired: true }]);
    await grant(asUser('guest'), 'viewer', inShop);
    expect((await api.admin.get('/grants?user=guest')).body.items).toMatchObject([{ expiresAt: null }]);
    expect(await sees()).toBe(true);
  });

  test('cannot begin in the past', async () => {
    const { body } = await api.admin.post('/grants', {
      subject: asUser('admin'),
      role: 'viewer',
      scope: inShop,
      expiresAt: '2020-01-01T00:00:00Z',
    });
    expect(body.error).toMatchObject({ code: 'invalidField', field: 'body.expiresAt' });
  });
});

describe('who may', () => {
  test('is told for one user with the grants, or what is lacking; and for a right, everybody', async () => {
    await api.signUp('li', [{ role: 'operator', scope: inShop }]);
    const about = 'right=delete%20k8s/core/pods&right=patch%20k8s/core/nodes&cluster=one&namespace=shop';
    const { items } = await explain(`user=li&${about}`);
    expect(items).toMatchObject([
      {
        username: 'li',
        allowed: false,
        rights: [
          { action: 'delete', grants: [{ role: 'operator', scope: inShop, through: [] }] },
          { action: 'patch', grants: [] },
        ],
      },
    ]);
    const names = async (query: string) =>
      (await explain(query)).items.map(({ username }: { username: string }) => username);
    const may = 'right=delete%20k8s/core/pods&cluster=one';
    expect(await names(`${may}&namespace=shop`)).toEqual(expect.arrayContaining(['admin', 'li']));
    expect(await names(may)).not.toContain('li');
    expect(await names(`${may}&namespace=other`)).not.toContain('li');
    const unknown = await api.admin.get(`/rights?${may}&user=nobody`);
    expect(unknown.body.error.field).toBe('query.user');
  });
});

describe('the last administrator', () => {
  test('is not lost by a role’s change, a nested group, or a grant with an end', async () => {
    const own = (await api.admin.get('/grants?user=admin')).body.items.find(
      (each: { role: { name: string } }) => each.role.name === 'platform-admin',
    );
    const lastAdmin = async (answer: Promise<{ status: number; body: { error?: { code: string } } }>) => {
      const { status, body } = await answer;
      expect([status, body.error?.code]).toEqual([409, 'lastAdmin']);
    };
    // until tomorrow is not for good
    await grant(asUser('admin'), 'viewer', everywhere);
    await make('ruler', ['All **']);
    await api.signUp('temp');
    const until = new Date(Date.now() + 86_400_000).toISOString();
    await grant(asUser('temp'), 'ruler', everywhere, { expiresAt: until });
    for (const { id } of (await api.admin.get('/grants?role=platform-admin')).body.items)
      if (id !== own.id) await api.admin.delete(`/grants/${id}`);
    await lastAdmin(api.admin.delete(`/grants/${own.id}`));

    const ruler = await api.signUp('ruler');
    await group('rulers');
    await group('council', ['ruler']);
    await grant(asGroup('rulers'), 'ruler', everywhere);
    expect((await api.admin.put('/groups/rulers/groups/council', undefined)).status).toBe(204);
    expect((await ruler.delete(`/grants/${own.id}`)).status).toBe(204);
    await lastAdmin(ruler.delete('/groups/rulers/groups/council'));
    await lastAdmin(ruler.delete('/groups/council/members/ruler'));
    await lastAdmin(ruler.delete('/groups/council'));
    await lastAdmin(ruler.put('/roles/ruler', { version: 1, ...content(['All k8s/**']) }));
    await lastAdmin(ruler.patch('/users/ruler', { disabled: true }));
    expect((await ruler.get('/users')).status).toBe(200);
  });
});
