import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needsRealNode, sharedTestCluster } from '@pilothouse/control-plane/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startResourceWorld, type ClusterAudit, type ResourceWorld } from '../../testing/resource-world.ts';
import { drainsOf } from './testing/drains-of.ts';
import { budget, place, pod, type Owner } from './testing/drain-objects.ts';
import { stoppingPod, type Stopping } from './testing/stopping-pods.ts';

/** A node with a kubelet, where pods take their time to end; and an apiserver that is restarted. */
const node = 'node-1';
const namespace = 'drain-real';
const selectorOf = (name: string) => `drain=${name}`;
let world: ResourceWorld;
let drains: ReturnType<typeof drainsOf>;
let marksFolder: string | undefined;
const kubectl = (...args: string[]) => world.cluster.kubectl(...args);

/** A node that controls pods, and makes none. */
async function ownerOf(name: string): Promise<Owner> {
  const uid = await kubectl('get', 'node', name, '-o', 'jsonpath={.metadata.uid}');
  return { apiVersion: 'v1', kind: 'Node', name, uid, controller: true };
}

interface Case {
  pods: Record<string, Stopping>;
  flags?: string[];
  parameters?: Record<string, unknown>;
  ends: 'succeeded' | 'failed';
  says?: RegExp;
  codes?: string[];
  /** What each pod has come to when the drain ends. */
  marks: Record<string, string[]>;
  /** What those that are still there come to afterwards. */
  later?: Record<string, string[]>;
}

const cases: Record<string, Case> = {
  'each pod ends in its own time, and within its grace period': {
    pods: {
      patient: {
        preStop: 'mark preStop; sleep 2; mark stopped',
        onTerm: 'sleep 2; mark done; exit 0',
        gracePeriodSeconds: 40,
      },
      quick: { onTerm: 'exit 0', gracePeriodSeconds: 40 },
      stubborn: { onTerm: ':', gracePeriodSeconds: 3 },
    },
    ends: 'succeeded',
    marks: {
      patient: ['started', 'preStop', 'stopped', 'TERM', 'done'],
      quick: ['started', 'TERM'],
      stubborn: ['started', 'TERM'],
    },
  },
  '--grace-period cuts it short': {
    pods: { slow: { onTerm: 'sleep 60; mark done; exit 0', gracePeriodSeconds: 90 } },
    flags: ['--grace-period=5'],
    parameters: { gracePeriod: 5 },
    ends: 'succeeded',
    marks: { slow: ['started', 'TERM'] },
  },
  '--timeout gives up, and the pod ends in its own time all the same': {
    pods: { late: { onTerm: 'sleep 14; mark done; exit 0', gracePeriodSeconds: 60 } },
    flags: ['--timeout=6s'],
    parameters: { timeout: 6 },
    ends: 'failed',
    says: /when waiting for pod/,
    codes: ['terminationTimedOut'],
    marks: { late: ['started', 'TERM'] },
    later: { late: ['started', 'TERM', 'done'] },
  },
};
const entries = Object.entries(cases).map(([name, given], index) => ({ name, given, id: `r${index}` }));

type Side = 'theirs' | 'ours';
const nameOf = (name: string, id: string, side: Side) => `${name}-${id}-${side}`;
const podsOf = ({ pods }: Case) => Object.keys(pods);

async function marksOf(pods: string[], id: string, side: Side): Promise<Record<string, string[]>> {
  const read = async (pod: string) => {
    const text = await readFile(join(marksFolder ?? '', nameOf(pod, id, side)), 'utf8').catch(() => '');
    return [pod, text.split('\n').filter(Boolean)] as const;
  };
  return Object.fromEntries(await Promise.all(pods.map(read)));
}

