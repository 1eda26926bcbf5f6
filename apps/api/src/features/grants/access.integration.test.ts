import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deadKubeconfig } from '../../testing/kubeconfig.ts';
import { startTestApi, type TestApi, type TestUser } from '../../testing/test-api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi({ config: { allowLoopbackClusters: true } });
  for (const name of ['one', 'two']) {
    await api.admin.post('/clusters', { name, kubeconfig: deadKubeconfig() });
  }
});
afterAll(() => api?.stop());

const everywhere = { kind: 'all' } as const;
const absentId = '01900000-0000-7000-8000-000000000000';
const asUser = (user: string) => ({ kind: 'user', user });

describe('users', () => {
  test('are created with a password told once, listed, sorted and searched', async () => {
    const created = await api.admin.post('/users', { username: 'zoe.b', displayName: ' Zoë ' });
    expect(created.status).toBe(201);
    expect(created.body.oneTimePassword).toMatch(/^\w{5}-\w{5}-\w{5}-\w{5}$/);
    expect(created.body.user).toMatchObject({
      username: 'zoe.b',
      displayName: 'Zoë',
      mustChangePassword: true,
    });
    expect(Object.keys(created.body.user).toSorted()).toEqual([
      'createdAt',
      'disabled',
      'displayName',
      'id',
      'mustChangePassword',
      'username',
    ]);
    const { body } = await api.admin.get('/users?sort=-username&q=zo&pageSize=1');
    expect(body).toMatchObject({ total: 1, page: 1, pageSize: 1, state: 'live' });
    expect(body.items[0].username).toBe('zoe.b');
    const again = await api.admin.post('/users', { username: 'zoe.b', displayName: 'Another' });
    expect([again.status, again.body.error.code]).toEqual([409, 'conflict']);
  });

  test.each([
    [
      'a hash',
      'POST',
      '/users',
      { username: 'mass', displayName: 'x', passwordHash: '$argon2id$x' },
      'body.passwordHash',
    ],
    ['the forced change', 'PATCH', '/users/admin', { mustChangePassword: false }, 'body.mustChangePassword'],
    ['an id', 'PATCH', '/users/admin', { id: 'x' }, 'body.id'],
    ['a role', 'POST', '/users', { username: 'mass', displayName: 'x', role: 'platform-admin' }, 'body.role'],
    ['a prototype', 'PATCH', '/users/admin', '{"__proto__":{"disabled":true}}', 'body.__proto__'],
    [
      'a domain',
      'POST',
      '/grants',
      {
        subject: asUser('admin'),
        role: 'viewer',
        scope: { kind: 'all', domain: '*' },
      },
      'body.scope.domain',
    ],
  ])('cannot be given %s by a field the contract does not know', async (_what, method, path, body, field) => {
    const answer = await api.admin.send(method, path, { body });
    expect([answer.status, answer.body.error.code, answer.body.error.field]).toEqual([
      400,
      'unknownField',
      field,
    ]);
    expect((await api.admin.get('/users?q=mass')).body.total).toBe(0);
  });

  test.each([
    'passwordHash',
    'username,passwordHash',
    'username;DROP TABLE users',
    "username' OR 1=1",
    'id',
    '__proto__',
    'constructor',
  ])('are not sorted by %s', async (sort) => {
    const { status, body } = await api.admin.get(`/users?sort=${encodeURIComponent(sort)}`);
    expect([status, body.error.code, body.error.field]).toEqual([400, 'invalidField', 'query.sort']);
    expect((await api.admin.get('/users')).status).toBe(200);
  });

  test.each(["' OR '1'='1", '%', '_', '\\', '"; DROP TABLE users; --'])(
    'a search for %s is a search',
    async (q) => {
      const { status, body } = await api.admin.get(`/users?q=${encodeURIComponent(q)}`);
      expect(status).toBe(200);
      expect(
        body.items.every((user: { username: string; displayName: string }) =>
          `${user.username}${user.displayName}`.includes(q),
        ),
      ).toBe(true);
    },
  );
});

