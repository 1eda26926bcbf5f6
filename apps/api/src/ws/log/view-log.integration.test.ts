import { LineProxy, type LocalCluster } from '@pilothouse/control-plane';
import { needsRealNode, sharedTestCluster } from '@pilothouse/control-plane/testing';
import {
  connect,
  ContainerLog,
  LogHub,
  readContext,
  viewLog,
  type ClusterConnection,
  type LogCursor,
} from '@pilothouse/kube';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { AppError } from '../../http/app-error.ts';
import { AuditInMemory } from '../testing/audit-in-memory.ts';
import { auditedAccess } from './log-access.ts';

const namespace = 'streams-log';

/** Numbers go on through restarts of the container; half of them go to stderr. */
const counting = (lines: string, then: string) => `
    n=$(cat /data/n 2>/dev/null || echo 0)
    ${lines} n=$((n+1)); echo $n > /data/n; if [ $((n%2)) = 0 ]; then echo "line $n"; else echo "line $n" >&2; fi; usleep 3000; done
    ${then}`;

const pod = (name: string, script: string, image = 'localhost/busybox:1') => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  nodeName: node-1
  terminationGracePeriodSeconds: 0
  volumes: [{ name: data, emptyDir: {} }]
  containers:
    - name: main
      image: ${image}
      imagePullPolicy: IfNotPresent
      command: [sh, -c, ${JSON.stringify(script)}]
      volumeMounts: [{ name: data, mountPath: /data }]
---`;

let cluster: LocalCluster;
let proxy: LineProxy;
let connection: ClusterConnection;
const audit = new AuditInMemory();

beforeAll(async () => {
  cluster = await sharedTestCluster();
  if (!cluster.spec.realNode) return;
  proxy = await LineProxy.before(cluster.server);
  const credential = readContext(cluster.kubeconfig, undefined, { allowInsecure: false });
  connection = connect(
    { ...credential, server: `https://127.0.0.1:${proxy.port}` },
    { addressPolicy: { allowLoopback: true } },
  );
  await cluster.apply(
    [
      `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${namespace} }\n---`,
      pod('counter', counting('while :; do', '')),
      pod(
        'restarter',
        counting('while [ $((n%200)) -lt 199 ]; do', 'n=$((n+1)); echo $n > /data/n; echo "line $n"; exit 1'),
      ),
      pod('nothing', 'true', 'localhost/none:1'),
    ].join('\n'),
  );
  await cluster.kubectl('wait', '-n', namespace, 'pod/counter', '--for=condition=Ready', '--timeout=60s');
});

afterAll(async () => {
  await cluster?.kubectl('delete', 'namespace', namespace, '--wait=false');
  await connection?.close();
  proxy?.close();
});

beforeEach(needsRealNode);

function logOf(name: string) {
  const here = { id: 'here', name: 'here', connection };
  const access = auditedAccess(here, () => here, audit, { principal: null, target: {}, address: '' });
  return new ContainerLog({ namespace, pod: name, container: 'main' }, access);
}

interface Viewed {
  numbers: number[];
  others: string[];
  cursor: LogCursor | undefined;
  error: unknown;
}

/** Follows in the background until stopped. */
function follow(hub: LogHub, name: string, cursor?: LogCursor) {
  const stop = new AbortController();
  const viewed: Viewed = { numbers: [], others: [], cursor, error: undefined };
  const done = (async () => {
    const start = { previous: false, follow: true };
    const view = viewLog(logOf(name), { hub, key: name, start, signal: stop.signal, cursor });
    for await (const event of view) {
      if (event.type === 'lines') {
        const { text, end } = event.batch;
        viewed.numbers.push(...Array.from(text.matchAll(/line (\d+)/g), ([, number]) => Number(number)));
        viewed.cursor = end;
      } else viewed.others.push(event.type === 'waiting' ? event.message : event.type);
    }
  })().catch((error: unknown) => (viewed.error = error));
  const end = async () => {
    stop.abort();
    await done;
    return viewed;
  };
  return { viewed, done, end };
}

