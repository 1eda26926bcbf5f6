import type { Policies } from '../../authz/policies.repository.ts';
import { ServiceTree } from '../../authz/service-tree.ts';

type Grant = Policies['grants'][number];

/** What a move changes: who has which role on the node, and below it, by the nodes above. */
export interface MoveChanges {
  gains: Grant[];
  loses: Grant[];
}

/**
 * Compares what the old and the new place give. A role that is held both ways, or everywhere, is neither gained nor lost.
 * @param parent the new place; null: the top
 */
export function moveChanges(
  grants: readonly Grant[],
  tree: ServiceTree,
  node: string,
  parent: string | null,
): MoveChanges {
  const before = grantsOn(grants, tree.lineOf(node));
  const after = grantsOn(grants, [node, ...(parent === null ? [] : tree.lineOf(parent))]);
  return { gains: without(after, before), loses: without(before, after) };
}

/** Nearest first, those that hold everywhere last. */
function grantsOn(grants: readonly Grant[], line: readonly string[]): Grant[] {
  const nearness = ({ domain }: Grant) =>
    domain.kind === 'tree' ? line.indexOf(domain.node) : domain.kind === 'all' ? line.length : -1;
  return grants.filter((grant) => nearness(grant) >= 0).toSorted((a, b) => nearness(a) - nearness(b));
}

function without(grants: readonly Grant[], others: readonly Grant[]): Grant[] {
  const keyOf = ({ subject, roleId }: Grant) => `${subject.kind}:${subject.id} ${roleId}`;
  const had = new Set(others.map(keyOf));
  const fresh = grants.filter((grant) => !had.has(keyOf(grant)));
  return [...new Map(fresh.toReversed().map((grant) => [keyOf(grant), grant])).values()].toReversed();
}
