import { endpoints, resourceRight, type Requirement } from '@pilothouse/contract';
import { kinds } from '@pilothouse/kinds';
import { inPart, requirementsOf, type Rights } from '../api/rights.ts';

/** Whether anything could be applied in the cluster: objects of some kind may be made and changed, in a namespace at least. */
export function mayApply({ holds }: Rights, cluster: string): boolean {
  return [...kinds.values()].some(({ group, plural }) =>
    holds(inPart(['create', 'patch'].map((verb) => resourceRight({ cluster, group, plural }, verb)))),
  );
}

/** What the page of it needs: entry to the cluster, and to whoever may write nothing there it is named as a whole. */
export function toApply(rights: Rights, cluster: string): Requirement[] {
  const entry = requirementsOf(endpoints.runManifests, { params: { cluster } });
  if (mayApply(rights, cluster)) return entry;
  const domain = { kind: 'cluster' as const, cluster };
  return [...entry, ...['create', 'patch'].map((action) => ({ object: 'k8s/**', action, domain }))];
}