/**
 * Nothing missing, nothing twice. stdout and stderr are written by two, so neighbours may have changed places: at the
 * end one may have come before the other.
 */
function expectEveryNumberOnce(numbers: number[]) {
  const sorted = numbers.toSorted((a, b) => a - b).slice(0, -3);
  expect(sorted).toEqual(Array.from({ length: sorted.length }, (_, index) => sorted[0]! + index));
}

test('an upstream cut again and again: no gap, no duplicate, for every viewer', async () => {
  const hub = new LogHub();
  const views = [follow(hub, 'counter'), follow(hub, 'counter')];
  for (let cuts = 0; cuts < 5; cuts++) {
    await new Promise((resolve) => setTimeout(resolve, 700));
    proxy.cut();
  }
  await new Promise((resolve) => setTimeout(resolve, 1500));
  for (const { numbers, others, error } of await Promise.all(views.map((view) => view.end()))) {
    expect(error).toBeUndefined();
    expect(others.filter((other) => other === 'gap')).toEqual([]);
    expect(Math.min(...numbers)).toBe(1);
    expect(numbers.length).toBeGreaterThan(100);
    expectEveryNumberOnce(numbers);
  }
  // what stays is kept alive for requests: upstreams are closed with their last viewer
  await expect.poll(() => proxy.connections).toBeLessThanOrEqual(2);
});

test('another replica goes on behind a cursor', async () => {
  const first = follow(new LogHub(), 'counter');
  await expect.poll(() => first.viewed.numbers.length).toBeGreaterThan(100);
  const { numbers, cursor } = await first.end();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const second = follow(new LogHub(), 'counter', cursor);
  await expect.poll(() => second.viewed.numbers.length).toBeGreaterThan(100);
  const { others } = await second.end();
  expect(others).toEqual([]);
  expectEveryNumberOnce([...numbers, ...second.viewed.numbers]);
});

test('a database that takes no audit row for a moment delays a log, and ends it for nobody', async () => {
  const hub = new LogHub();
  const view = follow(hub, 'counter');
  await expect.poll(() => view.viewed.numbers.length).toBeGreaterThan(100);
  const refuses = vi.spyOn(audit, 'begin').mockRejectedValue(new AppError('auditUnavailable'));
  onTestFinished(() => refuses.mockRestore());
  proxy.cut();
  await expect.poll(() => view.viewed.others.join('\n')).toMatch(/audit log cannot be written/);
  refuses.mockRestore();
  const before = view.viewed.numbers.length;
  await expect.poll(() => view.viewed.numbers.length).toBeGreaterThan(before + 100);
  const { numbers, others, error } = await view.end();
  expect(error).toBeUndefined();
  expect(others.filter((other) => other === 'gap')).toEqual([]);
  expectEveryNumberOnce(numbers);
});

test('follows a container through its restarts, and says why it waits', async () => {
  const view = follow(new LogHub(), 'restarter');
  await expect.poll(() => view.viewed.numbers.length, { timeout: 50_000 }).toBeGreaterThan(250);
  const { numbers, others } = await view.end();
  expect(others.filter((other) => other === 'gap')).toEqual([]);
  expect(others.join('\n')).toContain('CrashLoopBackOff');
  expectEveryNumberOnce(numbers);
});

test('a container without a log says why, and a pod that goes away ends the log', async () => {
  const view = follow(new LogHub(), 'nothing');
  await expect.poll(() => view.viewed.others.join('\n')).toMatch(/ErrImagePull|ImagePullBackOff/);
  await cluster.kubectl('delete', 'pod', '-n', namespace, 'nothing', '--now');
  await view.done;
  expect(view.viewed.error).toMatchObject({ status: 404 });
});

test('each read of the cluster is a row in the audit', async () => {
  const rows = audit.rows.filter((row) => row.code === 'log.read');
  expect(rows.length).toBeGreaterThan(5);
  expect(rows.every((row) => row.outcome !== undefined)).toBe(true);
});
