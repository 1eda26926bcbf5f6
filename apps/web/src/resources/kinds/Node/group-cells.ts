import { h, type FunctionalComponent } from 'vue';
import UsageBar from '../../../components/UsageBar.vue';
import type { GroupCellProps } from '../../override.ts';

/** What the nodes of a group offer, have promised and use together; null as long as no node says. */
function sumOf({ group }: GroupCellProps, field: string): number | null {
  const total = group.sums[field];
  return total === undefined || total.known === 0 ? null : total.sum;
}

function usageOf(resource: 'cpu' | 'memory'): FunctionalComponent<GroupCellProps> {
  return (props) =>
    h(UsageBar, {
      resource,
      allocatable: sumOf(props, `${resource}Allocatable`),
      requested: sumOf(props, `${resource}Requests`),
      // of some nodes only it would read as if the others were idle
      used:
        props.group.sums[`${resource}Usage`]?.known === props.group.count
          ? sumOf(props, `${resource}Usage`)
          : null,
    });
}

export const groupCells = {
  pods: ((props) =>
    `${sumOf(props, 'pods') ?? '–'}/${sumOf(props, 'podsAllocatable') ?? '?'}`) as FunctionalComponent<GroupCellProps>,
  cpu: usageOf('cpu'),
  memory: usageOf('memory'),
};
for (const cell of Object.values(groupCells)) cell.props = ['group'];