describe('a grant', () => {
  test('counts from the moment it is given until the moment it is taken', async () => {
    const user = await api.signUp('granted');
    expect((await user.get('/users')).status).toBe(403);
    const given = await api.admin.post('/grants', {
      subject: asUser('granted'),
      role: 'platform-admin',
      scope: everywhere,
    });
    expect(given.status).toBe(201);
    expect((await user.get('/users')).status).toBe(200);
    expect((await api.admin.delete(`/grants/${given.body.id}`)).status).toBe(204);
    expect((await user.get('/users')).status).toBe(403);
    expect((await api.admin.delete(`/grants/${given.body.id}`)).status).toBe(404);
  });

  test('shows its cluster and no other', async () => {
    const scope = { kind: 'namespace', cluster: 'one', namespace: 'shop' } as const;
    const user = await api.signUp('namespaced', [{ role: 'developer', scope }]);
    const { body: me } = await user.get('/auth/me');
    expect(me.grants).toEqual([{ role: 'developer', domain: 'cluster:one/shop' }]);
    expect(me.roles.map(({ name }: { name: string }) => name)).toEqual(['developer']);
    expect(me.roles[0].policies).toContainEqual({ object: 'k8s/core/pods', action: 'list' });
    // the role has the entry, but nothing of the tree is theirs
    expect(JSON.stringify(me.menus)).not.toContain('serviceTree');
    const { body } = await user.get('/clusters');
    expect(body.items.map((cluster: { name: string }) => cluster.name)).toEqual(['one']);
    expect((await user.get('/clusters/one')).status).toBe(200);
    expect((await user.get('/clusters/two')).status).toBe(403);
  });

  test('on a tree node is shown as such, and gives nothing on the platform or in a cluster', async () => {
    const user = await api.signUp('gardener');
    const acme = await api.admin.post('/tree', { parent: null, name: 'acme', displayName: 'Acme' });
    const node = { kind: 'tree', node: acme.body.id };
    const given = { subject: asUser('gardener'), role: 'platform-admin', scope: node };
    expect((await api.admin.post('/grants', given)).status).toBe(201);
    const other = await api.signUp('bystander', [{ role: 'viewer', scope: everywhere }]);
    expect((await other.get('/clusters')).status).toBe(200);
    const { body } = await api.admin.get('/grants?user=gardener');
    expect(body.items).toMatchObject([{ role: { name: 'platform-admin' }, scope: node }]);
    for (const path of ['/users', '/clusters', '/clusters/one', '/clusters/one/k8s/core/pods']) {
      expect((await user.get(path)).status).toBe(403);
    }
    const { body: admins } = await api.admin.get('/grants?user=admin');
    expect(JSON.stringify((await user.get('/auth/me')).body.menus)).toContain('serviceTree');
    const own = admins.items.find(
      (grant: { role: { name: string } }) => grant.role.name === 'platform-admin',
    );
    expect((await api.admin.delete(`/grants/${own.id}`)).body.error.code).toBe('lastAdmin');
  });

  test('is told to the audit log by names, as it is given and as it is taken away', async () => {
    await api.signUp('named');
    const acme = await api.admin.post('/tree', { parent: null, name: 'named', displayName: 'Named' });
    for (const [scope, told] of [
      [
        { kind: 'namespace', cluster: 'one', namespace: 'shop' },
        { cluster: 'one', namespace: 'shop' },
      ],
      [
        { kind: 'tree', node: acme.body.id },
        { cluster: null, params: { scope: 'tree', path: 'named' } },
      ],
    ] as const) {
      const given = await api.admin.post('/grants', { subject: asUser('named'), role: 'viewer', scope });
      expect((await api.admin.delete(`/grants/${given.body.id}`)).status).toBe(204);
      const { body } = await api.admin.get('/audit?q=named:viewer&pageSize=2');
      expect(body.items).toMatchObject([
        { code: 'grant.delete', name: 'named:viewer', ...told },
        { code: 'grant.create', name: 'named:viewer', ...told },
      ]);
    }
  });

  test('is told what is wrong with it', async () => {
    const post = (body: object) =>
      api.admin.post('/grants', { subject: asUser('admin'), role: 'viewer', scope: everywhere, ...body });
    for (const [body, field] of [
      [{ subject: asUser('nobody') }, 'body.subject.user'],
      [{ subject: { kind: 'group', group: 'nobody' } }, 'body.subject.group'],
      [{ role: 'nothing' }, 'body.role'],
      [{ scope: { kind: 'cluster', cluster: 'nowhere' } }, 'body.scope.cluster'],
      [{ scope: { kind: 'tree', node: absentId } }, 'body.scope.node'],
    ] as const) {
      const { status, body: answer } = await post(body);
      expect([status, answer.error.code, answer.error.field]).toEqual([400, 'invalidField', field]);
    }
    expect((await post({})).status).toBe(201);
    expect((await post({})).body.error.code).toBe('conflict');
    const { body: list } = await api.admin.get('/grants?user=admin&sort=role');
    expect(list.items.map((grant: { role: { name: string } }) => grant.role.name)).toEqual([
      'platform-admin',
      'viewer',
    ]);
  });

  test('is given by nobody who does not administer the platform, not to themselves either', async () => {
    const admin = await api.signUp('cluster-boss', [
      { role: 'cluster-admin', scope: { kind: 'cluster', cluster: 'one' } },
    ]);
    const wish = { subject: asUser('cluster-boss'), role: 'platform-admin', scope: everywhere };
    expect((await admin.post('/grants', wish)).status).toBe(403);
    expect((await admin.get('/grants')).status).toBe(403);
    expect((await admin.patch('/clusters/one', { displayName: 'Ours' })).status).toBe(200);
    expect((await admin.patch('/clusters/two', { displayName: 'Ours' })).status).toBe(403);
  });
});

