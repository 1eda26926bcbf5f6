import { treeOf, type ownerships, type TreeNodes } from '@pilothouse/contract';
import type { Policies } from './policies.repository.ts';

export type Ownership = (typeof ownerships)[number];

/** What whoever owns a node may do there and below: a role that comes with the platform. */
export const ownerRoles: Record<Ownership, string> = {
  operations: 'operator',
  development: 'operator',
  developer: 'developer',
};

interface Node {
  id: string;
  parentId: string | null;
  name: string;
}

/** The service tree as it is now, as far as rights and paths need it. */
export class ServiceTree implements TreeNodes {
  readonly #nodes: ReadonlyMap<string, Node>;
  readonly lineOf: TreeNodes['lineOf'];

  constructor(nodes: readonly Node[]) {
    this.#nodes = new Map(nodes.map((node) => [node.id, node]));
    this.lineOf = treeOf(this.#nodes).lineOf;
  }

  get ids(): string[] {
    return [...this.#nodes.keys()];
  }

  /** The names from the top, joined by dots; empty where there is no such node. */
  pathOf(id: string): string {
    return this.lineOf(id)
      .map((above) => this.#nodes.get(above)?.name)
      .toReversed()
      .join('.');
  }

  /** The node and all below it. */
  branchOf(id: string): string[] {
    return this.ids.filter((node) => this.lineOf(node).includes(id));
  }
}

interface OwnerRow {
  id: string;
  nodeId: string;
  ownership: string;
  userId: string | null;
  groupId: string | null;
}

/** Owning as the grants that it comes to. */
export function ownedGrants(
  owners: readonly OwnerRow[],
  roles: readonly { id: string; name: string }[],
): Policies['grants'] {
  const roleIds = new Map(roles.map(({ id, name }) => [name, id]));
  return owners.flatMap((owner) => {
    const roleId = roleIds.get(ownerRoles[owner.ownership as Ownership]);
    return roleId === undefined
      ? []
      : [
          {
            id: owner.id,
            subject: ownerSubject(owner),
            roleId,
            domain: { kind: 'tree' as const, node: owner.nodeId },
            expiresAt: null,
          },
        ];
  });
}

function ownerSubject({ userId, groupId }: OwnerRow): Policies['grants'][number]['subject'] {
  if (userId !== null) return { kind: 'user', id: userId };
  if (groupId !== null) return { kind: 'group', id: groupId };
  throw new Error('an owner who is nobody');
}
