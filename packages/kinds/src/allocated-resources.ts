import type { Cells } from './kind.ts';
import { nodes } from './kinds/index.ts';
import { isInBytes, readAmounts } from './node-amounts.ts';
import { percentOf } from './node-figures.ts';
import { formatCount, formatCpu, formatMemory } from './quantity.ts';
import type { Node } from './wire/core.ts';

export interface ReservedAmount {
  text: string;
  /** Of allocatable, 0 without any; null of extended resources, as in kubectl. */
  percent: number | null;
}

/** One line of `kubectl describe node`'s "Allocated resources", with what there is. */
export interface AllocatedResource {
  name: string;
  /** Null as long as the node's pods are not known. */
  requests: ReservedAmount | null;
  limits: ReservedAmount | null;
  /** As the node says it; empty where it says nothing. */
  allocatable: string;
  capacity: string;
}

const own = [
  ['cpu', 'cpu', formatCpu],
  ['memory', 'memory', formatMemory],
  ['ephemeral-storage', 'ephemeralStorage', formatMemory],
] as const;

/**
 * What is reserved of a node, line by line as `kubectl describe node` has it: cpu, memory, ephemeral storage, huge
 * pages, extended resources. `row` are the cells of the node's row in a list, which knows the pods.
 */
export function allocatedResources(node: Node, row: Cells | null): AllocatedResource[] {
  const offers = nodes.project(node);
  const isKnown = typeof row?.pods === 'number';
  const line = (
    name: string,
    format: (amount: number) => string,
    amount: (side: 'Requests' | 'Limits') => number,
    allocatable: number | null,
  ): AllocatedResource => {
    const reserved = (side: 'Requests' | 'Limits') =>
      isKnown
        ? {
            text: format(amount(side)),
            percent: name === 'cpu' || isInBytes(name) ? (percentOf(amount(side), allocatable) ?? 0) : null,
          }
        : null;
    const { allocatable: offered = {}, capacity = {} } = node.status ?? {};
    return {
      name,
      requests: reserved('Requests'),
      limits: reserved('Limits'),
      allocatable: String((Object.keys(offered).length > 0 ? offered : capacity)[name] ?? ''),
      capacity: String(capacity[name] ?? ''),
    };
  };
  return [
    ...own.map(([name, id, format]) =>
      line(
        name,
        format,
        (side) => Number(row?.[`${id}${side}`] ?? 0),
        offers[`${id}Allocatable`] as number | null,
      ),
    ),
    ...(['hugepages', 'extended'] as const).flatMap((id) =>
      readAmounts(offers[`${id}Allocatable`]).map(([name, allocatable]) =>
        line(
          name,
          isInBytes(name) ? formatMemory : formatCount,
          (side) => new Map(readAmounts(row?.[`${id}${side}`])).get(name) ?? 0,
          allocatable,
        ),
      ),
    ),
  ];
}
