import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { TestClient } from '../../../../testing/test-client.ts';
import { startResourceWorld, type ResourceWorld } from '../../testing/resource-world.ts';
import { drainCases, type DrainCase } from './testing/drain-cases.ts';
import { caseLabel, place, type Owner, type Side } from './testing/drain-objects.ts';

/** `kubectl drain` empties one node of each pair, the platform the other: afterwards the two are the same. */
let world: ResourceWorld;
let admin: TestClient;
let owner: Owner;
const kubectl = (...args: string[]) => world.cluster.kubectl(...args);

interface Seen {
  kind: string;
  metadata: { name: string; namespace?: string };
  spec: { nodeName?: string; unschedulable?: boolean };
  status: { phase?: string };
}

/** All pods and nodes of a case, or of all. */
async function seen(label: string): Promise<Seen[]> {
  const text = await kubectl('get', 'pods,nodes', '-A', '-l', label, '-o', 'json');
  return (JSON.parse(text) as { items: Seen[] }).items;
}

/** What is on a node, those of a DaemonSet by its name, and whether the node is cordoned; null: it is gone. */
function stateOf({ node, namespace }: Side, items: Seen[]) {
  const pods = items.filter(
    ({ metadata, spec }) => metadata.namespace === namespace && spec.nodeName === node,
  );
  const found = items.find(({ kind, metadata }) => kind === 'Node' && metadata.name === node);
  return {
    pods: pods.map(({ metadata }) => metadata.name.replace(/-[a-z0-9]{5}$/, '')).toSorted(),
    isCordoned: found === undefined ? null : found.spec.unschedulable === true,
  };
}

/** Another file has its own. */
const own = `${caseLabel},${caseLabel}!=operation`;
const entries = Object.entries(drainCases(kubectl)).map(([name, given], index) => ({
  name,
  given,
  id: `c${index}`,
}));
const sideOf = (whose: 'theirs' | 'ours', id: string): Side => {
  const name = `drain-${whose}-${id}`;
  return { namespace: name, node: name, id, owner };
};
const pairOf = (id: string) => [sideOf('theirs', id), sideOf('ours', id)] as const;

/** Everything is on its node, and runs. */
async function prepare(): Promise<void> {
  const sides = entries.flatMap(({ given, id }) => pairOf(id).map((side) => ({ side, given })));
  const made = sides.flatMap(({ side, given }) => given.given(side));
  const places = sides.flatMap(({ side }) => place(side));
  await world.cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...places, ...made] }));
  const wanted = made.filter(({ kind }) => kind === 'Pod' || kind === 'DaemonSet').length;
  const running = async () =>
    (await seen(own)).filter(({ kind, status }) => kind === 'Pod' && status.phase === 'Running').length;
  await vi.waitFor(async () => expect(await running()).toBeGreaterThanOrEqual(wanted), {
    timeout: 240_000,
    interval: 3000,
  });
}

interface Item {
  id: string;
  target: string;
  state: string;
  result: { code: string; params: Record<string, string> } | null;
  children: object | null;
}

async function itemsOf(operation: string, parent?: string): Promise<Item[]> {
  const query = parent === undefined ? '' : `&parent=${parent}`;
  return (await admin.get(`/operations/${operation}/items?pageSize=100${query}`)).body.items as Item[];
}

async function begin(nodes: string[], parameters: object = {}): Promise<string> {
  const targets = nodes.map((name) => ({ name }));
  const answer = await admin.post('/clusters/here/k8s/core/nodes/actions/drain', { targets, parameters });
  expect(answer).toMatchObject({ status: 202 });
  return answer.body.operation as string;
}

/** The state in which it ended. Cases run side by side, where `expect.poll` does not know its test. */
async function ended(operation: string): Promise<string> {
  let state = '';
  await vi.waitFor(
    async () => {
      state = (await admin.get(`/operations/${operation}`)).body.state as string;
      expect(state).toMatch(/succeeded|failed|cancelled/);
    },
    { timeout: 150_000, interval: 300 },
  );
  return state;
}

async function pause(side: Side, { during }: DrainCase): Promise<void> {
  if (during === undefined) return;
  await sleep(2500);
  await during(side);
}

async function theirs(side: Side, given: DrainCase): Promise<{ state: string; words: string }> {
  const draining = kubectl('drain', side.node, ...(given.flags ?? [])).then(
    () => ({ state: 'succeeded', words: '' }),
    (error: { stderr?: string }) => ({ state: 'failed', words: error.stderr ?? '' }),
  );
  await pause(side, given);
  return draining;
}

async function ours(side: Side, given: DrainCase): Promise<{ state: string; codes: string[] }> {
  const operation = await begin([side.node], given.parameters);
  await pause(side, given);
  const state = await ended(operation);
  const upper = await itemsOf(operation);
  const drained = upper.find(({ target }) => target === side.node);
  const pods = drained?.children ? await itemsOf(operation, drained.id) : [];
  const failed = pods.filter((each) => each.state === 'failed');
  return { state, codes: failed.map(({ result }) => result?.code ?? '').toSorted() };
}

beforeAll(async () => {
  world = await startResourceWorld('drain-ours');
  admin = world.api.admin;
  // pods go with their owner, so it is one that stays
  const uid = await kubectl('get', 'node', 'kwok-1', '-o', 'jsonpath={.metadata.uid}');
  owner = { apiVersion: 'v1', kind: 'Node', name: 'kwok-1', uid, controller: true };
  await prepare();
}, 400_000);
afterAll(async () => {
  await kubectl('delete', 'nodes', '-l', own, '--wait=false');
  await kubectl('delete', 'namespaces', '-l', own, '--wait=false');
  await world?.stop();
});

describe.concurrent('as kubectl drain', () => {
  test.each(entries)('$name', { timeout: 180_000 }, async ({ given, id }) => {
    const [their, our] = pairOf(id);
    await Promise.all([given.before?.(their), given.before?.(our)]);
    const [kubectls, platforms] = await Promise.all([theirs(their, given), ours(our, given)]);
    expect(kubectls).toMatchObject({ state: given.ends });
    if (given.says !== undefined) expect(kubectls.words).toMatch(given.says);
    expect(platforms).toEqual({ state: given.ends, codes: given.codes ?? [] });
    const after = await seen(`${caseLabel}=${id}`);
    expect(stateOf(our, after)).toEqual(stateOf(their, after));
    expect(stateOf(our, after).pods).toEqual(given.left ?? []);
  });
});
