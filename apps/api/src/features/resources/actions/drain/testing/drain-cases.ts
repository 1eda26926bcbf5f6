import { setTimeout as sleep } from 'node:timers/promises';
import { budget, daemonSet, pod, type Made, type Side } from './drain-objects.ts';

type Kubectl = (...args: string[]) => Promise<string>;

export interface DrainCase {
  /** What is on the node, and elsewhere. */
  given: (side: Side) => Made[];
  flags?: string[];
  parameters?: Record<string, unknown>;
  /** Before the drain begins. */
  before?: (side: Side) => Promise<void>;
  /** Some time after it has begun. */
  during?: (side: Side) => Promise<void>;
  /** How it ends, on both sides. */
  ends: 'succeeded' | 'failed';
  /** In kubectl's words. */
  says?: RegExp;
  /** In the platform's codes, of what did not go. */
  codes?: string[];
  /** Names of pods that are on the node afterwards. */
  left?: string[];
}

/** What is drained, how, and what comes of it: the same by kubectl and by the platform. */
export function drainCases(kubectl: Kubectl): Record<string, DrainCase> {
  const all = { ignoreDaemonSets: true, deleteEmptyDirData: true, force: true };
  const allFlags = ['--ignore-daemonsets', '--delete-emptydir-data', '--force'];
  const aside = { node: 'kwok-1' };
  const local = { volumes: [{ name: 'd', emptyDir: {} }] };
  const patchPod = (side: Side, name: string, ...patch: string[]) =>
    kubectl('patch', 'pod', name, '-n', side.namespace, ...patch);
  const finish =
    (name: string, phase = 'Succeeded') =>
    async (side: Side) =>
      void (await patchPod(side, name, '--subresource=status', '-p', JSON.stringify({ status: { phase } })));
  const unready = (name: string) => async (side: Side) =>
    void (await patchPod(
      side,
      name,
      '--subresource=status',
      '-p',
      JSON.stringify({ status: { conditions: [{ type: 'Ready', status: 'False' }] } }),
    ));
  const remove =
    (kind: string, name: string, ...flags: string[]) =>
    async (side: Side) =>
      void (await kubectl('delete', kind, name, '-n', side.namespace, ...flags));
  const counted =
    (name: string, healthy: number) =>
    async ({ namespace }: Side) =>
      void (await kubectl(
        'wait',
        `pdb/${name}`,
        '-n',
        namespace,
        '--timeout=60s',
        `--for=jsonpath={.status.currentHealthy}=${healthy}`,
      ));
  const held = (side: Side) => [pod(side, 'a'), budget(side, 'b', { minAvailable: 1 })];
  const seven = { flags: ['--timeout=7s'], parameters: { timeout: 7 } };
  const untilReleased = { finalizers: ['pilothouse.test/hold'] };
  return {
    'a pod with a controller goes': { given: (s) => [pod(s, 'a')], ends: 'succeeded' },
    'many go': { given: (s) => [1, 2, 3, 4, 5, 6, 7, 8].map((n) => pod(s, `a${n}`)), ends: 'succeeded' },
    'an empty node': { given: () => [], ends: 'succeeded' },
    'a node that is cordoned already': {
      given: (s) => [pod(s, 'a')],
      before: async (s) => void (await kubectl('cordon', s.node)),
      ends: 'succeeded',
    },
    'a bare pod keeps everything': {
      given: (s) => [pod(s, 'a', { owner: null }), pod(s, 'b')],
      ends: 'failed',
      says: /declare no controller/,
      codes: ['podNoController'],
      left: ['a', 'b'],
    },
    'force takes it': {
      given: (s) => [pod(s, 'a', { owner: null }), pod(s, 'b')],
      flags: ['--force'],
      parameters: { force: true },
      ends: 'succeeded',
    },
    'an owner that does not control': {
      given: (s) => [pod(s, 'a', { owner: { ...s.owner, controller: false } })],
      ends: 'failed',
      says: /declare no controller/,
      codes: ['podNoController'],
      left: ['a'],
    },
    'a controller of a kind nobody knows': {
      given: (s) => [
        pod(s, 'a', { owner: { ...s.owner, kind: 'Whatever', apiVersion: 'x.example.org/v1', name: 'w' } }),
      ],
      ends: 'succeeded',
    },
    'a DaemonSet of another group is an ordinary controller': {
      given: (s) => [
        pod(s, 'a', { owner: { ...s.owner, kind: 'DaemonSet', apiVersion: 'x.example.org/v1', name: 'w' } }),
      ],
      ends: 'succeeded',
    },
    'local data keeps everything': {
      given: (s) => [pod(s, 'a', local), pod(s, 'b')],
      ends: 'failed',
      says: /local storage/,
      codes: ['podEmptyDir'],
      left: ['a', 'b'],
    },
    'force does not help with local data': {
      given: (s) => [pod(s, 'a', local)],
      flags: ['--force'],
      parameters: { force: true },
      ends: 'failed',
      says: /local storage/,
      codes: ['podEmptyDir'],
      left: ['a'],
    },
    'local data is given up': {
      given: (s) => [pod(s, 'a', local)],
      flags: ['--delete-emptydir-data'],
      parameters: { deleteEmptyDirData: true },
      ends: 'succeeded',
    },
    'each under its first blocker, all at once': {
      given: (s) => [pod(s, 'a', { ...local, owner: null }), pod(s, 'b', { owner: null }), pod(s, 'c')],
      ends: 'failed',
      says: /local storage(.|\n)*declare no controller|declare no controller(.|\n)*local storage/,
      codes: ['podEmptyDir', 'podNoController'],
      left: ['a', 'b', 'c'],
    },
    'local data and no controller': {
      given: (s) => [pod(s, 'a', { ...local, owner: null })],
      flags: ['--force', '--delete-emptydir-data'],
      parameters: { force: true, deleteEmptyDirData: true },
      ends: 'succeeded',
    },
    'a DaemonSet keeps everything': {
      given: (s) => [daemonSet(s, 'd'), pod(s, 'a')],
      ends: 'failed',
      says: /DaemonSet-managed Pods/,
      codes: ['podDaemonSet'],
      left: ['a', 'd'],
    },
    'force does not help with a DaemonSet': {
      given: (s) => [daemonSet(s, 'd')],
      flags: ['--force'],
      parameters: { force: true },
      ends: 'failed',
      says: /DaemonSet-managed Pods/,
      codes: ['podDaemonSet'],
      left: ['d'],
    },
    'a DaemonSet is left alone, the rest goes': {
      given: (s) => [daemonSet(s, 'd'), pod(s, 'a')],
      flags: ['--ignore-daemonsets'],
      parameters: { ignoreDaemonSets: true },
      ends: 'succeeded',
      left: ['d'],
    },
    'a DaemonSet with local data is left alone': {
      given: (s) => [daemonSet(s, 'd', local)],
      flags: ['--ignore-daemonsets'],
      parameters: { ignoreDaemonSets: true },
      ends: 'succeeded',
      left: ['d'],
    },
    'a mirror pod stays': {
      given: (s) => [
        pod(s, 'a', { owner: null, annotations: { 'kubernetes.io/config.mirror': 'x' } }),
        pod(s, 'b'),
      ],
      ends: 'succeeded',
      left: ['a'],
    },
    'a finished bare pod goes': {
      given: (s) => [pod(s, 'a', { owner: null })],
      before: finish('a'),
      ends: 'succeeded',
    },
    'a failed one with local data as well': {
      given: (s) => [pod(s, 'a', { ...local, owner: null })],
      before: finish('a', 'Failed'),
      ends: 'succeeded',
    },
    'a selector leaves the others': {
      given: (s) => [pod(s, 'a', { labels: { tier: 'web' } }), pod(s, 'b')],
      flags: ['--pod-selector=tier=web'],
      parameters: { podSelector: 'tier=web' },
      ends: 'succeeded',
      left: ['b'],
    },
    'what a selector leaves out blocks nothing': {
      given: (s) => [pod(s, 'a', { labels: { tier: 'web' } }), pod(s, 'b', { owner: null })],
      flags: ['--pod-selector=tier in (web,db),!old'],
      parameters: { podSelector: 'tier in (web,db),!old' },
      ends: 'succeeded',
      left: ['b'],
    },
    'grace 0': {
      given: (s) => [pod(s, 'a')],
      flags: ['--grace-period=0'],
      parameters: { gracePeriod: 0 },
      ends: 'succeeded',
    },
    'grace 5': {
      given: (s) => [pod(s, 'a')],
      flags: ['--grace-period=5'],
      parameters: { gracePeriod: 5 },
      ends: 'succeeded',
    },
    'a budget that allows it': {
      given: (s) => [pod(s, 'a'), pod(s, 'z', aside), budget(s, 'b', { minAvailable: 1 })],
      before: counted('b', 2),
      ends: 'succeeded',
    },
    'a budget that never does, until the time is up': {
      given: held,
      before: counted('b', 1),
      ...seven,
      ends: 'failed',
      says: /global timeout reached: 7s/,
      codes: ['evictionTimedOut'],
      left: ['a'],
    },
    'a budget holds one, the others go': {
      given: (s) => [...held(s), pod(s, 'c', { labels: { part: 'other' } })],
      before: counted('b', 1),
      ...seven,
      ends: 'failed',
      says: /global timeout reached/,
      codes: ['evictionTimedOut'],
      left: ['a'],
    },
    'a budget that frees up': {
      given: held,
      before: counted('b', 1),
      during: remove('pdb', 'b'),
      ends: 'succeeded',
    },
    'a pod that vanishes while it is held back': {
      given: held,
      before: counted('b', 1),
      during: remove('pod', 'a', '--grace-period=0', '--force'),
      ends: 'succeeded',
    },
    'a node that vanishes while pods are held back': {
      given: held,
      before: counted('b', 1),
      during: async (s) => {
        await kubectl('delete', 'node', s.node);
        await remove('pdb', 'b')(s);
      },
      ends: 'succeeded',
    },
    'past a budget, by DELETE': {
      given: held,
      before: counted('b', 1),
      flags: ['--disable-eviction'],
      parameters: { disableEviction: true },
      ends: 'succeeded',
    },
    'DELETE minds the filters': {
      given: (s) => [pod(s, 'a', { owner: null })],
      flags: ['--disable-eviction'],
      parameters: { disableEviction: true },
      ends: 'failed',
      says: /declare no controller/,
      codes: ['podNoController'],
      left: ['a'],
    },
    'two budgets on a pod: that one fails, the others go': {
      given: (s) => [
        ...held(s),
        budget(s, 'b2', { minAvailable: 0 }),
        pod(s, 'c', { labels: { part: 'other' } }),
      ],
      before: counted('b', 1),
      ends: 'failed',
      says: /more than one PodDisruptionBudget/,
      codes: ['clusterError'],
      left: ['a'],
    },
    'a budget does not protect a finished pod': {
      given: held,
      before: async (s) => {
        await counted('b', 1)(s);
        await finish('a')(s);
      },
      ends: 'succeeded',
    },
    'nor an unready one where it says so': {
      given: (s) => [
        pod(s, 'a'),
        budget(s, 'b', { minAvailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' }),
      ],
      before: async (s) => {
        await unready('a')(s);
        await counted('b', 0)(s);
      },
      ends: 'succeeded',
    },
    'but does otherwise': {
      given: held,
      before: async (s) => {
        await unready('a')(s);
        await counted('b', 0)(s);
      },
      ...seven,
      ends: 'failed',
      says: /global timeout reached/,
      codes: ['evictionTimedOut'],
      left: ['a'],
    },
    'accepted, and never gone': {
      given: (s) => [pod(s, 'a', untilReleased)],
      flags: ['--timeout=4s'],
      parameters: { timeout: 4 },
      ends: 'failed',
      says: /when waiting for pod "a"/,
      codes: ['terminationTimedOut'],
      left: ['a'],
    },
    'DELETE, and never gone': {
      given: (s) => [pod(s, 'a', untilReleased)],
      flags: ['--timeout=4s', '--disable-eviction'],
      parameters: { timeout: 4, disableEviction: true },
      ends: 'failed',
      says: /deadline exceeded|timed out/,
      codes: ['terminationTimedOut'],
      left: ['a'],
    },
    'one that is terminating already is waited for': {
      given: (s) => [pod(s, 'a', untilReleased)],
      before: remove('pod', 'a', '--wait=false'),
      during: async (s) =>
        void (await patchPod(s, 'a', '--type=merge', '-p', '{"metadata":{"finalizers":null}}')),
      ends: 'succeeded',
    },
    'a terminating bare pod still needs force': {
      given: (s) => [pod(s, 'a', { ...untilReleased, owner: null })],
      before: remove('pod', 'a', '--wait=false'),
      ends: 'failed',
      says: /declare no controller/,
      codes: ['podNoController'],
      left: ['a'],
    },
    'unless it is terminating for long': {
      given: (s) => [pod(s, 'a', { ...untilReleased, owner: null })],
      before: async (s) => {
        await remove('pod', 'a', '--wait=false', '--grace-period=1')(s);
        await sleep(5000);
      },
      flags: ['--skip-wait-for-delete-timeout=2'],
      parameters: { skipWaitForDeleteTimeout: 2 },
      ends: 'succeeded',
      left: ['a'],
    },
    'a wait that is skipped later': {
      given: (s) => [pod(s, 'a', untilReleased)],
      flags: ['--skip-wait-for-delete-timeout=1', '--grace-period=1'],
      parameters: { skipWaitForDeleteTimeout: 1, gracePeriod: 1 },
      ends: 'succeeded',
      left: ['a'],
    },
    'everything together, with all options': {
      given: (s) => [
        daemonSet(s, 'd'),
        pod(s, 'a', { ...local, owner: null }),
        pod(s, 'b', { owner: null }),
        pod(s, 'c', local),
        pod(s, 'm', { owner: null, annotations: { 'kubernetes.io/config.mirror': '' } }),
      ],
      flags: allFlags,
      parameters: all,
      ends: 'succeeded',
      left: ['d', 'm'],
    },
  };
}
