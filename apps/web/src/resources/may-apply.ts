import { resourceRight } from '@pilothouse/contract';
import { kinds } from '@pilothouse/kinds';
import { inPart, type Rights } from '../api/rights.ts';

/** Whether anything could be applied in the cluster: objects of some kind may be made and changed, in a namespace at least. */
export function mayApply({ holds }: Rights, cluster: string): boolean {
  return [...kinds.values()].some(({ group, plural }) =>
    holds(inPart(['create', 'patch'].map((verb) => resourceRight({ cluster, group, plural }, verb)))),
  );
}
