import { defineKind, type Cells, type KubernetesObject, type Row } from './kind.ts';
import { milliUnits, parseQuantity, wholeUnits, type Quantity } from './quantity.ts';

/** What metrics.k8s.io says of a pod. */
interface PodMetrics extends KubernetesObject {
  containers?: { name?: string; usage?: Record<string, string> }[];
}

/** As `kubectl top pods` adds up: what its containers use; null of a pod that none of them was measured of. */
function sumOf({ containers = [] }: PodMetrics, resource: string): Quantity | null {
  const measured = containers.flatMap(({ usage }) => usage?.[resource] ?? []);
  return measured.length === 0 ? null : measured.reduce((sum, amount) => sum + parseQuantity(amount), 0n);
}

/** Usage of pods as metrics.k8s.io has it; no kind of its own in menu and lists, it is shown with the pods. */
export const podUsage = defineKind({
  group: 'metrics.k8s.io',
  plural: 'pods',
  kind: 'PodMetrics',
  namespaced: true,
  menu: null,
  facts: (metrics: PodMetrics) => ({ cpu: sumOf(metrics, 'cpu'), memory: sumOf(metrics, 'memory') }),
  fields: {
    cpu: { type: 'number', read: ({ cpu }) => (cpu === null ? null : milliUnits(cpu)) },
    memory: { type: 'number', read: ({ memory }) => (memory === null ? null : wholeUnits(memory)) },
  },
});

/**
 * The cells that a pod's row has from its usage (a row of {@link podUsage}): amounts, and the fractions of what it
 * requests and of its limits; null is "no data", of a pod that nobody measures as of one without a request or limit.
 */
export function podUsageCells(usage: Cells | undefined, pod: Cells): Cells {
  const cells: Cells = {};
  for (const resource of ['cpu', 'memory'] as const) {
    const used = usage?.[resource] ?? null;
    cells[`${resource}Usage`] = used;
    for (const side of ['Requests', 'Limits'] as const) {
      const promised = pod[`${resource}${side}`];
      const isShare = typeof used === 'number' && typeof promised === 'number' && promised !== 0;
      cells[`${resource}UsageOf${side}`] = isShare ? used / promised : null;
    }
  }
  return cells;
}

const promises = ['cpuRequests', 'cpuLimits', 'memoryRequests', 'memoryLimits'] as const;

/**
 * The cells that an object has from the rows of its running pods, which have their usage: how many there are, and the sums
 * of what is known; null is "no data", as nothing of them is requested or allowed.
 */
export function summedUsageCells(pods: readonly Row[]): Cells {
  const sumOf = (id: string) => {
    const known = pods.flatMap(({ cells }) => (typeof cells[id] === 'number' ? cells[id] : []));
    return known.length === 0 ? null : known.reduce((sum, amount) => sum + amount, 0);
  };
  const promised = Object.fromEntries(promises.map((id) => [id, sumOf(id) || null]));
  const used = { cpu: sumOf('cpuUsage'), memory: sumOf('memoryUsage') };
  return { runningPods: pods.length, ...promised, ...podUsageCells(used, promised) };
}
