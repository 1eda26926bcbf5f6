import type { LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

// the oldest version there is sees them too: tools/soak, older-kubernetes
const golden = join(import.meta.dirname, 'golden');
const namespace = `manifests-${randomUUID().slice(0, 8)}`;
let cluster: LocalCluster;
let folder: string;

beforeAll(async () => {
  cluster = await sharedTestCluster();
  folder = await mkdtemp(join(tmpdir(), 'golden-'));
  await cluster.kubectl('create', 'namespace', namespace);
  for (const name of await readdir(golden)) {
    const text = await readFile(join(golden, name), 'utf8');
    await writeFile(
      join(folder, name),
      text.replaceAll(/^ {2}namespace: .*$/gm, `  namespace: ${namespace}`),
    );
  }
});
afterAll(async () => {
  await cluster.kubectl('delete', 'namespace', namespace, '--wait=false');
  await rm(folder, { recursive: true });
});

const apply = (name: string, ...more: string[]) =>
  cluster.kubectl(
    'apply',
    '--server-side',
    '--validate=strict',
    '--field-manager=pilothouse-apps',
    '-f',
    join(folder, name),
    ...more,
  );

test('an apiserver takes every golden manifest, and knows all its fields', async () => {
  const names = await readdir(folder);
  expect(names.length).toBeGreaterThan(5);
  for (const name of names) expect(await apply(name, '--dry-run=server')).toContain('serverside-applied');
});

test('an apiserver takes any of them after any other: nothing that an edit changes is immutable', async () => {
  const names = (await readdir(folder)).filter((name) => name.startsWith('instance-'));
  const strategies = new Set<string>();
  // replicas that an autoscaler has set are its own until they are taken back: the reconciler does that
  for (const before of names)
    for (const after of names) {
      await apply(before, '--force-conflicts');
      expect(await apply(after, '--force-conflicts')).toContain(
        'deployment.apps/cart-main serverside-applied',
      );
      strategies.add(
        await cluster.kubectl(
          'get',
          'deployment',
          'cart-main',
          '-n',
          namespace,
          '-o',
          'jsonpath={.spec.strategy}',
        ),
      );
    }
  expect([...strategies].toSorted()).toEqual([
    '{"rollingUpdate":{"maxSurge":"25%","maxUnavailable":"25%"},"type":"RollingUpdate"}',
    '{"rollingUpdate":{"maxSurge":"50%","maxUnavailable":0},"type":"RollingUpdate"}',
    '{"type":"Recreate"}',
  ]);
});
