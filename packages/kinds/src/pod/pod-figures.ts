import type { Quantity } from '../quantity.ts';
import type { Pod } from '../wire/core.ts';
import { isAsSpecified, isTerminal, podLimits, podRequests } from './pod-resources.ts';

/** Millicores of cpu, bytes, or units of anything else, with their fraction. */
export type Amounts = Record<string, number>;

/** What a node's totals count of a pod, by resource. */
export interface PodTotals {
  requests: Amounts;
  limits: Amounts;
}

/** What a pod's row says of the pod's resources. */
export interface PodFigures {
  cpuRequests: number;
  cpuLimits: number;
  memoryRequests: number;
  memoryLimits: number;
  /** `PodTotals` as JSON, as far as the four do not say it already; null of nearly every pod. */
  totals: string | null;
}

function amountOf(name: string, quantity: Quantity | undefined): number {
  return Number(quantity ?? 0n) / (name === 'cpu' ? 1e6 : 1e9);
}

function amountsOf(quantities: ReadonlyMap<string, Quantity>, isResizing: boolean): Amounts {
  const amounts: Amounts = isResizing ? { cpu: 0, memory: 0 } : {};
  for (const [name, quantity] of quantities) {
    if (isResizing || (name !== 'cpu' && name !== 'memory')) amounts[name] = amountOf(name, quantity);
  }
  return amounts;
}

/**
 * What a pod reserves, as `kubectl describe node` prints its row (in-place resize included) and counts it; null of a
 * pod that is finished or has no node.
 */
export function podFigures(pod: Pod): PodFigures | null {
  if (isTerminal(pod.status?.phase) || !pod.spec?.nodeName) return null;
  const specified = [podRequests(pod), podLimits(pod)] as const;
  const isResizing = !isAsSpecified(pod);
  const [requests, limits] = isResizing ? [podRequests(pod, 'status'), podLimits(pod, 'status')] : specified;
  const totals: PodTotals = {
    requests: amountsOf(specified[0], isResizing),
    limits: amountsOf(specified[1], isResizing),
  };
  const isSaid = [totals.requests, totals.limits].every((amounts) => Object.keys(amounts).length === 0);
  return {
    cpuRequests: amountOf('cpu', requests.get('cpu')),
    cpuLimits: amountOf('cpu', limits.get('cpu')),
    memoryRequests: amountOf('memory', requests.get('memory')),
    memoryLimits: amountOf('memory', limits.get('memory')),
    totals: isSaid ? null : JSON.stringify(totals),
  };
}
