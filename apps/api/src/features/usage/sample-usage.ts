import {
  addFigures,
  noFigures,
  podSums,
  usageTarget,
  usageTargets,
  type Cells,
  type NodeFigures,
  type Row,
} from '@pilothouse/kinds';
import type { Labels } from '@pilothouse/kube';
import type { UsagePoint } from './usage-point.ts';

/** What was measured in a cluster at one moment. */
export interface Measured {
  /** Cells of `nodeUsage` by name. */
  nodes: ReadonlyMap<string, Cells>;
  /** Cells of `podUsage` by `<namespace>/<name>`. */
  pods: ReadonlyMap<string, Cells>;
}

const nodeTarget = (name: string) => usageTarget('core/nodes', { name });

interface Sum {
  cpu: number;
  memory: number;
  isMeasured: boolean;
  figures: NodeFigures;
}

/**
 * A point for every node, namespace and workload that something was measured of, by target; what nobody measured has none. Promises are those of all its pods that run.
 */
export function sampleUsage(
  measured: Measured,
  pods: readonly Row[],
  labelsOf: (row: Row) => Labels,
): Map<string, UsagePoint> {
  const sums = new Map<string, Sum>();
  const sumOf = (target: string) => {
    const sum = sums.get(target) ?? { cpu: 0, memory: 0, isMeasured: false, figures: noFigures() };
    sums.set(target, sum);
    return sum;
  };
  for (const [name, cells] of measured.nodes) add(sumOf(nodeTarget(name)), cells);
  for (const row of pods) {
    const { node, figures } = podSums(row);
    if (node === null) continue;
    addFigures(sumOf(nodeTarget(node)).figures, figures, 1);
    for (const sum of usageTargets(row, labelsOf(row)).map(sumOf)) {
      addFigures(sum.figures, figures, 1);
      add(sum, measured.pods.get(`${row.namespace}/${row.name}`));
    }
  }
  return new Map(
    [...sums].flatMap(([target, sum]) => (sum.isMeasured ? [[target, pointOf(sum)] as const] : [])),
  );
}

function add(sum: Sum, cells: Cells | undefined): void {
  const { cpu, memory } = cells ?? {};
  if (typeof cpu !== 'number' || typeof memory !== 'number') return;
  sum.cpu += cpu;
  sum.memory += memory;
  sum.isMeasured = true;
}

function pointOf({ cpu, memory, figures: { resources } }: Sum): UsagePoint {
  const promised = (resource: string) => resources.get(resource) ?? { requests: 0, limits: 0 };
  return {
    cpu,
    cpuPeak: cpu,
    memory,
    memoryPeak: memory,
    cpuRequests: promised('cpu').requests,
    cpuLimits: promised('cpu').limits,
    memoryRequests: promised('memory').requests,
    memoryLimits: promised('memory').limits,
  };
}
