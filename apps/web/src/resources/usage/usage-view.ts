import type { KindOverride } from '../override.ts';
import UsageCell from './UsageCell.vue';

/** The amounts first: what a list is sorted by is seen on a small screen too. */
const measured = [
  'cpuUsage',
  'memoryUsage',
  'cpuUsageOfRequests',
  'memoryUsageOfRequests',
  'cpuUsageOfLimits',
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
