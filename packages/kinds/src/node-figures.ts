import type { Row } from './kind.ts';
import { isTerminal } from './pod/pod-resources.ts';

const figureNames = ['pods', 'cpuRequests', 'cpuLimits', 'memoryRequests', 'memoryLimits'] as const;

/** Fields of a node's row that come from its pods: cpu in millicores, memory in bytes. */
export type NodeFigures = Record<(typeof figureNames)[number], number>;

/** What one pod adds to its node's figures; `node` is null where it reserves nothing (finished, or not placed). */
export interface PodSums {
  node: string | null;
  figures: NodeFigures;
}

/** The figures of a node without pods. */
export function noFigures(): NodeFigures {
  return { pods: 0, cpuRequests: 0, cpuLimits: 0, memoryRequests: 0, memoryLimits: 0 };
}

/** A pod row's share in the figures of its node, as `kubectl describe node` counts: non-terminal pods only. */
export function podSums({ cells }: Row): PodSums {
  const node = isTerminal(cells.phase as string | null) ? null : ((cells.node ?? null) as string | null);
  const amount = (name: string) => Number(cells[name] ?? 0);
  return {
    node,
    figures: {
      pods: 1,
      cpuRequests: amount('cpuRequests'),
      cpuLimits: amount('cpuLimits'),
      memoryRequests: amount('memoryRequests'),
      memoryLimits: amount('memoryLimits'),
    },
  };
}

/** Adds (`sign` 1) or takes away (`sign` -1) a pod's share, in place. */
export function addFigures(to: NodeFigures, share: NodeFigures, sign: 1 | -1): void {
  for (const name of figureNames) to[name] += sign * share[name];
}

/**
 * A sum as it is shown: whole millicores or bytes, rounded up as Kubernetes does. The detour over a millionth takes
 * away what binary fractions leave behind.
 */
export function roundFigures(figures: NodeFigures): NodeFigures {
  const rounded = noFigures();
  for (const name of figureNames) rounded[name] += Math.ceil(Math.round(figures[name] * 1e6) / 1e6);
  return rounded;
}

/** What of a node's allocatable its pods' figures are, as a fraction; null without an allocatable amount. */
export function figureShares(
  figures: NodeFigures,
  allocatable: { cpuAllocatable?: unknown; memoryAllocatable?: unknown },
): Record<`${'cpu' | 'memory'}${'Requests' | 'Limits'}Share`, number | null> {
  const of = (used: number, all: unknown) => (typeof all === 'number' && all !== 0 ? used / all : null);
  const { cpuAllocatable, memoryAllocatable } = allocatable;
  return {
    cpuRequestsShare: of(figures.cpuRequests, cpuAllocatable),
    cpuLimitsShare: of(figures.cpuLimits, cpuAllocatable),
    memoryRequestsShare: of(figures.memoryRequests, memoryAllocatable),
    memoryLimitsShare: of(figures.memoryLimits, memoryAllocatable),
  };
}

/** Percent of allocatable, cut off as `kubectl describe node` does; null without an allocatable amount. */
export function percentOf(used: number, allocatable: number | null | undefined): number | null {
  return allocatable === null || allocatable === undefined || allocatable === 0
    ? null
    : Math.trunc((used / allocatable) * 100);
}
