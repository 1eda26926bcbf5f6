import type { LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { descriptorFor, kinds, rowOf, type KindDescriptor, type Row } from '@pilothouse/kinds';
import {
  apiPath,
  connect,
  deleteObject,
  discover,
  patchObject,
  readContext,
  type ClusterConnection,
  type Discovery,
} from '@pilothouse/kube';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';
import { createNamespace } from './testing/resource-world.ts';
import { randomPod, type RandomPod } from './testing/random-pods.ts';
import { ourText, printTable, type PrintedTable } from './testing/table.ts';

const core = { group: '', version: 'v1' };
const namespace = 'printed-as-kubectl';

let cluster: LocalCluster;
let connection: ClusterConnection;
let served: Discovery;

beforeAll(async () => {
  cluster = await sharedTestCluster();
  const credential = readContext(cluster.kubeconfig, undefined, { allowInsecure: false });
  connection = connect(credential, { addressPolicy: { allowLoopback: true } });
  served = await discover(connection);
});
afterAll(() => connection?.close());

/** Their lines and ours, by heading, row for row. */
function compare(
  table: PrintedTable,
  descriptor: KindDescriptor,
  rowFor: (uid: string, index: number) => Row | undefined,
) {
  const columns = new Map(descriptor.columns.map((column) => [column.header, column]));
  const headings = table.columnDefinitions.map(({ name }) => name.toUpperCase());
  return table.rows.map(({ cells, object }, index) => {
    const row = rowFor(object.metadata.uid, index);
    const theirs: Record<string, string> = {};
    const ours: Record<string, string | undefined> = {};
    for (const [position, heading] of headings.entries()) {
      const text = String(cells[position]);
      const column = columns.get(heading);
      theirs[heading] = text;
      ours[heading] = row && column && ourText(column, row, table, text);
    }
    return { theirs, ours };
  });
}

describe('the rows the platform answers', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startTestApi({ config: { allowLoopbackClusters: true } });
    await api.admin.post('/clusters', { name: 'here', kubeconfig: cluster.kubeconfig });
  });
  afterAll(() => api?.stop());

  /** A list and a table of the same moment: of each object both have the same version. */
  async function atOneMoment(
    plural: string,
    group = 'core',
  ): Promise<{ table: PrintedTable; rows: Map<string, Row> }> {
    const resource = served.find(group, plural);
    if (resource === undefined) throw new Error(`the cluster serves no ${plural}`);
    for (let attempt = 0; attempt < 40; attempt += 1) {
      const table = await printTable(connection, resource);
      const answer = await api.admin.get(`/clusters/here/k8s/${group}/${plural}?pageSize=500`);
      expect(answer.status).toBe(200);
      const rows = new Map<string, Row>(answer.body.items.map((row: Row) => [row.uid, row]));
      const same = table.rows.every(
        ({ object: { metadata } }) => rows.get(metadata.uid)?.resourceVersion === metadata.resourceVersion,
      );
      if (same && rows.size === table.rows.length) return { table, rows };
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    throw new Error(`${plural} never stood still`);
  }

  test.each([...kinds.values()].map((kind) => [kind.plural, kind] as const))(
    '%s are the apiserver’s own Table, cell by cell',
    async (plural, kind) => {
      const { table, rows } = await atOneMoment(plural, kind.group);
      if (['nodes', 'pods', 'namespaces', 'events', 'deployments', 'services'].includes(plural))
        expect(table.rows.length).toBeGreaterThan(0);
      for (const { theirs, ours } of compare(table, kind, (uid) => rows.get(uid)))
        expect(ours).toEqual(theirs);
    },
  );

  test('the demo’s crash-looping and unpullable pods are among them', async () => {
    const { rows } = await atOneMoment('pods');
    const statuses = new Map([...rows.values()].map(({ name, cells }) => [name, String(cells.status)]));
    expect(statuses.get('crashing')).toMatch(/^(CrashLoopBackOff|Error|Running|Completed)$/);
    expect(statuses.get('unpullable')).toMatch(/^(ErrImagePull|ImagePullBackOff|ErrImageNeverPull)$/);
  });

  async function compareFigures(): Promise<void> {
    const { rows } = await atOneMoment('nodes');
    const columns = new Map(descriptorFor('core', 'nodes').columns.map((column) => [column.id, column]));
    for (const row of rows.values()) {
      const described = await cluster.kubectl('describe', 'node', row.name);
      const ours = (id: string) => columns.get(id)?.text(row, Date.now());
      const [, pods] = /Non-terminated Pods:\s+\((\d+) in total\)/.exec(described) ?? [];
      const [, cpuRequests, cpuLimits] = /\n\s+cpu\s+(\S+ \(\d+%\))\s+(\S+ \(\d+%\))/.exec(described) ?? [];
      expect([row.cells.pods, ours('cpuRequests'), ours('cpuLimits')]).toEqual([
        Number(pods),
        cpuRequests,
        cpuLimits,
      ]);
      const percents = /\n\s+memory\s+\S+ \((\d+%)\)\s+\S+ \((\d+%)\)/.exec(described)?.slice(1);
      expect(['memoryRequests', 'memoryLimits'].map((id) => /\d+%/.exec(ours(id) ?? '')?.[0])).toEqual(
        percents,
      );
    }
  }

  test('a node’s figures are those of kubectl describe node', async () => {
    // other tests' pods come and go between the list and the description
    await vi.waitFor(compareFigures, { timeout: 30_000, interval: 500 });
  });
});

describe('pods in every state there is', () => {
  const pods = fc.sample(randomPod, { numRuns: 80, seed: 20_261_121 });
  const nameOf = (index: number) => `random-${String(index).padStart(3, '0')}`;

  async function create({ spec, status, deleted }: RandomPod, index: number): Promise<void> {
    const name = nameOf(index);
    const ref = { ...core, plural: 'pods', namespace, name };
    const metadata = { name, ...(deleted && { finalizers: ['example.com/hold'] }) };
    const body = { apiVersion: 'v1', kind: 'Pod', metadata, spec };
    await connection.json({ method: 'POST', path: apiPath({ ...core, plural: 'pods', namespace }), body });
    await patchObject(connection, { ...ref, subresource: 'status' }, { status });
    if (deleted) await deleteObject(connection, ref, { gracePeriodSeconds: 30 });
  }

  beforeAll(async () => {
    await createNamespace(cluster, namespace);
    await Promise.all(pods.map(create));
  });
  afterAll(async () => {
    const held = pods.flatMap(({ deleted }, index) => (deleted ? [nameOf(index)] : []));
    await Promise.all(
      held.map((name) =>
        patchObject(
          connection,
          { ...core, plural: 'pods', namespace, name },
          { metadata: { finalizers: null } },
        ),
      ),
    );
    await cluster.kubectl('delete', 'namespace', namespace, '--wait=false');
  });

  test('print as the apiserver prints them', async () => {
    const table = await printTable(connection, { ...core, plural: 'pods', namespace });
    expect(table.rows).toHaveLength(pods.length);
    const descriptor = descriptorFor('core', 'pods');
    const printed = compare(table, descriptor, (_uid, index) => {
      const object = table.rows[index]?.object;
      return object && rowOf(descriptor, object);
    });
    for (const { theirs, ours } of printed) expect(ours).toEqual(theirs);
    expect(new Set(printed.map(({ theirs }) => theirs.STATUS)).size).toBeGreaterThan(15);
  });
});
