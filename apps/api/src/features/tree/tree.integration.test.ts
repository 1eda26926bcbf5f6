import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';
import type { TestAnswer, TestClient } from '../../testing/test-client.ts';

let api: TestApi;
let admin: TestClient;

beforeAll(async () => {
  api = await startTestApi({});
  admin = api.admin;
});
afterAll(() => api?.stop());

async function create(parent: string | null, name: string, client = admin): Promise<string> {
  const { status, body } = await client.post('/tree', { parent, name, displayName: name });
  expect([status, body.error]).toEqual([201, undefined]);
  return body.id;
}

/** A company with two departments and a project in each. */
async function company(name: string) {
  const top = await create(null, name);
  const [games, tools] = [await create(top, 'games'), await create(top, 'tools')];
  return { top, games, tools, shop: await create(games, 'shop'), build: await create(tools, 'build') };
}

const user = (name: string) => ({ kind: 'user', user: name });
const own = (node: string, owners: object, client = admin) =>
  client.put(`/tree/${node}/owners`, { operations: [], development: [], developer: [], ...owners });
const pathsSeenBy = async (client: TestClient) => {
  const { body } = await client.get('/tree');
  return (body.nodes as { path: string }[]).map(({ path }) => path).toSorted();
};
const refusal = ({ status, body }: TestAnswer) => [status, body.error?.code];

describe('nodes', () => {
  test('stand in levels, with unique names among siblings', async () => {
    const { top, games, shop } = await company('levels');
    const cart = await create(shop, 'cart');
    const { body } = await admin.get(`/tree/${cart}`);
    expect(body).toMatchObject({ path: 'levels.games.shop.cart', level: 3, parentId: shop, owners: [] });
    expect((await admin.get('/tree')).body.levels).toEqual([
      'company',
      'department',
      'project',
      'application',
    ]);
    const tooDeep = await admin.post('/tree', { parent: cart, name: 'more', displayName: 'x' });
    expect(refusal(tooDeep)).toEqual([409, 'treeTooDeep']);
    for (const [parent, name] of [
      [top, 'games'],
      [null, 'levels'],
    ]) {
      const again = await admin.post('/tree', { parent, name, displayName: 'x' });
      expect([...refusal(again), again.body.error.field]).toEqual([409, 'conflict', 'body.name']);
    }
    // the same name elsewhere is another
    await create(games, 'games');
    for (const name of ['Shop', 'a.b', '', '-a']) {
      const odd = await admin.post('/tree', { parent: top, name, displayName: 'x' });
      expect([odd.status, odd.body.error.field]).toEqual([400, 'body.name']);
    }
  });

  test('are renamed without a trace in rights; deleted only when nothing hangs on them', async () => {
    const { games, shop } = await company('renamed');
    expect((await admin.patch(`/tree/${games}`, { name: 'play', displayName: '游戏' })).body).toMatchObject({
      path: 'renamed.play',
      displayName: '游戏',
    });
    expect((await admin.get(`/tree/${shop}`)).body.path).toBe('renamed.play.shop');
    expect(refusal(await admin.patch(`/tree/${games}`, { name: 'tools' }))).toEqual([409, 'conflict']);
    expect(refusal(await admin.delete(`/tree/${games}`))).toEqual([409, 'treeNodeInUse']);
    expect((await admin.delete(`/tree/${shop}`)).status).toBe(204);
    expect((await admin.delete(`/tree/${games}`)).status).toBe(204);
    expect(refusal(await admin.get(`/tree/${games}`))).toEqual([404, 'notFound']);
  });

  test('are never moved below themselves, too deep, or onto a name that is taken', async () => {
    const { top, games, tools, shop, build } = await company('moving');
    await create(shop, 'cart');
    const move = (node: string, parent: string | null) => admin.put(`/tree/${node}/parent`, { parent });
    expect(refusal(await move(games, shop))).toEqual([409, 'treeCycle']);
    expect(refusal(await move(games, games))).toEqual([409, 'treeCycle']);
    expect(refusal(await move(games, build))).toEqual([409, 'treeTooDeep']);
    await create(tools, 'shop');
    expect(refusal(await move(shop, tools))).toEqual([409, 'conflict']);
    expect((await move(shop, top)).body.path).toBe('moving.shop');
    expect((await move(shop, null)).body).toMatchObject({ path: 'shop', level: 0, parentId: null });
  });
});

