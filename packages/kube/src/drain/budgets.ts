import { isTerminal, labelSelectorText, type Pod, type PodDisruptionBudget } from '@pilothouse/kinds';
import { parseLabelSelector } from '../store/selectors.ts';

/** A budget that keeps a pod from being evicted now. */
export interface Hold {
  /** Of the pod's namespace. */
  budget: string;
  /** Healthy pods it needs, and has. */
  needs: number;
  has: number;
  /** Pods it would let go now; more than none where others of the plan take them first. */
  allowed: number;
}

/** How an eviction would fare at its budgets. */
export type BudgetVerdict =
  | { outcome: 'free' }
  | { outcome: 'held'; hold: Hold }
  /** More than one budget matches: the apiserver refuses with 500, whatever they allow. */
  | { outcome: 'several'; budgets: string[] };

/** Budgets have no say in these (`registry/core/pod/storage/eviction.go`, canIgnorePDB). */
function isFree(pod: Pod): boolean {
  const { phase } = pod.status ?? {};
  return isTerminal(phase) || phase === 'Pending' || pod.metadata?.deletionTimestamp !== undefined;
}

function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
}

/**
 * Foresees what budgets say to evictions, one after another, as `registry/core/pod/storage/eviction.go` decides: each that
 * is let go uses up what its budget allows.
 */
export class Budgets {
  readonly #byNamespace = new Map<
    string,
    { budget: PodDisruptionBudget; matches: ReturnType<typeof parseLabelSelector> }[]
  >();
  readonly #left = new Map<PodDisruptionBudget, number>();

  constructor(budgets: readonly PodDisruptionBudget[]) {
    for (const budget of budgets) {
      const { selector } = budget.spec ?? {};
      // without a selector it is about no pod, with an empty one about all
      if (selector === undefined || selector === null) continue;
      const namespace = budget.metadata?.namespace ?? '';
      const matches = parseLabelSelector(labelSelectorText(selector));
      this.#byNamespace.set(namespace, [...(this.#byNamespace.get(namespace) ?? []), { budget, matches }]);
      this.#left.set(budget, Math.max(0, budget.status?.disruptionsAllowed ?? 0));
    }
  }

  /** What the next eviction would be told. */
  judge(pod: Pod): BudgetVerdict {
    if (isFree(pod)) return { outcome: 'free' };
    const { namespace = '', labels = {} } = pod.metadata ?? {};
    const found = (this.#byNamespace.get(namespace) ?? []).filter(({ matches }) => matches(labels));
    if (found.length > 1) {
      const budgets = found.map(({ budget }) => budget.metadata?.name ?? '');
      return { outcome: 'several', budgets };
    }
    const budget = found[0]?.budget;
    if (budget === undefined || this.#isUnhealthyAndFree(pod, budget)) return { outcome: 'free' };
    const left = this.#left.get(budget) ?? 0;
    if (left > 0) {
      this.#left.set(budget, left - 1);
      return { outcome: 'free' };
    }
    const { desiredHealthy = 0, currentHealthy = 0, disruptionsAllowed = 0 } = budget.status ?? {};
    const hold = {
      budget: budget.metadata?.name ?? '',
      needs: desiredHealthy,
      has: currentHealthy,
      allowed: Math.max(0, disruptionsAllowed),
    };
    return { outcome: 'held', hold };
  }

  /** A running pod that is not ready: always, or where the budget is met by the others. */
  #isUnhealthyAndFree(pod: Pod, { spec, status }: PodDisruptionBudget): boolean {
    if (isReady(pod)) return false;
    if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
    const { desiredHealthy = 0, currentHealthy = 0 } = status ?? {};
    return desiredHealthy > 0 && currentHealthy >= desiredHealthy;
  }
}
