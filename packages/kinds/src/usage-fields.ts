import type { Row } from './kind.ts';
import { formatCpu, formatMemory } from './quantity.ts';

function amount(id: string, format: (amount: number) => string) {
  return { text: ({ cells }: Row) => (typeof cells[id] === 'number' ? format(cells[id]) : '') };
}

function share(id: string) {
  return ({ cells }: Row) => (typeof cells[id] === 'number' ? `${Math.trunc(cells[id] * 100)}%` : '');
}

/** Known where somebody asked for what metrics.k8s.io measures. */
const measured = { type: 'number', isJoined: true } as const;

/** How what is requested and allowed reads. */
export const promisedColumns = {
  cpuRequests: amount('cpuRequests', formatCpu),
  cpuLimits: amount('cpuLimits', formatCpu),
  memoryRequests: amount('memoryRequests', formatMemory),
  memoryLimits: amount('memoryLimits', formatMemory),
};

/** What is used, and what share that is of what is requested and allowed. */
export const measuredFields = {
  cpuUsage: { ...measured, column: { width: 110, ...amount('cpuUsage', formatCpu) } },
  cpuUsageOfRequests: { ...measured, column: { width: 120, text: share('cpuUsageOfRequests') } },
  cpuUsageOfLimits: { ...measured, column: { width: 110, text: share('cpuUsageOfLimits') } },
  memoryUsage: { ...measured, column: { width: 126, ...amount('memoryUsage', formatMemory) } },
  memoryUsageOfRequests: { ...measured, column: { width: 140, text: share('memoryUsageOfRequests') } },
  memoryUsageOfLimits: { ...measured, column: { width: 126, text: share('memoryUsageOfLimits') } },
};

/** The same of what has pods: how many of them run, and what they come to together. */
export const summedFields = {
  runningPods: { ...measured, column: { width: 80 } },
  cpuRequests: { ...measured, column: promisedColumns.cpuRequests },
  cpuLimits: { ...measured, column: promisedColumns.cpuLimits },
  memoryRequests: { ...measured, column: promisedColumns.memoryRequests },
  memoryLimits: { ...measured, column: promisedColumns.memoryLimits },
  ...measuredFields,
};
