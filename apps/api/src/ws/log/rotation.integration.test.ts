import { setTimeout as sleep } from 'node:timers/promises';
import { LineProxy, runScriptPods, type LocalCluster } from '@pilothouse/control-plane';
import { needsRealNode, sharedTestCluster } from '@pilothouse/control-plane/testing';
import {
  connect,
  ContainerLog,
  LogHub,
  readContext,
  viewLog,
  type ClusterConnection,
} from '@pilothouse/kube';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

let cluster: LocalCluster;
let proxy: LineProxy;
let connection: ClusterConnection;

/** Some 200 KB a second: a mebibyte, at which the kubelet rotates, is full each time it looks (10 s). */
const writer =
  'p=$(printf %0400d 0); n=0; while :; do n=$((n+1)); echo "line $n $p"; [ $((n%5)) = 0 ] && usleep 10000; done';

beforeAll(async () => {
  cluster = await sharedTestCluster('rotating', { kwokNodes: 0, containerLogMaxSize: '1Mi' });
  if (!cluster.spec.realNode) return;
  proxy = await LineProxy.before(cluster.server);
  const credential = readContext(cluster.kubeconfig, undefined, { allowInsecure: false });
  const server = `https://127.0.0.1:${proxy.port}`;
  connection = connect({ ...credential, server }, { addressPolicy: { allowLoopback: true } });
  await runScriptPods(cluster, { namespace: 'default', scripts: { writer } });
});

afterAll(async () => {
  await connection?.close();
  proxy?.close();
  await cluster?.stop();
});

beforeEach(needsRealNode);

test('through rotations, also while the line is cut, every line comes once or is said to be lost', async () => {
  const place = { namespace: 'default', pod: 'writer', container: 'main' };
  const source = new ContainerLog(place, { connection: () => connection });
  const stop = new AbortController();
  /** Numbers as they came; null is a gap. */
  const seen: (number | null)[] = [];
  const start = { previous: false, follow: true, tailLines: 1 };
  const view = viewLog(source, { hub: new LogHub(), key: 'writer', start, signal: stop.signal });
  const following = (async () => {
    for await (const event of view) {
      if (event.type === 'gap') seen.push(null);
      if (event.type !== 'lines') continue;
      seen.push(...Array.from(event.batch.text.matchAll(/ line (\d+) /g), ([, number]) => Number(number)));
    }
  })();
  await sleep(25_000);
  proxy.cut();
  await sleep(10_000);
  stop.abort();
  await following;
  const oldest = await cluster.kubectl('logs', 'writer', '--limit-bytes=100');
  expect(Number(/^line (\d+) /.exec(oldest)?.[1]), 'the kubelet has rotated').toBeGreaterThan(1);
  expect(seen.length).toBeGreaterThan(5000);
  const wrong = seen.flatMap((number, index) => {
    const before = seen[index - 1];
    if (index === 0 || number === null) return [];
    const previous = before === null ? seen[index - 2] : before;
    const fits = before === null ? number > (previous ?? 0) : number === (previous ?? 0) + 1;
    return fits ? [] : [{ previous, number, behindGap: before === null }];
  });
  expect(wrong).toEqual([]);
}, 120_000);
