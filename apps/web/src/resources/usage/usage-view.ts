import type { KindOverride } from '../override.ts';
import UsageCell from './UsageCell.vue';

const measured = [
  'cpuUsage',
  'cpuUsageOfRequests',
  'cpuUsageOfLimits',
  'memoryUsage',
  'memoryUsageOfRequests',
  'memoryUsageOfLimits',
];
const promised = ['cpuRequests', 'cpuLimits', 'memoryRequests', 'memoryLimits'];

/** How the list of pods, or of what has pods, shows what they use; `first` are the columns before the figures. */
export function usageViewOf(...first: string[]): Required<Pick<KindOverride, 'cells' | 'usageView'>> {
  return {
    cells: Object.fromEntries(measured.map((id) => [id, UsageCell])),
    usageView: { columns: [...first, ...measured, ...promised], sort: '-memoryUsage' },
  };
}
