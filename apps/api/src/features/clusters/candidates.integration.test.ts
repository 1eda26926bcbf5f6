import { limitedKubeconfig, type LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';
import type { Candidate } from './candidate-rules.ts';

let api: TestApi;
let cluster: LocalCluster;
let base: string;
let folder: string;

beforeAll(async () => {
  cluster = await sharedTestCluster();
  base = mkdtempSync(path.join(tmpdir(), 'pilothouse-candidates-'));
  folder = path.join(base, 'kubeconfigs');
  mkdirSync(folder);
  api = await startTestApi({ config: { allowLoopbackClusters: true, kubeconfigsFolder: folder } });
});
afterAll(async () => {
  await api.stop();
  rmSync(base, { recursive: true, force: true });
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const { name } of await clusters()) await api.admin.delete(`/clusters/${name}`);
});

/** Writes a file as if it had been there for a while. */
function put(file: string, text: string) {
  const at = path.join(folder, file);
  writeFileSync(at, text);
  utimesSync(at, new Date(), new Date(Date.now() - 60_000));
}

const clusters = async (): Promise<{ name: string; server: string; source: string }[]> =>
  (await api.admin.get('/clusters')).body.items;
const candidates = async (): Promise<Candidate[]> => (await api.admin.get('/cluster-candidates')).body.items;
const register = ({ id }: Candidate, body: object) =>
  api.admin.post(`/cluster-candidates/${id}/register`, body);

/** A private address nobody has: safe to register, never answers. */
function unreachable(name: string, host = '10.255.255.1'): string {
  return cluster.kubeconfig
    .replace(/server: .*/, `server: https://${host}:6443`)
    .replaceAll(cluster.name, name);
}

async function only(): Promise<Candidate> {
  const items = await candidates();
  expect(items).toHaveLength(1);
  return items[0] as Candidate;
}

test('a safe file registers itself, with a row in the audit log; removing the file changes nothing', async () => {
  put('prod.yaml', unreachable('prod'));
  await vi.waitFor(async () => expect(await clusters()).toMatchObject([{ name: 'prod', source: 'file' }]), {
    timeout: 15_000,
  });
  expect(await candidates()).toEqual([]);
  const lastAudited = async () => (await api.admin.get('/audit?code=cluster.create')).body.items[0];
  await expect
    .poll(lastAudited)
    .toMatchObject({ user: null, name: 'prod', outcome: 'succeeded', params: { file: 'prod.yaml' } });

  rmSync(path.join(folder, 'prod.yaml'));
  await new Promise((resolve) => setTimeout(resolve, 4000));
  expect(await clusters()).toMatchObject([{ name: 'prod' }]);
});

test('a loopback file waits for a click, keeps what was edited, and a changed one offers replacement', async () => {
  put('local', cluster.kubeconfig);
  const waiting = await only();
  expect(waiting).toMatchObject({ file: 'local', waitsFor: 'loopback', replaces: null });
  expect((await register(waiting, { name: 'local', environment: 'test' })).status).toBe(201);
  expect(await candidates()).toEqual([]);
  await api.admin.patch('/clusters/local', { displayName: 'Mine', environment: 'staging' });

  put('local', await limitedKubeconfig(cluster, { namespace: 'fleet', rules: [] }));
  const changed = await only();
  expect(changed).toMatchObject({ waitsFor: 'replacement', replaces: 'local' });
  expect((await register(changed, { name: 'local' })).body.error.code).toBe('conflict');
  const other = await api.admin.post(`/cluster-candidates/${changed.id}/replace`, { cluster: 'another' });
  expect(other.status).toBe(404);
  const replaced = await api.admin.post(`/cluster-candidates/${changed.id}/replace`, { cluster: 'local' });
  expect(replaced.status).toBe(200);
  expect(replaced.body).toMatchObject({
    displayName: 'Mine',
    environment: 'staging',
    health: { lastProbe: { ok: true, nodes: null } },
  });
  expect(await clusters()).toHaveLength(1);
  expect(await candidates()).toEqual([]);
  const { body } = await api.admin.get('/audit?code=cluster.replaceKubeconfig');
  expect(body.items[0]).toMatchObject({ user: 'admin', name: 'local', outcome: 'succeeded' });
});

test('replacing a credential from a file needs the right to replace that cluster’s, not the one to register', async () => {
  put('local', cluster.kubeconfig);
  expect((await register(await only(), { name: 'local' })).status).toBe(201);
  put('local', `${cluster.kubeconfig}\n# changed`);
  const { id } = await only();
  const clusterAdmin = await api.signUp('replacer', [
    { role: 'cluster-admin', scope: { kind: 'cluster', cluster: 'local' } },
  ]);
  expect((await clusterAdmin.post(`/cluster-candidates/${id}/register`, { name: 'other' })).status).toBe(403);
  expect((await clusterAdmin.post(`/cluster-candidates/${id}/replace`, { cluster: 'other' })).status).toBe(
    403,
  );
  expect((await clusterAdmin.post(`/cluster-candidates/${id}/replace`, { cluster: 'local' })).status).toBe(
    200,
  );
});

test('of several contexts somebody chooses one', async () => {
  const two = cluster.kubeconfig.replace(
    /contexts:\n/,
    `contexts:\n  - name: broken\n    context:\n      cluster: nowhere\n      user: nobody\n`,
  );
  put('two', two);
  const waiting = await only();
  expect(waiting.waitsFor).toBe('contextChoice');
  expect((await register(waiting, { name: 'two' })).body.error.code).toBe('kubeconfigContextRequired');
  expect((await register(waiting, { name: 'two', context: 'broken' })).status).toBe(400);
  expect((await register(waiting, { name: 'two', context: cluster.name })).body.context).toBe(cluster.name);
});

test('a cluster that was removed does not come back by itself', async () => {
  put('prod', unreachable('prod'));
  await vi.waitFor(async () => expect(await clusters()).toHaveLength(1), { timeout: 15_000 });
  await api.admin.delete('/clusters/prod');
  await new Promise((resolve) => setTimeout(resolve, 4000));
  expect(await clusters()).toEqual([]);
  const waiting = await only();
  expect(waiting.waitsFor).toBe('removed');
  expect((await register(waiting, { name: 'prod' })).status).toBe(201);
  expect(await candidates()).toEqual([]);
});

test('what a link leads to outside the folder is neither read nor shown', async () => {
  writeFileSync(path.join(base, 'outside'), cluster.kubeconfig);
  symlinkSync('../outside', path.join(folder, 'link'));
  expect(await only()).toMatchObject({
    file: 'link',
    waitsFor: 'unreadable',
    error: { code: 'kubeconfigUnreadable', params: { problem: 'fileOutside' } },
    contexts: [],
  });
});

test('a candidate that is not there, or has changed meanwhile, is not found', async () => {
  put('local', cluster.kubeconfig);
  const waiting = await only();
  put('local', `${cluster.kubeconfig}\n# changed`);
  expect((await register(waiting, { name: 'local' })).status).toBe(404);
  expect(await clusters()).toEqual([]);
});