describe('nobody becomes somebody who has more', () => {
  const inShop = { kind: 'namespace', cluster: 'one', namespace: 'shop' } as const;
  let desk: TestUser;

  beforeAll(async () => {
    const policies = [
      { object: '/users/{user}/password', action: 'POST' },
      { object: '/users/{user}', action: 'PATCH' },
      { object: '/groups/{group}/members/{user}', action: 'PUT' },
      { object: 'k8s/core/configmaps', action: 'All' },
    ];
    await post('/roles', { name: 'help-desk', description: '', menus: [], policies });
    await post('/roles', { name: 'reader', description: '', menus: [], policies: policies.slice(3) });
    desk = await api.signUp('help-desk', [{ role: 'help-desk', scope: everywhere }]);
    for (const name of ['inner-circle', 'circle', 'readers'])
      await post('/groups', { name, displayName: name });
    await api.admin.put('/groups/circle/groups/inner-circle', undefined);
    for (const [group, role, scope] of [
      ['circle', 'viewer', inShop],
      ['readers', 'reader', everywhere],
    ])
      await post('/grants', { subject: { kind: 'group', group }, role, scope });
  });
  async function post(path: string, body: object): Promise<void> {
    expect([path, (await api.admin.post(path, body)).status]).toEqual([path, 201]);
  }
  const reset = (user: string) => desk.post(`/users/${user}/password`);

  test('by a new password, whatever way they have it', async () => {
    await api.signUp('with-a-grant', [{ role: 'viewer', scope: inShop }]);
    await api.signUp('in-a-group');
    await api.admin.put('/groups/circle/members/in-a-group', undefined);
    await api.signUp('in-a-nested-group');
    await api.admin.put('/groups/inner-circle/members/in-a-nested-group', undefined);
    for (const user of ['with-a-grant', 'in-a-group', 'in-a-nested-group']) {
      const { status, body } = await reset(user);
      expect([user, status, body.error.code]).toEqual([user, 403, 'accountEscalation']);
      expect(body.error.params).toMatchObject({ user, domain: 'cluster:one/shop' });
      expect(body.error.params.rights).toMatch(/^(\w+ \S+, ){10}…$/);
    }
    const admins = await reset('admin');
    expect([admins.status, admins.body.error.params.rights]).toEqual([403, 'All **']);
    // refused means untouched: they are still signed in
    expect((await api.admin.get('/users')).status).toBe(200);
    const { body } = await api.admin.get('/audit?code=user.resetPassword&q=admin');
    expect(body.items[0]).toMatchObject({ outcome: 'refused', reason: 'accountEscalation' });
  });

  test('of who has no more the password is reset', async () => {
    await api.signUp('equal', [{ role: 'reader', scope: inShop }]);
    await api.admin.put('/groups/readers/members/equal', undefined);
    const { status, body } = await reset('equal');
    expect(status).toBe(200);
    const signIn = { username: 'equal', password: body.oneTimePassword };
    expect((await api.anonymous.post('/auth/login', signIn)).status).toBe(200);
    expect((await reset('nobody-there')).status).toBe(404);
    // what has ended is had no more
    await api.signUp('no-more');
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    await post('/grants', { subject: asUser('no-more'), role: 'viewer', scope: inShop, expiresAt });
    expect((await reset('no-more')).status).toBe(403);
    await api.container.database.prisma.grant.updateMany({
      where: { user: { username: 'no-more' } },
      data: { expiresAt: new Date() },
    });
    expect((await reset('no-more')).status).toBe(200);
  });

  test('by enabling them again, nor by a new password until then', async () => {
    await api.signUp('asleep', [{ role: 'viewer', scope: inShop }]);
    expect((await desk.patch('/users/asleep', { disabled: true })).status).toBe(200);
    for (const answer of [await reset('asleep'), await desk.patch('/users/asleep', { disabled: false })])
      expect([answer.status, answer.body.error.code]).toEqual([403, 'accountEscalation']);
    expect((await api.admin.get('/users?q=asleep')).body.items[0]).toMatchObject({ disabled: true });
    expect((await desk.patch('/users/asleep', { displayName: 'Sleeper' })).status).toBe(200);
    expect((await api.admin.patch('/users/asleep', { disabled: false })).status).toBe(200);
  });

  test('by joining a group, nor one that is in another', async () => {
    for (const group of ['circle', 'inner-circle']) {
      const joined = await desk.put(`/groups/${group}/members/help-desk`, undefined);
      expect([group, joined.body.error?.code]).toEqual([group, 'roleEscalation']);
    }
    expect((await desk.put('/groups/readers/members/help-desk', undefined)).status).toBe(204);
  });
});

describe('the last administrator', () => {
  test('cannot be disabled, nor lose the grant', async () => {
    const disabled = await api.admin.patch('/users/admin', { disabled: true });
    expect([disabled.status, disabled.body.error.code]).toEqual([409, 'lastAdmin']);
    const { body } = await api.admin.get('/grants?user=admin&sort=role');
    const removed = await api.admin.delete(`/grants/${body.items[0].id}`);
    expect([removed.status, removed.body.error.code]).toEqual([409, 'lastAdmin']);
    expect((await api.admin.get('/users')).status).toBe(200);
  });

  test('is left when two administrators disable each other at once', async () => {
    const other = await api.signUp('other-admin', [{ role: 'platform-admin', scope: everywhere }]);
    const answers = await Promise.all([
      api.admin.patch('/users/other-admin', { disabled: true }),
      other.patch('/users/admin', { disabled: true }),
    ]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const left = await api.container.database.prisma.grant.count({
      where: { domainKind: 'all', role: { name: 'platform-admin' }, user: { disabledAt: null } },
    });
    expect(left).toBe(1);
  });
});
