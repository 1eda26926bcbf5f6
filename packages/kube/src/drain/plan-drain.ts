import type { Pod, PodDisruptionBudget } from '@pilothouse/kinds';
import { Budgets, type BudgetVerdict } from './budgets.ts';
import {
  controllerOf,
  judgePod,
  type DaemonSetAnswer,
  type JudgeOptions,
  type Verdict,
} from './judge-pods.ts';
import { Rooms, type Room } from './rooms.ts';

/** What would become of one pod. */
export interface PlannedPod {
  namespace: string;
  name: string;
  uid: string;
  /** `Kind/name` of its controller. */
  owner: string | null;
  verdict: Verdict;
  /** What its budgets would say now; null where it is not evicted, or not by the eviction API. */
  budget: BudgetVerdict | null;
  /** Whether its successor would find a place; null where there is none, or that is not known. */
  hasRoom: boolean | null;
}

/** What would become of a node. */
export interface PlannedNode {
  node: string;
  pods: PlannedPod[];
  /** Some pod keeps it from being drained: none is evicted then. */
  isRefused: boolean;
}

/** What a plan is made of. */
export interface DrainFacts {
  /** In the order in which they would be drained. */
  nodes: readonly { node: string; pods: readonly Pod[] }[];
  daemonSet: (key: string) => DaemonSetAnswer;
  /** Null where pods are deleted, which asks no budget. */
  budgets: readonly PodDisruptionBudget[] | null;
  /** The other nodes; null where they are not known. */
  rooms: readonly Room[] | null;
  now?: number;
}

/** Foresees a drain: every pod judged, all blockers of a node at once, budgets and room used up in the order of the nodes. */
export function planDrain(facts: DrainFacts, options: JudgeOptions): PlannedNode[] {
  const budgets = facts.budgets && new Budgets(facts.budgets);
  const rooms = facts.rooms && new Rooms(facts.rooms);
  return facts.nodes.map(({ node, pods }) => {
    const judged = pods.map((pod) => ({ pod, verdict: judgePod(pod, options, facts.daemonSet, facts.now) }));
    const isRefused = judged.some(({ verdict }) => verdict.outcome === 'refuse');
    return {
      node,
      isRefused,
      pods: judged.map(({ pod, verdict }) => {
        const { namespace = '', name = '', uid = '' } = pod.metadata ?? {};
        const controller = controllerOf(pod);
        const goes = verdict.outcome === 'evict';
        const comesBack = goes && controller !== undefined && !verdict.warnings.includes('finished');
        return {
          namespace,
          name,
          uid,
          owner: controller === undefined ? null : `${controller.kind}/${controller.name}`,
          verdict,
          budget: goes && !isRefused && budgets !== null ? budgets.judge(pod) : null,
          hasRoom: comesBack && rooms !== null ? rooms.place(pod) : null,
        };
      }),
    };
  });
}