/** What the cluster did in a drain: whether the node was closed first, and each pod evicted, once, before it ended. */
function courseOf(events: ClusterAudit[], pods: string[], { id, side }: { id: string; side: Side }) {
  const steps = events.flatMap(({ verb, requestURI, user, responseStatus }) => {
    const path = requestURI.replace(/\?.*/, '');
    if (verb === 'patch' && path.endsWith(`/nodes/${node}`) && !user.username.startsWith('system:'))
      return ['cordoned'];
    const [, pod = '', isEviction] = /\/pods\/([^/]+)(\/eviction)?$/.exec(path) ?? [];
    if (isEviction !== undefined) return [`evicted ${pod} ${responseStatus?.code}`];
    return verb === 'delete' ? [`ended ${pod}`] : [];
  });
  const ofPod = (pod: string) =>
    steps
      .filter((step) => step.split(' ')[1] === nameOf(pod, id, side))
      .map((step) => step.replace(/ \S+/, ''));
  return {
    side,
    isClosedFirst: steps.indexOf('cordoned') === 0,
    pods: Object.fromEntries(pods.map((pod) => [pod, ofPod(pod)])),
  };
}

async function theirs({ flags = [] }: Case, id: string): Promise<{ state: string; words: string }> {
  const selector = `--pod-selector=${selectorOf(`${id}-theirs`)}`;
  return kubectl('drain', node, selector, ...flags).then(
    () => ({ state: 'succeeded', words: '' }),
    (error: { stderr?: string }) => ({ state: 'failed', words: error.stderr ?? '' }),
  );
}

interface WirePod {
  metadata: { deletionTimestamp?: string; deletionGracePeriodSeconds?: number };
}

/** While a pod ends, it is said since when, and not that it is gone. */
async function expectTold(operation: string, pod: string): Promise<void> {
  const partOf = async () =>
    (await drains.parts(operation, node)).find(({ target }) => target === `${namespace}/${pod}`);
  await expect.poll(async () => (await partOf())?.step?.code).toBe('podTerminating');
  const { metadata } = JSON.parse(await kubectl('get', 'pod', pod, '-n', namespace, '-o', 'json')) as WirePod;
  const { deletionTimestamp = '', deletionGracePeriodSeconds = 0 } = metadata;
  const since = new Date(Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000).toISOString();
  expect(await partOf()).toMatchObject({ state: 'running', result: null, step: { params: { since } } });
}

async function ours(given: Case, id: string): Promise<{ state: string; codes: string[] }> {
  const podSelector = selectorOf(`${id}-ours`);
  const operation = await drains.begin([node], { podSelector, ...given.parameters });
  const slowest = podsOf(given)[0] ?? '';
  await expectTold(operation, nameOf(slowest, id, 'ours'));
  const state = await drains.ended(operation);
  const failed = (await drains.parts(operation, node)).filter((part) => part.state === 'failed');
  return { state, codes: failed.map(({ result }) => result?.code ?? '') };
}

beforeAll(async () => {
  const cluster = await sharedTestCluster('drained', { kwokNodes: 1, landscape: 'none' });
  world = await startResourceWorld(namespace, { cluster });
  drains = drainsOf(world.api.admin);
});
afterAll(async () => {
  await world?.stop();
  await world?.cluster.stop();
});

