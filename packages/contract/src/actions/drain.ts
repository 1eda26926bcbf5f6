import { z } from 'zod';
import { defineAction } from './action.ts';

const plannedPod = z.object({
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
  /** `Kind/name` of its controller. */
  owner: z.string().nullable(),
  /**
   * `evict`: it goes. `heldBack`: a budget says no for the moment. `fails`: the cluster will refuse, the others go on.
   * `skipped`: it stays, and the node counts as drained. `refused`: nothing of its node is evicted.
   */
  outcome: z.enum(['evict', 'heldBack', 'fails', 'skipped', 'refused']),
  /** Why it does not simply go; null where it does. */
  reason: z
    .enum([
      'budget',
      'severalBudgets',
      'deletedLongAgo',
      'daemonSet',
      'mirror',
      'daemonSetGone',
      'daemonSetUnreadable',
      'emptyDir',
      'noController',
    ])
    .nullable(),
  /** The cluster's words, where it said something. */
  message: z.string().nullable(),
  /** What is lost, or does not come back; `finished`: its logs go. */
  warnings: z.array(z.enum(['daemonSetGone', 'emptyDir', 'noController', 'finished'])),
  /** Healthy pods the budget needs and has, and how many it would let go now. */
  budget: z.object({ name: z.string(), needs: z.int(), has: z.int(), allowed: z.int() }).nullable(),
  /** The only pod of its controller; null where that is not known. */
  isSingle: z.boolean().nullable(),
  /** A hint: its successor would find a place elsewhere; null where none comes, or that is not known. */
  hasRoom: z.boolean().nullable(),
});

const plannedNode = z.object({
  name: z.string(),
  uid: z.string(),
  isCordoned: z.boolean(),
  /** Some pod keeps it from being drained: none is evicted. */
  isRefused: z.boolean(),
  pods: z.array(plannedPod),
});

/** What a drain would do to each pod of each node. */
export const drainPlan = z.object({
  /** False: pods are deleted, and no budget is asked. */
  evicts: z.boolean(),
  nodes: z.array(plannedNode),
});

/** A drain's plan as it was when it began; of many pods the first are named, and before all those that do not simply go. */
export const keptDrainPlan = drainPlan.extend({ nodes: z.array(plannedNode.extend({ unnamed: z.int() })) });

/** `kubectl drain`, with its options by its names; seconds are seconds. */
export const drain = defineAction({
  id: 'drain',
  on: ['core/nodes'],
  parameters: z.strictObject({
    ignoreDaemonSets: z.boolean().default(false),
    deleteEmptyDirData: z.boolean().default(false),
    /** Also pods that no controller brings back. */
    force: z.boolean().default(false),
    /** -1: the pod's own. */
    gracePeriod: z.int().min(-1).max(86_400).default(-1),
    /** For each node; 0: none. */
    timeout: z.int().min(0).max(604_800).default(0),
    podSelector: z.string().max(1000).default(''),
    /** Deletes, past every PodDisruptionBudget. */
    disableEviction: z.boolean().default(false),
    /** Pods that are terminating for longer are left alone; 0: none is. */
    skipWaitForDeleteTimeout: z.int().min(0).max(86_400).default(0),
    nodesAtOnce: z.int().min(1).max(10).default(1),
    /** Leaves the other nodes as they are once one could not be drained; kubectl goes on. */
    stopAtFailure: z.boolean().default(false),
    uncordonAtEnd: z.boolean().default(false),
    /** Asked for in production. */
    reason: z.string().trim().max(500).default(''),
  }),
  rights: ({ disableEviction = false }) => [
    { verb: 'patch' },
    { verb: 'get', group: 'core', plural: 'pods', clusterWide: true },
    { verb: 'list', group: 'core', plural: 'pods', clusterWide: true },
    { verb: 'get', group: 'apps', plural: 'daemonsets', clusterWide: true },
    { verb: 'list', group: 'policy', plural: 'poddisruptionbudgets', clusterWide: true },
    disableEviction
      ? { verb: 'delete', group: 'core', plural: 'pods', clusterWide: true }
      : { verb: 'create', group: 'core', plural: 'pods', subresource: 'eviction', clusterWide: true },
  ],
  impact: ({ force, deleteEmptyDirData, disableEviction }) =>
    force || deleteEmptyDirData || disableEviction ? 'destructive' : 'disruptive',
  isLong: true,
  dryRun: false,
  plan: drainPlan,
  audited: ({ reason, podSelector, ...options }) => ({
    ...options,
    ...(podSelector !== '' && { podSelector }),
    ...(reason !== '' && { reason }),
  }),
});
