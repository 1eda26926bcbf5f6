import type { operation as operationSchema, operationItem } from '@pilothouse/contract';
import type { z } from 'zod';
import type { Prisma } from '../db/database.ts';

export type OperationSummary = z.output<typeof operationSchema>;
export type OperationState = OperationSummary['state'];
export type OperationItem = z.output<typeof operationItem>;
export type Counts = OperationSummary['counts'];

/** Sums groups of items by whose they are; what was cancelled is not done. */
export function summed(groups: { of: string; state: string; _count: number }[]): Map<string, Counts> {
  const counts = new Map<string, Counts>();
  for (const { of, state, _count: number } of groups) {
    const count = counts.get(of) ?? { total: 0, done: 0, failed: 0 };
    count.total += number;
    if (!['queued', 'running', 'cancelled'].includes(state)) count.done += number;
    if (state === 'failed') count.failed += number;
    counts.set(of, count);
  }
  return counts;
}

export function summaryOf(
  row: Prisma.OperationGetPayload<object>,
  counts: Map<string, Counts>,
): OperationSummary {
  return {
    id: row.id,
    kind: row.kind,
    cluster: row.cluster,
    actor: row.actor,
    state: row.state as OperationState,
    cancelRequested: row.cancelRequested,
    counts: counts.get(row.id) ?? { total: 0, done: 0, failed: 0 },
    createdAt: row.createdAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}

export function itemView(
  row: Prisma.OperationItemGetPayload<object>,
  children: Counts | null,
): OperationItem {
  return {
    id: row.id,
    target: row.target,
    step: row.step as OperationItem['step'],
    state: row.state as OperationItem['state'],
    result: row.result as OperationItem['result'],
    children,
    startedAt: row.startedAt?.toISOString() ?? null,
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}
