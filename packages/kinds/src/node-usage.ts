import { defineKind, type Cells, type KubernetesObject } from './kind.ts';
import { milliUnits, parseQuantity, wholeUnits } from './quantity.ts';

/** What metrics.k8s.io says of a node. */
interface NodeMetrics extends KubernetesObject {
  usage?: Record<string, string>;
}

/** Usage of nodes as metrics.k8s.io has it; no kind of its own in menu and lists, it is shown with the nodes. */
export const nodeUsage = defineKind({
  group: 'metrics.k8s.io',
  plural: 'nodes',
  kind: 'NodeMetrics',
  namespaced: false,
  menu: null,
  facts: ({ usage }: NodeMetrics) => usage ?? {},
  fields: {
    cpu: { type: 'number', read: ({ cpu }) => (cpu === undefined ? null : milliUnits(parseQuantity(cpu))) },
    memory: {
      type: 'number',
      read: ({ memory }) => (memory === undefined ? null : wholeUnits(parseQuantity(memory))),
    },
  },
});

const resources = ['cpu', 'memory'] as const;

/**
 * The cells that a node's row has from its usage (a row of {@link nodeUsage}), shares as fractions of what is
 * allocatable; null is "no data", of a node that nobody measures as of one without an allocatable amount.
 */
export function usageCells(usage: Cells | undefined, node: Cells): Cells {
  const cells: Cells = {};
  for (const resource of resources) {
    const used = usage?.[resource] ?? null;
    const all = node[`${resource}Allocatable`];
    cells[`${resource}Usage`] = used;
    cells[`${resource}UsageShare`] =
      typeof used === 'number' && typeof all === 'number' && all !== 0 ? used / all : null;
  }
  return cells;
}
