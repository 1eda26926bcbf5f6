import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deadKubeconfig } from '../../testing/kubeconfig.ts';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await startTestApi({ config: { allowLoopbackClusters: true } });
  await api.admin.post('/clusters', { name: 'one', kubeconfig: deadKubeconfig() });
});
afterAll(() => api?.stop());

const everywhere = { kind: 'all' } as const;
const inShop = { kind: 'namespace', cluster: 'one', namespace: 'shop' } as const;

async function createGroup(name: string, members: string[] = []): Promise<void> {
  expect((await api.admin.post('/groups', { name, displayName: ` Group ${name} ` })).status).toBe(201);
  for (const member of members) await join(name, member);
}

async function join(name: string, member: string): Promise<void> {
  expect((await api.admin.put(`/groups/${name}/members/${member}`, undefined)).status).toBe(204);
}

async function grantTo(group: string, role: string, scope: object): Promise<string> {
  const { status, body } = await api.admin.post('/grants', {
    subject: { kind: 'group', group },
    role,
    scope,
  });
  expect(status).toBe(201);
  return body.id;
}

describe('groups', () => {
  test('are created, found, sorted, renamed and deleted', async () => {
    await createGroup('ops');
    expect((await api.admin.get('/groups/ops')).body).toMatchObject({
      name: 'ops',
      displayName: 'Group ops',
      members: 0,
    });
    const again = await api.admin.post('/groups', { name: 'ops', displayName: 'Other' });
    expect([again.status, again.body.error.code, again.body.error.field]).toEqual([
      409,
      'conflict',
      'body.name',
    ]);
    await createGroup('dev');
    const { body } = await api.admin.get('/groups?sort=-name&q=group&pageSize=1');
    expect(body).toMatchObject({ total: 2, items: [{ name: 'ops' }] });
    const renamed = await api.admin.patch('/groups/ops', { displayName: '运维' });
    expect(renamed.body).toMatchObject({ name: 'ops', displayName: '运维' });
    expect((await api.admin.delete('/groups/ops')).status).toBe(204);
    for (const answer of [
      await api.admin.get('/groups/ops'),
      await api.admin.delete('/groups/ops'),
      await api.admin.patch('/groups/ops', { displayName: 'x' }),
      await api.admin.put('/groups/ops/members/admin', undefined),
      await api.admin.put('/groups/dev/members/nobody', undefined),
      await api.admin.delete('/groups/dev/members/admin'),
    ]) {
      expect(answer.status).toBe(404);
    }
  });

  test('count their members, who are listed; joining twice is joining once', async () => {
    await api.signUp('ann');
    await createGroup('counted', ['ann', 'ann']);
    expect((await api.admin.get('/groups/counted')).body.members).toBe(1);
    const { body } = await api.admin.get('/users?group=counted');
    expect(body.items.map((user: { username: string }) => user.username)).toEqual(['ann']);
  });

  test('a change of members says in the audit log who', async () => {
    await api.signUp('bea');
    await createGroup('audited', ['bea']);
    const { body } = await api.admin.get('/audit?code=group.addMember&q=audited');
    expect(body.items[0]).toMatchObject({ name: 'audited', params: { user: 'bea' }, outcome: 'succeeded' });
  });
});

describe('a member', () => {
  test('has what the group has while they are in it, and while it has it', async () => {
    const user = await api.signUp('member');
    await createGroup('readers');
    const grant = await grantTo('readers', 'viewer', inShop);
    expect((await user.get('/clusters/one')).status).toBe(403);
    await join('readers', 'member');
    expect((await user.get('/clusters/one')).status).toBe(200);
    const { body: me } = await user.get('/auth/me');
    expect(me.grants).toEqual([{ role: 'viewer', domain: 'cluster:one/shop' }]);
    expect(me.menus.length).toBeGreaterThan(0);
    const { body: list } = await api.admin.get('/grants?user=member');
    expect(list.items).toMatchObject([
      { subject: { kind: 'group', name: 'readers', displayName: 'Group readers' }, scope: inShop },
    ]);
    expect((await api.admin.delete('/groups/readers/members/member')).status).toBe(204);
    expect((await user.get('/clusters/one')).status).toBe(403);
    await join('readers', 'member');
    expect((await api.admin.delete(`/grants/${grant}`)).status).toBe(204);
    expect((await user.get('/clusters/one')).status).toBe(403);
    await grantTo('readers', 'viewer', inShop);
    expect((await user.get('/clusters/one')).status).toBe(200);
    expect((await api.admin.delete('/groups/readers')).status).toBe(204);
    expect((await user.get('/clusters/one')).status).toBe(403);
    expect((await api.admin.get('/grants?group=readers')).body.total).toBe(0);
  });

  test('gets a role once in a scope, directly and through the group', async () => {
    await createGroup('twice');
    await grantTo('twice', 'viewer', everywhere);
    const again = await api.admin.post('/grants', {
      subject: { kind: 'group', group: 'twice' },
      role: 'viewer',
      scope: everywhere,
    });
    expect(again.body.error.code).toBe('conflict');
    await grantTo('twice', 'viewer', inShop);
  });
});

test('the last administrator may have it through a group, and then cannot leave, nor the group lose it or be deleted', async () => {
  const boss = await api.signUp('boss');
  await createGroup('bosses', ['boss']);
  const grant = await grantTo('bosses', 'platform-admin', everywhere);
  const { body } = await boss.get('/grants?user=admin');
  for (const { id } of body.items) expect((await boss.delete(`/grants/${id}`)).status).toBe(204);
  for (const path of ['/groups/bosses/members/boss', `/grants/${grant}`, '/groups/bosses']) {
    const refused = await boss.delete(path);
    expect([refused.status, refused.body.error.code]).toEqual([409, 'lastAdmin']);
  }
  expect((await boss.patch('/users/boss', { disabled: true })).body.error.code).toBe('lastAdmin');
  expect((await boss.get('/users')).status).toBe(200);
});
