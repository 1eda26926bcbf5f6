// Depends on: tools/control-plane
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { needing } from '@pilothouse/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterStatus, connectCluster, stopCluster } from './clusters.ts';
import { findLeftovers } from './leftovers.ts';
import { limitedKubeconfig } from './limited-kubeconfig.ts';
import type { LocalCluster } from './local-cluster.ts';
import { realNodePossible } from './node/real-node-possible.ts';
import { run } from './run.ts';
import { startCluster } from './start-cluster.ts';
import { toolPaths } from './build/build-tools.ts';

const possible = await realNodePossible();

describe('two clusters with real nodes, side by side', needing(possible), () => {
  let dataDir: string;
  let left: LocalCluster;
  let right: LocalCluster;
  const steps: string[] = [];

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'pilothouse-clusters-'));
    [left, right] = await Promise.all([
      startCluster({
        name: 'left',
        kwokNodes: 2,
        realNode: true,
        landscape: 'demo',
        dataDir,
        onProgress: ({ step, done, total }) => steps.push(`${step} ${done}/${total}`),
      }),
      startCluster({ name: 'right', realNode: true, landscape: 'demo', dataDir }),
    ]);
    for (const cluster of [left, right]) {
      const wait = ['wait', '-n', 'demo', '--timeout=60s', '--for=condition=Ready'];
      await cluster.kubectl(...wait, 'pod/shell');
    }
  });

  afterAll(async () => {
    await Promise.all([stopCluster('left', { dataDir }), stopCluster('right', { dataDir })]);
    await rm(dataDir, { recursive: true });
  });

  test('progress counts up to the end', () => {
    expect(steps[0]).toBe('certificates 0/5');
    expect(steps.at(-1)).toBe('ready 5/5');
  });

  test('all nodes are Ready', async () => {
    const path = '{range .items[*]}{.metadata.name}={.status.conditions[?(@.type=="Ready")].status} {end}';
    const nodes = (cluster: LocalCluster) => cluster.kubectl('get', 'nodes', '-o', `jsonpath=${path}`);
    expect(await nodes(left)).toBe('kwok-1=True kwok-2=True node-1=True ');
    expect(await nodes(right)).toBe('node-1=True ');
  });

  test('a shell in a container has a true exit code and a terminal of its own', async () => {
    const exec = ['exec', '-n', 'demo', 'shell', '--'];
    await expect(left.kubectl(...exec, 'sh', '-c', 'exit 7')).rejects.toMatchObject({ code: 7 });
    expect(await right.kubectl(...exec, 'hostname')).toBe('shell\n');
    expect(await left.kubectl('logs', '-n', 'demo', 'many-containers', '-c', 'prepare')).toBe('prepared\n');
  });

  test('the landscape shows what goes wrong', async () => {
    const path = 'jsonpath={.items[*].status.containerStatuses[0].state.waiting.reason}';
    const reasons = () => left.kubectl('get', 'pods', '-n', 'demo', 'crashing', 'unpullable', '-o', path);
    await expect
      .poll(reasons, { timeout: 50_000, interval: 500 })
      .toMatch(/^CrashLoopBackOff (ErrImagePull|ImagePullBackOff)$/);
    const wait = ['wait', '-n', 'demo', '--timeout=30s'];
    await left.kubectl(...wait, '--for=condition=Complete', 'job/migrate');
    await left.kubectl(...wait, '--for=condition=Available', 'deployment/web');
  });

  test('what a limited account may not do is refused', async () => {
    const kubeconfig = await limitedKubeconfig(left, {
      namespace: 'limited',
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }],
    });
    const can = async (verb: string, namespace: string) => {
      const { kubectl } = await toolPaths();
      const question = ['auth', 'can-i', verb, 'pods', '-n', namespace];
      const input = ['-c', 'exec "$0" --kubeconfig /dev/fd/3 "$@" 3<<<"$KUBECONFIG_TEXT"'];
      const env = { ...process.env, KUBECONFIG_TEXT: kubeconfig };
      return run('bash', [...input, kubectl, ...question], { env }).then(
        () => true,
        () => false,
      );
    };
    expect(await can('list', 'limited')).toBe(true);
    expect(await can('delete', 'limited')).toBe(false);
    expect(await can('list', 'demo')).toBe(false);
  });

  test('the audit log has the request’s own Audit-ID', async () => {
    const id = '5f0e8a2e-0000-4000-8000-00000000c0de';
    await get(right, '/api/v1/namespaces/demo/pods?limit=1', { 'audit-id': id });
    await expect.poll(async () => await readFile(right.auditLogPath, 'utf8')).toContain(id);
    const lines = (await readFile(right.auditLogPath, 'utf8')).trim().split('\n');
    const event = lines.map((line) => JSON.parse(line)).find(({ auditID }) => auditID === id);
    expect(event).toMatchObject({ level: 'Metadata', verb: 'list', user: { username: 'admin' } });
  });

  test('the apiserver dies alone and comes back at the same address', async () => {
    const before = right.pids['kube-apiserver'];
    await right.killApiServer();
    await expect(get(right, '/readyz')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await clusterStatus({ dataDir })).toMatchObject([
      { name: 'left', phase: 'ready', dead: [] },
      { name: 'right', phase: 'ready', dead: ['kube-apiserver'] },
    ]);
    expect(await left.kubectl('get', '--raw', '/readyz')).toBe('ok');
    await right.startApiServer();
    expect(await get(right, '/readyz')).toBe('ok');
    expect(right.pids['kube-apiserver']).not.toBe(before);
    expect(await right.kubectl('get', 'pod', '-n', 'demo', 'shell', '-o', 'name')).toBe('pod/shell\n');
  });

  test('any component can be frozen, thawed and killed, and comes back', async () => {
    const write = (...options: string[]) =>
      right.kubectl('label', '--overwrite', 'namespace', 'demo', `at=${Date.now()}`, ...options);
    await right.signal('etcd', 'SIGSTOP');
    await expect(write('--request-timeout=2s')).rejects.toThrow(/timeout|deadline|Unable/i);
    await right.signal('etcd', 'SIGCONT');
    await expect.poll(() => write().catch(String)).toContain('labeled');
    const { etcd, kubelet } = right.pids;
    await right.signal('etcd', 'SIGKILL');
    await right.signal('kubelet', 'SIGTERM');
    await expect(right.signal('kubelet', 'SIGKILL')).rejects.toThrow('kubelet does not run');
    await right.startApiServer();
    expect(right.pids.etcd).not.toBe(etcd);
    expect(right.pids.kubelet).not.toBe(kubelet);
    await expect.poll(() => write().catch(String)).toContain('labeled');
  });

  test('a running cluster can be joined by name, and its name is taken', async () => {
    const joined = await connectCluster('left', { dataDir });
    expect(joined.server).toBe(left.server);
    await expect(startCluster({ name: 'left', dataDir })).rejects.toThrow('runs already');
    await expect(connectCluster('middle', { dataDir })).rejects.toThrow('no cluster middle');
  });

  test('when one ends nothing of it is left, and the other lives on', async () => {
    // the instrument works: a running cluster is seen in every respect
    const kinds = new Set((await findLeftovers(right.directory)).map((line) => line.split(' ')[0]));
    expect([...kinds]).toEqual(expect.arrayContaining(['process', 'mount', 'cgroup', 'files']));
    await right.stop();
    expect(await findLeftovers(right.directory)).toEqual([]);
    await expect(connectCluster('right', { dataDir })).rejects.toThrow('no cluster right');
    // longer than the kubelet takes to miss a foreign pod of its own cgroup root
    await sleep(3_000);
    await expect(
      left.kubectl('exec', '-n', 'demo', 'shell', '--', 'sh', '-c', 'exit 3'),
    ).rejects.toMatchObject({ code: 3 });
    await left.stop();
    expect(await findLeftovers(left.directory)).toEqual([]);
  });
});

/** A request with the admin's certificate. */
async function get(
  cluster: LocalCluster,
  path: string,
  headers: Record<string, string> = {},
): Promise<string> {
  const data = (key: string) =>
    Buffer.from(new RegExp(`${key}: (\\S+)`).exec(cluster.kubeconfig)?.[1] ?? '', 'base64');
  const credentials = {
    ca: data('certificate-authority-data'),
    cert: data('client-certificate-data'),
    key: data('client-key-data'),
  };
  return new Promise((resolve, reject) => {
    request(`${cluster.server}${path}`, { ...credentials, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve(body));
    })
      .on('error', reject)
      .end();
  });
}
