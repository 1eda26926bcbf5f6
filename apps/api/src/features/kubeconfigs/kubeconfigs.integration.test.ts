import { buildTools, type LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { within } from '@pilothouse/testing';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deadKubeconfig } from '../../testing/kubeconfig.ts';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';

let api: TestApi;
let cluster: LocalCluster;
let kubectlPath: string;
let folder: string;
const shop = `kc-${Date.now().toString(36)}`;

beforeAll(async () => {
  cluster = await sharedTestCluster();
  kubectlPath = (await buildTools()).kubectl;
  folder = await mkdtemp(path.join(tmpdir(), 'kubeconfigs-'));
  api = await startTestApi({ config: { allowLoopbackClusters: true } });
  await api.admin.post('/clusters', { name: 'quay', kubeconfig: cluster.kubeconfig });
  await kubectl(cluster.kubeconfig, 'create', 'namespace', shop);
});
afterAll(async () => {
  await kubectl(cluster.kubeconfig, 'delete', 'namespace', shop, '--wait=false');
  await api?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What kubectl says with a kubeconfig; rejects with its words where it fails. */
async function kubectl(kubeconfig: string, ...args: string[]): Promise<string> {
  const file = path.join(folder, `${Math.random()}.kubeconfig`);
  await writeFile(file, kubeconfig);
  const { stdout } = await promisify(execFile)(kubectlPath, args, {
    env: { KUBECONFIG: file, HOME: folder, PATH: process.env['PATH'] },
  });
  return stdout;
}

const may = (kubeconfig: string, ...what: string[]) =>
  kubectl(kubeconfig, 'auth', 'can-i', ...what).then(
    (text) => text.trim() === 'yes',
    () => false,
  );

const wish = (more: object) => ({
  name: 'Contractor',
  namespace: shop,
  access: 'view',
  expiresInSeconds: 3600,
  ...more,
});
const issue = (client: TestApi['admin'], more: object = {}) =>
  client.post('/clusters/quay/kubeconfigs', wish(more));
const listed = async () => (await api.admin.get('/clusters/quay/kubeconfigs')).body.items;
const objects = (account: string) =>
  kubectl(cluster.kubeconfig, 'get', 'serviceaccounts,roles,rolebindings', '-n', shop, '-o', 'name').then(
    (text) => text.split('\n').filter((line) => line.endsWith(`/${account}`)),
  );

test('works with kubectl for what it is for and nothing else, is told once, and is gone when it is revoked', async () => {
  const { status, body } = await issue(api.admin);
  expect(status).toBe(201);
  const { kubeconfig, issued } = body;
  expect(issued).toMatchObject({ namespace: shop, access: 'view', state: 'active', issuedBy: 'admin' });
  // as the cluster granted it
  const payload = JSON.parse(
    Buffer.from(/token: (\S+)/.exec(kubeconfig)?.[1]?.split('.')[1] ?? '', 'base64url').toString(),
  );
  expect(Date.parse(issued.expiresAt)).toBe(payload.exp * 1000);
  expect(await kubectl(kubeconfig, 'get', 'configmaps', '-o', 'name')).toContain('kube-root-ca.crt');
  expect(await may(kubeconfig, 'list', 'pods')).toBe(true);
  for (const beyond of [
    ['create', 'configmaps'],
    ['get', 'secrets'],
    ['list', 'pods', '-n', 'default'],
    ['list', 'nodes'],
  ])
    expect([beyond, await may(kubeconfig, ...beyond)]).toEqual([beyond, false]);
  expect(JSON.stringify(await listed())).not.toContain(/token: (\S+)/.exec(kubeconfig)?.[1]);
  expect(await objects(issued.account)).toHaveLength(3);

  expect((await api.admin.delete(`/clusters/quay/kubeconfigs/_/${issued.id}`)).status).toBe(404);
  expect((await api.admin.delete(`/clusters/quay/kubeconfigs/${shop}/${issued.id}`)).status).toBe(204);
  expect(await objects(issued.account)).toEqual([]);
  await expect(kubectl(kubeconfig, 'get', 'configmaps')).rejects.toThrow(/Unauthorized|Forbidden|forbidden/);
  expect((await listed())[0]).toMatchObject({ state: 'ended', endReason: 'revoked', endedBy: 'admin' });
});

test('edits, administers or does what a role of ours does; in the whole cluster too', async () => {
  const edit = (await issue(api.admin, { access: 'edit' })).body;
  expect(await may(edit.kubeconfig, 'create', 'configmaps')).toBe(true);
  expect(await may(edit.kubeconfig, 'create', 'rolebindings')).toBe(false);
  const role = (await issue(api.admin, { access: 'role', role: 'developer' })).body;
  expect(await may(role.kubeconfig, 'create', 'pods', '--subresource=exec')).toBe(true);
  expect(await may(role.kubeconfig, 'get', 'deployments')).toBe(true);
  expect(await may(role.kubeconfig, 'get', 'secrets')).toBe(false);
  const wide = (await issue(api.admin, { namespace: null })).body;
  expect(await may(wide.kubeconfig, 'list', 'pods', '--all-namespaces')).toBe(true);
  expect(await may(wide.kubeconfig, 'delete', 'pods')).toBe(false);
  for (const { issued } of [edit, role, wide]) {
    const at = `/clusters/quay/kubeconfigs/${issued.namespace ?? '_'}/${issued.id}`;
    expect((await api.admin.delete(at)).status).toBe(204);
  }
});

test('is never wider than its issuer, and ends with the issuer’s rights', async () => {
  const rights = [
    ['/clusters/{cluster}/kubeconfigs', 'POST'],
    ['k8s/core/configmaps', 'All'],
    ['k8s/core/secrets', 'get'],
    ['k8s/core/pods/exec', 'get'],
  ].map(([object = '', action = '']) => ({ object, action }));
  const role = (name: string, policies: object[]) =>
    api.admin.post('/roles', { name, description: '', policies, menus: [] });
  expect((await role('issuer', rights)).status).toBe(201);
  await role('maps', [{ object: 'k8s/core/configmaps', action: 'All' }]);
  await role('secrets', [{ object: 'k8s/core/secrets', action: 'get' }]);
  await role('shells', [{ object: 'k8s/core/pods/exec', action: 'get' }]);
  const scope = { kind: 'namespace', cluster: 'quay', namespace: shop } as const;
  const issuer = await api.signUp('issuer', [{ role: 'issuer', scope }]);
  for (const more of [
    { access: 'view' },
    { access: 'role', role: 'viewer' },
    // a cluster gives a Secret's values, and older ones a shell, for what gives neither here
    { access: 'role', role: 'secrets' },
    { access: 'role', role: 'shells' },
  ])
    expect([more, (await issue(issuer, more)).body.error.code]).toEqual([more, 'roleEscalation']);
  expect((await issue(issuer, { namespace: null, access: 'role', role: 'maps' })).status).toBe(403);
  expect((await issue(issuer, { namespace: 'default', access: 'role', role: 'maps' })).status).toBe(403);
  const { body } = await issue(issuer, { access: 'role', role: 'maps' });
  expect(await may(body.kubeconfig, 'delete', 'configmaps')).toBe(true);
  const [grant] = (await api.admin.get('/grants?user=issuer')).body.items;
  expect((await api.admin.delete(`/grants/${grant.id}`)).status).toBe(204);
  await within(5000, () => expect.poll(() => objects(body.issued.account)).toEqual([]));
  expect((await listed()).find((each: { id: string }) => each.id === body.issued.id)).toMatchObject({
    state: 'ended',
    endReason: 'issuerLostRights',
  });
});

test('ends with the grant of its issuer, and with the issuer’s leaving a group', async () => {
  const policies = [
    { object: '/clusters/{cluster}/kubeconfigs', action: 'POST' },
    { object: 'k8s/core/configmaps', action: 'All' },
  ];
  await post('/roles', { name: 'map-issuer', description: '', policies, menus: [] });
  await post('/roles', { name: 'map-only', description: '', policies: policies.slice(1), menus: [] });
  await post('/groups', { name: 'map-issuers', displayName: 'Issuers' });
  const place = { role: 'map-issuer', scope: { kind: 'namespace', cluster: 'quay', namespace: shop } };
  await post('/grants', { ...place, subject: { kind: 'group', group: 'map-issuers' } });
  const [temporary, member] = [await api.signUp('temporary'), await api.signUp('map-member')];
  await api.admin.put('/groups/map-issuers/members/map-member', undefined);
  const expiresAt = new Date(Date.now() + 10_000).toISOString();
  await post('/grants', { ...place, subject: { kind: 'user', user: 'temporary' }, expiresAt });
  const issued = [];
  for (const client of [temporary, member]) {
    const { status, body } = await issue(client, { access: 'role', role: 'map-only' });
    expect(status).toBe(201);
    expect(await kubectl(body.kubeconfig, 'get', 'configmaps', '-o', 'name')).toContain('kube-root-ca.crt');
    issued.push(body);
  }
  expect((await api.admin.delete('/groups/map-issuers/members/map-member')).status).toBe(204);
  for (const {
    issued: { id, account },
    kubeconfig,
  } of issued.toReversed()) {
    await within(20_000, () => expect.poll(() => objects(account)).toEqual([]));
    await expect(kubectl(kubeconfig, 'get', 'configmaps')).rejects.toThrow(/Unauthorized|[Ff]orbidden/);
    const row = (await listed()).find((each: { id: string }) => each.id === id);
    expect(row).toMatchObject({ state: 'ended', endReason: 'issuerLostRights' });
  }
});

async function post(path: string, body: object) {
  expect([path, (await api.admin.post(path, body)).status]).toEqual([path, 201]);
}

test('goes before its cluster is removed', async () => {
  await post('/clusters', { name: 'leaving', kubeconfig: cluster.kubeconfig });
  const answers = [];
  for (const namespace of [shop, null])
    answers.push(await api.admin.post('/clusters/leaving/kubeconfigs', wish({ namespace })));
  expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  expect((await api.admin.delete('/clusters/leaving')).status).toBe(204);
  for (const { body } of answers) {
    expect(await objects(body.issued.account)).toEqual([]);
    await expect(kubectl(body.kubeconfig, 'get', 'pods')).rejects.toThrow(/Unauthorized|[Ff]orbidden/);
  }
  const { body } = await api.admin.get('/audit?code=kubeconfig.end&q=Contractor');
  const ended = body.items.filter(
    ({ params }: { params: { why: string } }) => params.why === 'clusterRemoved',
  );
  expect(ended).toHaveLength(2);
  expect(ended[0]).toMatchObject({ user: 'admin', outcome: 'succeeded' });
});

test('stays where the cluster cannot be told, which is said before it is removed, with how to delete it', async () => {
  await post('/clusters', { name: 'away', kubeconfig: cluster.kubeconfig });
  const issued = [];
  for (const namespace of [shop, null])
    issued.push((await api.admin.post('/clusters/away/kubeconfigs', wish({ namespace }))).body.issued);
  expect((await api.admin.put('/clusters/away/kubeconfig', { kubeconfig: deadKubeconfig() })).status).toBe(
    200,
  );
  const refused = await api.admin.delete('/clusters/away');
  expect([refused.status, refused.body.error.code]).toEqual([409, 'kubeconfigsRemain']);
  const { count, commands } = refused.body.error.params;
  expect([count, commands.split('\n').length]).toEqual([2, 3]);
  expect((await api.admin.get('/clusters/away/kubeconfigs')).body.items).toMatchObject([
    { state: 'active' },
    { state: 'active' },
  ]);
  expect((await api.admin.delete('/clusters/away?leaveKubeconfigs=true')).status).toBe(204);
  expect(await objects(issued[0].account)).toHaveLength(3);
  // as it is told
  for (const command of commands.split('\n'))
    await kubectl(cluster.kubeconfig, ...command.split(' ').slice(1));
  expect(await objects(issued[0].account)).toEqual([]);
  const kinds = 'serviceaccounts,clusterroles,clusterrolebindings';
  const all = await kubectl(cluster.kubeconfig, 'get', kinds, '-A', '-o', 'name');
  expect(all).not.toContain(issued[1].account);
});

test('that the cluster refuses leaves nothing behind', async () => {
  const before = (await listed()).length;
  const refused = await issue(api.admin, { namespace: 'not-there' });
  expect(refused.status).toBe(404);
  expect((await listed()).length).toBe(before + 1);
  expect((await listed())[0]).toMatchObject({ state: 'ended', endReason: 'failed' });
});
