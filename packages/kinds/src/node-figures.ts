import type { Cells, Row } from './kind.ts';
import { readAmounts, writeAmounts } from './node-amounts.ts';
import type { PodTotals } from './pod/pod-figures.ts';
import { isTerminal } from './pod/pod-resources.ts';

interface Reserved {
  requests: number;
  limits: number;
}
const sides = ['requests', 'limits'] as const;

/** What the pods of a node reserve, by resource: cpu in millicores, the others in bytes or units. */
export interface NodeFigures {
  pods: number;
  resources: Map<string, Reserved>;
}

/** What one pod adds to its node's figures; `node` is null where it reserves nothing (finished, or not placed). */
export interface PodSums {
  node: string | null;
  figures: NodeFigures;
}

/** The figures of a node without pods. */
export function noFigures(): NodeFigures {
  return { pods: 0, resources: new Map() };
}

/** The few kinds of pods with other resources repeat themselves thousands of times. */
const totalsRead = new Map<string, PodTotals>();
const mostRead = 1000;

function readTotals(text: string): PodTotals {
  const known = totalsRead.get(text);
  if (known !== undefined) return known;
  const totals = JSON.parse(text) as PodTotals;
  if (totalsRead.size >= mostRead) totalsRead.clear();
  totalsRead.set(text, totals);
  return totals;
}

/** A pod row's share in the figures of its node, as `kubectl describe node` counts: non-terminal pods only. */
export function podSums({ cells }: Row): PodSums {
  const node = isTerminal(cells.phase as string | null) ? null : ((cells.node ?? null) as string | null);
  const amount = (name: string) => Number(cells[name] ?? 0);
  const resources = new Map<string, Reserved>([
    ['cpu', { requests: amount('cpuRequests'), limits: amount('cpuLimits') }],
    ['memory', { requests: amount('memoryRequests'), limits: amount('memoryLimits') }],
  ]);
  if (typeof cells.totals === 'string') {
    const totals = readTotals(cells.totals);
    for (const side of sides) {
      for (const [name, value] of Object.entries(totals[side])) {
        const reserved = resources.get(name) ?? { requests: 0, limits: 0 };
        reserved[side] = value;
        resources.set(name, reserved);
      }
    }
  }
  return { node, figures: { pods: 1, resources } };
}

/** Adds (`sign` 1) or takes away (`sign` -1) a pod's share, in place. */
export function addFigures(to: NodeFigures, share: NodeFigures, sign: 1 | -1): void {
  to.pods += sign * share.pods;
  for (const [name, { requests, limits }] of share.resources) {
    const sum = to.resources.get(name) ?? { requests: 0, limits: 0 };
    sum.requests += sign * requests;
    sum.limits += sign * limits;
    to.resources.set(name, sum);
  }
}

/** The detour over a millionth takes away what binary fractions leave behind; whole sums are exact as they are (+ 0: never -0). */
function settled(amount: number): number {
  return Number.isInteger(amount) ? amount : Math.round(amount * 1e6) / 1e6 + 0;
}

const ownCells = { cpu: 'cpu', memory: 'memory', 'ephemeral-storage': 'ephemeralStorage' } as const;

/**
 * The cells that a node's row has from its pods: amounts as in `NodeFigures`, shares as fractions of what is
 * allocatable (null without any). Of huge pages and extended resources those count that the node offers.
 */
export function figureCells({ pods, resources }: NodeFigures, node: Cells): Cells {
  const cells: Cells = { pods };
  for (const side of sides) {
    const suffix = side === 'requests' ? 'Requests' : 'Limits';
    const sum = (name: string) => settled(resources.get(name)?.[side] ?? 0);
    for (const [name, id] of Object.entries(ownCells)) {
      const all = node[`${id}Allocatable`];
      cells[`${id}${suffix}`] = sum(name);
      cells[`${id}${suffix}Share`] = typeof all === 'number' && all !== 0 ? sum(name) / all : null;
    }
    for (const id of ['hugepages', 'extended']) {
      const names = readAmounts(node[`${id}Allocatable`]).map(([name]) => name);
      cells[`${id}${suffix}`] = writeAmounts(names.map((name) => [name, sum(name)]));
    }
  }
  return cells;
}

/** Percent of allocatable, cut off as `kubectl describe node` does; null without an allocatable amount. */
export function percentOf(used: number, allocatable: number | null | undefined): number | null {
  return allocatable === null || allocatable === undefined || allocatable === 0
    ? null
    : Math.trunc((Math.ceil(used) / allocatable) * 100);
}
