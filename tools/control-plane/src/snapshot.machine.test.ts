// Depends on: tools/control-plane
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fillScale } from './landscape/scale.ts';
import type { LocalCluster } from './local-cluster.ts';
import { saveSnapshot } from './snapshot.ts';
import { startCluster } from './start-cluster.ts';

let dataDir: string;

beforeAll(async () => {
  dataDir = await realpath(await mkdtemp(join(tmpdir(), 'pilothouse-clusters-')));
});
afterAll(() => rm(dataDir, { recursive: true }));

const pods = async (cluster: LocalCluster) => {
  const print = '{range .items[*]}{.metadata.uid} {.spec.nodeName} {.status.phase}{"\\n"}{end}';
  const text = await cluster.kubectl('get', 'pods', '--all-namespaces', '-o', `jsonpath=${print}`);
  return text.split('\n').filter(Boolean).toSorted();
};

test('a filled cluster is kept, and another one goes on from there', async () => {
  const snapshot = join(dataDir, 'kept');
  const first = await startCluster({ name: 'first', kwokNodes: 2, dataDir });
  const seen: number[] = [];
  await fillScale(
    first,
    { deployments: 3, podsPerDeployment: 4, namespaces: 2 },
    { onProgress: ({ running }) => seen.push(running) },
  );
  expect(seen.at(-1)).toBe(12);
  const filled = await pods(first);
  expect(filled.filter((pod) => / kwok-[12] Running$/.test(pod))).toHaveLength(12);
  await saveSnapshot(first, snapshot);
  // it goes on
  await first.kubectl('scale', 'deployment', 'app-1', '--namespace', 'scale-1', '--replicas', '1');
  await first.stop();

  const second = await startCluster({ name: 'second', kwokNodes: 2, dataDir, snapshot });
  expect(await pods(second)).toEqual(filled);
  const app = ['deployment', 'app-2', '--namespace', 'scale-2'];
  await second.kubectl('scale', ...app, '--replicas', '6');
  await second.kubectl('wait', ...app, '--for=jsonpath={.status.readyReplicas}=6', '--timeout=60s');
  const [pod = ''] = (await second.kubectl('get', 'pods', '-n', 'scale-1', '-o', 'name')).split('\n');
  expect(await second.kubectl('logs', '-n', 'scale-1', pod, '--container', 'server')).toContain('kwok');
  await second.stop();
}, 180_000);