test('the audit log names nodes by their paths', async () => {
  const { games, tools, shop } = await company('told');
  await admin.patch(`/tree/${shop}`, { displayName: 'Shop' });
  await admin.put(`/tree/${shop}/parent`, { parent: tools });
  expect((await admin.delete(`/tree/${shop}`)).status).toBe(204);
  await admin.delete(`/tree/${games}`);
  const { body } = await admin.get('/audit?q=told&pageSize=20');
  const told = (body.items as { code: string; name: string; params: { path?: string } }[])
    .toReversed()
    .map(({ code, name, params }) => [code, name, params.path]);
  expect(told).toEqual([
    ['tree.create', 'told', undefined],
    ['tree.create', 'told.games', undefined],
    ['tree.create', 'told.tools', undefined],
    ['tree.create', 'told.games.shop', undefined],
    ['tree.create', 'told.tools.build', undefined],
    ['tree.update', 'told.games.shop', undefined],
    ['tree.move', 'told.games.shop', 'told.tools.shop'],
    ['tree.delete', 'told.tools.shop', undefined],
    ['tree.delete', 'told.games', undefined],
  ]);
});

describe('rights', () => {
  test('a grant on a node holds there and below, and shows the way to it', async () => {
    const { games, shop, build } = await company('granted');
    const ann = await api.signUp('tree-ann');
    expect(await pathsSeenBy(ann)).toEqual([]);
    const grant = await admin.post('/grants', {
      subject: user('tree-ann'),
      role: 'operator',
      scope: { kind: 'tree', node: games },
    });
    expect(grant.status).toBe(201);
    expect(await pathsSeenBy(ann)).toEqual(['granted', 'granted.games', 'granted.games.shop']);
    await create(shop, 'cart', ann);
    expect((await ann.patch(`/tree/${shop}`, { displayName: 'Shop' })).status).toBe(200);
    for (const answer of [
      await ann.get(`/tree/${build}`),
      await ann.patch(`/tree/${build}`, { displayName: 'mine' }),
      await ann.post('/tree', { parent: null, name: 'mine', displayName: 'mine' }),
      await ann.put(`/tree/${shop}/parent`, { parent: build }),
      await own(build, { operations: [user('tree-ann')] }, ann),
      await ann.delete(`/tree/${build}`),
      // unknown and forbidden answer alike
      await ann.get('/tree/0190a0a0-0000-7000-8000-000000000000'),
    ]) {
      expect(refusal(answer)).toEqual([403, 'forbidden']);
    }
    expect((await admin.get(`/grants?node=${games}`)).body.items).toMatchObject([
      { scope: { kind: 'tree', node: games } },
    ]);
    expect((await admin.delete(`/grants/${grant.body.id}`)).status).toBe(204);
    expect(await pathsSeenBy(ann)).toEqual([]);
  });

  test('owning gives its role there and below, and says where it comes from', async () => {
    const { games, shop } = await company('owned');
    const [bob, cy] = [await api.signUp('tree-bob'), await api.signUp('tree-cy')];
    await admin.post('/groups', { name: 'tree-devs', displayName: 'Developers' });
    await admin.put('/groups/tree-devs/members/tree-cy', undefined);
    const devs = { kind: 'group', group: 'tree-devs' };
    const { status, body } = await own(games, { operations: [user('tree-bob')], developer: [devs] });
    expect(status).toBe(200);
    expect(body.owners).toHaveLength(2);
    expect((await bob.get(`/tree/${shop}`)).body.owners).toMatchObject([
      { ownership: 'operations', subject: { kind: 'user', name: 'tree-bob' }, from: { path: 'owned.games' } },
      {
        ownership: 'developer',
        subject: { kind: 'group', name: 'tree-devs' },
        from: { path: 'owned.games' },
      },
    ]);
    expect((await bob.patch(`/tree/${shop}`, { displayName: 'Bob’s' })).status).toBe(200);
    expect(refusal(await cy.patch(`/tree/${shop}`, { displayName: 'Cy’s' }))).toEqual([403, 'forbidden']);
    // who may restart what hangs here, and why
    const explained = await admin.get(`/rights?node=${shop}&right=patch%20k8s/apps/deployments`);
    const people = explained.body.items as { username: string; rights: { grants: object[] }[] }[];
    expect(people.find(({ username }) => username === 'tree-bob')?.rights[0]?.grants).toMatchObject([
      { role: 'operator', scope: { kind: 'tree', node: games } },
    ]);
    expect(people.map(({ username }) => username)).not.toContain('tree-cy');
    const unknown = await own(games, { developer: [user('nobody-there')] });
    expect([unknown.status, unknown.body.error.field]).toEqual([400, 'body.developer.0.user']);
    await own(games, {});
    expect(await pathsSeenBy(bob)).toEqual([]);
  });

  test('nobody names owners who would have more than they have themselves', async () => {
    const { games, shop } = await company('narrow');
    const dee = await api.signUp('tree-dee');
    await admin.post('/roles', {
      name: 'tree-namer',
      policies: [{ object: '/tree/{node}/owners', action: 'PUT' }],
      menus: [],
      description: '',
    });
    const role = { subject: user('tree-dee'), role: 'tree-namer', scope: { kind: 'tree', node: games } };
    expect((await admin.post('/grants', role)).status).toBe(201);
    expect(refusal(await own(shop, { operations: [user('tree-dee')] }, dee))).toEqual([
      403,
      'roleEscalation',
    ]);
    expect((await admin.get(`/tree/${shop}`)).body.owners).toEqual([]);
  });

  test('a move says before who gains and loses what, keeps grants on the node, and gives nobody more than the mover has', async () => {
    const { games, tools, shop, build } = await company('moved');
    const [eva, fay, gus] = [
      await api.signUp('tree-eva'),
      await api.signUp('tree-fay'),
      await api.signUp('tree-gus'),
    ];
    await own(games, { operations: [user('tree-eva')] });
    await own(tools, { operations: [user('tree-fay')] });
    await own(shop, { developer: [user('tree-gus')] });
    const plan = await admin.post(`/tree/${shop}/parent/plan`, { parent: tools });
    expect(plan.body).toMatchObject({
      path: 'moved.tools.shop',
      below: 0,
      gains: [{ subject: { name: 'tree-fay' }, role: 'operator', from: { path: 'moved.tools' } }],
      loses: [{ subject: { name: 'tree-eva' }, role: 'operator', from: { path: 'moved.games' } }],
    });
    expect(await pathsSeenBy(fay)).not.toContain('moved.tools.shop');
    expect((await admin.put(`/tree/${shop}/parent`, { parent: tools })).status).toBe(200);
    expect(await pathsSeenBy(fay)).toContain('moved.tools.shop');
    expect(await pathsSeenBy(eva)).toEqual(['moved', 'moved.games']);
    expect(await pathsSeenBy(gus)).toEqual(['moved', 'moved.tools', 'moved.tools.shop']);

    // may move in both places, yet others would gain what she has not
    await admin.post('/roles', {
      name: 'tree-mover',
      policies: [
        { object: '/tree/{node}/parent', action: 'PUT' },
        { object: '/tree', action: 'POST' },
      ],
      menus: [],
      description: '',
    });
    const hal = await api.signUp('tree-hal');
    for (const node of [games, tools])
      await admin.post('/grants', {
        subject: user('tree-hal'),
        role: 'tree-mover',
        scope: { kind: 'tree', node },
      });
    expect(refusal(await hal.put(`/tree/${build}/parent`, { parent: games }))).toEqual([
      403,
      'roleEscalation',
    ]);
    expect((await admin.get(`/tree/${build}`)).body.path).toBe('moved.tools.build');
  });

  test('whoever goes takes their ownership along; a deleted node its grants', async () => {
    const { shop } = await company('leaving');
    await api.signUp('tree-ida');
    await own(shop, { developer: [user('tree-ida')] });
    await admin.patch('/users/tree-ida', { disabled: true });
    const { body } = await admin.get(`/rights?node=${shop}&right=get%20k8s/core/pods&user=admin`);
    expect(body.items).toMatchObject([{ username: 'admin', allowed: true }]);
    await admin.post('/grants', {
      subject: user('admin'),
      role: 'viewer',
      scope: { kind: 'tree', node: shop },
    });
    expect((await admin.delete(`/tree/${shop}`)).status).toBe(204);
    expect((await admin.get(`/grants?node=${shop}`)).body.total).toBe(0);
    const gone = await admin.post('/grants', {
      subject: user('admin'),
      role: 'viewer',
      scope: { kind: 'tree', node: shop },
    });
    expect([gone.status, gone.body.error.field]).toEqual([400, 'body.scope.node']);
  });
});