describe('pods that take their time, as kubectl drain', () => {
  beforeAll(async () => {
    if (!world.cluster.spec.realNode) return;
    marksFolder = await mkdtemp(join(tmpdir(), 'pilothouse-marks-'));
    const where = { node, namespace, owner: await ownerOf(node), marksFolder };
    const items = entries.flatMap(({ given, id }) =>
      (['theirs', 'ours'] as const).flatMap((side) =>
        Object.entries(given.pods).map(([name, stopping]) =>
          stoppingPod(where, nameOf(name, id, side), { drain: `${id}-${side}` }, stopping),
        ),
      ),
    );
    await world.cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    const names = items.map(({ metadata }) => `pod/${metadata.name}`);
    await kubectl('wait', '-n', namespace, '--for=condition=Ready', '--timeout=100s', ...names);
  });
  beforeEach(needsRealNode);
  afterAll(async () => {
    if (marksFolder !== undefined) await rm(marksFolder, { recursive: true, force: true });
  });

  test.each(entries)('$name', { timeout: 120_000 }, async ({ given, id }) => {
    const pods = podsOf(given);
    const ready = Object.fromEntries(pods.map((name) => [name, ['started']]));
    for (const side of ['theirs', 'ours'] as const) {
      await expect.poll(() => marksOf(pods, id, side)).toEqual(ready);
      await kubectl('uncordon', node);
      const audited = await world.auditedFromNow();
      const end = side === 'theirs' ? await theirs(given, id) : await ours(given, id);
      // whatever was promised to the pods has come about when the end is told
      expect({ side, marks: await marksOf(pods, id, side) }).toEqual({ side, marks: given.marks });
      expect(end).toMatchObject({ state: given.ends });
      if ('words' in end) expect(end.words).toMatch(given.says ?? /^$/);
      else expect(end.codes).toEqual(given.codes ?? []);
      expect(await kubectl('get', 'node', node, '-o', 'jsonpath={.spec.unschedulable}')).toBe('true');
      const left = given.later ?? {};
      await expect.poll(() => marksOf(Object.keys(left), id, side)).toEqual(left);
      const course = {
        side,
        isClosedFirst: true,
        pods: Object.fromEntries(pods.map((name) => [name, ['evicted 201', 'ended']])),
      };
      await expect.poll(async () => courseOf(await audited(), pods, { id, side })).toEqual(course);
    }
  });
});

/** Evictions that the cluster accepted, by pod. */
const acceptedIn = (events: ClusterAudit[]) =>
  events.flatMap(({ requestURI, responseStatus }) => {
    const pod = /\/pods\/([^/]+)\/eviction/.exec(requestURI)?.[1];
    return pod !== undefined && responseStatus?.code === 201 ? [pod] : [];
  });

test('an apiserver that dies in the middle and comes back: the drain goes on, and evicts none twice', async () => {
  const name = 'drain-away';
  const side = { namespace: name, node: name, id: 'away', owner: await ownerOf('kwok-1') };
  const held = [1, 2, 3].map((number) => pod(side, `held-${number}`));
  const free = Array.from({ length: 60 }, (_, number) =>
    pod(side, `free-${number}`, { labels: { part: 'other' } }),
  );
  const pods = [...held, ...free];
  const items = [...place(side), ...pods, budget(side, 'all', { minAvailable: 3 })];
  await world.cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const names = pods.map(({ metadata }) => `pod/${metadata.name}`);
  const inPlace = ['-n', name, '--timeout=100s'];
  await kubectl('wait', ...inPlace, '--for=jsonpath={.status.phase}=Running', ...names);
  await kubectl('wait', ...inPlace, '--for=jsonpath={.status.currentHealthy}=3', 'pdb/all');
  const audited = await world.auditedFromNow();
  const operation = await drains.begin([name]);
  await expect.poll(async () => acceptedIn(await audited()).length, { interval: 20 }).toBeGreaterThan(5);
  await world.cluster.killApiServer();
  const isAway = async () =>
    (await drains.parts(operation, name)).some(({ step }) => step?.code === 'clusterAway');
  await expect.poll(isAway).toBe(true);
  await world.cluster.startApiServer();
  await kubectl('delete', 'pdb', 'all', '-n', name);
  expect(await drains.ended(operation, 60_000)).toBe('succeeded');
  expect(await kubectl('get', 'pods', '-n', name, '-o', 'name')).toBe('');
  const accepted = acceptedIn(await audited());
  expect(accepted.length).toBe(new Set(accepted).size);
  // of those that were at work when it was killed its log may lack the line
  expect(accepted.length).toBeGreaterThan(pods.length - 20);
  await kubectl('delete', 'node', name);
  await kubectl('delete', 'namespace', name, '--wait=false');
}, 180_000);
