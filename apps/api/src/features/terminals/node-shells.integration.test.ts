import { readdir, readFile } from 'node:fs/promises';
import { needsRealNode, sharedTestCluster } from '@pilothouse/control-plane/testing';
import type { LocalCluster } from '@pilothouse/control-plane';
import { within } from '@pilothouse/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createRole } from '../../testing/create-role.ts';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';
import { administratorOf, withPlatformProcesses } from '../../ws/testing/platform-process.ts';
import { recordedOutput } from '../../ws/testing/recorded-output.ts';
import { openShellStream, openStream, type StreamClient } from '../../ws/testing/stream-client.ts';

const namespace = 'node-shells';
const image = 'localhost/busybox:1';
/** A process of the machine that may be entered here as well: not every machine lets a container into its first. */
const nodeShell = { image, namespace, process: process.pid };
const onNode = (node: string) => ({ cluster: 'here', node });
const inHere = { kind: 'cluster' as const, cluster: 'here' };
let api: TestApi;
let cluster: LocalCluster;

interface WirePod {
  metadata: { name: string; labels: Record<string, string>; deletionTimestamp?: string };
  spec: Record<string, unknown>;
}

async function podsThere(): Promise<WirePod[]> {
  const text = await cluster.kubectl('get', 'pods', '-n', namespace, '-o', 'json');
  return (JSON.parse(text) as { items: WirePod[] }).items;
}
const isNothingLeft = () => expect.poll(podsThere).toEqual([]);
/** On this machine, which is the node's. */
const marker = '70707';
async function isRunning(): Promise<boolean> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const read = (id: string) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '');
  return (await Promise.all(processes.map(read))).includes(`sleep\0${marker}\0`);
}
const terminalOf = async (shell: StreamClient) => {
  const { items } = (await api.admin.get('/terminals?sort=-startedAt')).body;
  return items.find(({ id }: { id: string }) => id === shell.of('started')[0]?.terminal);
};

beforeAll(async () => {
  cluster = await sharedTestCluster();
  api = await startTestApi({ config: { allowLoopbackClusters: true, nodeShell } });
  await api.admin.post('/clusters', { name: 'here', kubeconfig: cluster.kubeconfig });
  await cluster.kubectl('create', 'namespace', namespace);
  await cluster.kubectl('wait', '--for=create', 'serviceaccount/default', '-n', namespace, '--timeout=30s');
});
afterAll(async () => {
  await api?.stop();
  await cluster?.kubectl('delete', 'namespace', namespace, '--wait=false');
});

test('there are none unless the settings say so', async () => {
  const plain = await startTestApi();
  try {
    expect(plain.container.config.nodeShell).toBeNull();
    expect((await plain.admin.get('/auth/me')).body).toMatchObject({ nodeShells: false });
    const refused = await plain.admin.post('/tickets', { purpose: 'nodeShell', ...onNode('node-1') });
    expect(refused).toMatchObject({ status: 404, body: { error: { code: 'notFound' } } });
  } finally {
    await plain.stop();
  }
  expect((await api.admin.get('/auth/me')).body).toMatchObject({ nodeShells: true });
});

test('it takes a right of its own: shells in pods and all of nodes do not do', async () => {
  await createRole(api, 'nearly', [
    'k8s/core/nodes All',
    'k8s/core/nodes/status All',
    'k8s/core/pods All',
    'k8s/core/pods/exec create',
  ]);
  await createRole(api, 'machines', ['k8s/core/nodes/shell create']);
  const request = { purpose: 'nodeShell', ...onNode('node-1') };
  const nearly = await api.signUp('nearly', [{ role: 'nearly', scope: inHere }]);
  expect(await nearly.post('/tickets', request)).toMatchObject({
    status: 403,
    body: { error: { code: 'forbidden', params: { object: 'k8s/core/nodes/shell', action: 'create' } } },
  });
  const inPart = { kind: 'namespace' as const, cluster: 'here', namespace };
  const partly = await api.signUp('partly', [{ role: 'machines', scope: inPart }]);
  expect(await partly.post('/tickets', request)).toMatchObject({ status: 403 });
  const whole = await api.signUp('whole', [{ role: 'machines', scope: inHere }]);
  expect(await whole.post('/tickets', request)).toMatchObject({ status: 201 });
});

test.each(['../pods', 'a/b', '', '%2e%2e', 'n'.repeat(300)])('%s is no name of a node', async (node) => {
  const answer = await api.admin.post('/tickets', { purpose: 'nodeShell', ...onNode(node) });
  expect(answer).toMatchObject({ status: 400 });
});