describe('a table of it', () => {
  test('comes out and goes in again; nothing changes by that', async () => {
    const { games } = await company('tables');
    await api.signUp('tree-jon');
    await own(games, { operations: [user('tree-jon')] });
    const { body } = await admin.get('/tree/rows');
    const mine = (body.rows as { path: string }[]).filter(({ path }) => path.startsWith('tables'));
    expect(mine.map(({ path }) => path)).toEqual([
      'tables',
      'tables.games',
      'tables.games.shop',
      'tables.tools',
      'tables.tools.build',
    ]);
    expect(mine[1]).toMatchObject({ operations: ['tree-jon'], developer: [] });
    const csv = 'path,operations\ntables,\ntables.games,tree-jon\n';
    const plan = await admin.post('/tree/rows/plan', { csv });
    expect(plan.body.rows.map(({ state }: { state: string }) => state)).toEqual(['unchanged', 'unchanged']);
  });

  test('makes and changes nodes, all or none', async () => {
    await company('filed');
    const csv = [
      'path,displayName,developer',
      'filed.games.shop.cart,Cart,tree-kim',
      'filed.ops,Ops,',
      'filed.games,Games!,',
    ].join('\n');
    const stranger = await admin.post('/tree/rows', { csv });
    expect([...refusal(stranger), stranger.body.error.params.line]).toEqual([409, 'treeImportRefused', 2]);
    const { body } = await admin.get('/tree/rows');
    const paths = () => (body.rows as { path: string }[]).map(({ path }) => path);
    expect(paths()).not.toContain('filed.ops');

    const kim = await api.signUp('tree-kim');
    const plan = await admin.post('/tree/rows/plan', { csv });
    expect(plan.body.rows).toMatchObject([
      { state: 'create' },
      { state: 'create' },
      { state: 'change', changes: [{ column: 'displayName', from: 'games', to: 'Games!' }] },
    ]);
    expect((await admin.post('/tree/rows', { csv })).status).toBe(200);
    expect(await pathsSeenBy(kim)).toEqual([
      'filed',
      'filed.games',
      'filed.games.shop',
      'filed.games.shop.cart',
    ]);
    const again = await admin.post('/tree/rows/plan', { csv });
    expect(again.body.rows.map(({ state }: { state: string }) => state)).toEqual(Array(3).fill('unchanged'));
    expect(refusal(await kim.post('/tree/rows', { csv }))).toEqual([403, 'forbidden']);
    expect(refusal(await kim.get('/tree/rows'))).toEqual([403, 'forbidden']);
    const noCsv = await admin.post('/tree/rows/plan', { csv: 'a,b\n1,2\n' });
    expect([...refusal(noCsv), noCsv.body.error.field]).toEqual([400, 'csvUnreadable', 'body.csv']);
  });
});