test('where it cannot begin the reason is told, and no pod stays', async () => {
  const nowhere = await openStream(api.admin, 'nodeShell', onNode('nobody'));
  nowhere.say({ type: 'start', columns: 80, rows: 24 });
  await expect
    .poll(() => nowhere.end)
    .toMatchObject({ reason: 'failed', error: { code: 'clusterNotFound' } });
  // what plays this node can make a pod run, and nothing be run in it
  const played = await openStream(api.admin, 'nodeShell', onNode('kwok-1'));
  played.say({ type: 'start', columns: 80, rows: 24 });
  await expect.poll(() => played.end).toMatchObject({ reason: 'failed' });
  await isNothingLeft();
  const rows = (await api.admin.get('/audit?code=nodeShell.open')).body.items;
  expect(rows).toMatchObject([
    { outcome: 'failed', name: 'kwok-1' },
    { outcome: 'failed', name: 'nobody' },
  ]);
});

describe('on a machine', () => {
  beforeEach(needsRealNode);

  test('it is the machine’s own, recorded and audited; the pod has no token, and goes with it', async () => {
    const shell = await openShellStream(api.admin, onNode('node-1'));
    const [made] = await podsThere();
    expect(made?.spec).toMatchObject({
      nodeName: 'node-1',
      hostPID: true,
      automountServiceAccountToken: false,
    });
    expect(made?.spec['volumes']).toBeUndefined();
    // the platform's own process, which no container sees
    shell.keys(`tr '\\0' ' ' < /proc/${process.pid}/cmdline; echo; echo of-the-machine\r`);
    await expect.poll(() => shell.screen).toMatch(/vitest[^]*of-the-machine/);
    shell.keys('exit 3\r');
    await expect.poll(() => shell.end).toMatchObject({ reason: 'exit' });
    await isNothingLeft();
    const terminal = await terminalOf(shell);
    expect(terminal).toMatchObject({ node: 'node-1', exitCode: 3, endReason: 'exit', namespace });
    const recording = await api.admin.get(`/terminals/${terminal.id}/recording`);
    expect(recordedOutput(recording.body)).toContain('of-the-machine');
  });

  test('nobody else enters its pod, whatever their rights on pods', async () => {
    const shell = await openShellStream(api.admin, onNode('node-1'));
    const pod = (await podsThere())[0]?.metadata.name ?? '';
    const other = await api.signUp('other', [{ role: 'cluster-admin', scope: inHere }]);
    const place = { cluster: 'here', namespace, pod, container: 'shell' };
    const stream = await openStream(other, 'exec', place);
    stream.say({ type: 'start', columns: 80, rows: 24 });
    await expect
      .poll(() => stream.end)
      .toMatchObject({ reason: 'failed', error: { code: 'nodeShellPod', params: { pod } } });
    shell.socket.close();
    await isNothingLeft();
  });

  test('it ends within 5 s of the right to it, and what it began is gone with the pod', async () => {
    await createRole(api, 'for-a-while', ['k8s/core/nodes/shell create']);
    const user = await api.signUp('for-a-while', [{ role: 'for-a-while', scope: inHere }]);
    const shell = await openShellStream(user, onNode('node-1'));
    shell.keys(`sleep ${marker} &\r`);
    await expect.poll(isRunning).toBe(true);
    const { items } = (await api.admin.get('/grants?user=for-a-while')).body;
    await api.admin.delete(`/grants/${items[0].id}`);
    await within(5000, () => expect.poll(() => shell.end).toMatchObject({ reason: 'rightsLost' }));
    await isNothingLeft();
    await expect.poll(isRunning).toBe(false);
  });

  test('kill -9: the next start removes the pod, and says so', async () => {
    const settings = {
      PILOTHOUSE_NODE_SHELL_IMAGE: image,
      PILOTHOUSE_NODE_SHELL_NAMESPACE: namespace,
    };
    await withPlatformProcesses(api.database, settings, async (start) => {
      const first = await start();
      const admin = await administratorOf(first.url);
      await admin.post('/clusters', { name: 'here', kubeconfig: cluster.kubeconfig });
      const shell = await openStream(admin, 'nodeShell', onNode('node-1'));
      shell.say({ type: 'start', columns: 80, rows: 24 });
      await expect.poll(async () => (await podsThere()).length, { interval: 20 }).toBe(1);
      await first.end('SIGKILL');
      expect(await podsThere()).toHaveLength(1);
      const second = await start();
      await isNothingLeft();
      const again = await administratorOf(second.url);
      expect((await again.get('/terminals')).body.items).toMatchObject([
        { node: 'node-1', endReason: 'platformRestart' },
      ]);
      const { items } = (await again.get('/audit?code=nodeShell.remove')).body;
      expect(items).toMatchObject([{ name: 'node-1', outcome: 'succeeded', user: 'admin' }]);
      await second.end('SIGTERM');
    });
  }, 120_000);
});
