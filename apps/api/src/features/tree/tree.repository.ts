import type { endpoints, OutputOf } from '@pilothouse/contract';
import type { GrantSubject } from '../../authz/grant-columns.ts';
import type { Ownership, ServiceTree } from '../../authz/service-tree.ts';
import type { Database, Prisma, Queries } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { ownersByName, type TreeRow } from './tree-rows.ts';

export type TreeNodeView = OutputOf<typeof endpoints.createTreeNode>;
export type TreeNodeDetail = OutputOf<typeof endpoints.getTreeNode>;

export interface NewTreeNode {
  parent: string | null;
  name: string;
  displayName: string;
  description: string;
}

/** Rows of the service tree and of who owns its nodes. */
export class TreeRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** In the order of their names among siblings. */
  async all(tree: ServiceTree): Promise<TreeNodeView[]> {
    const rows = await this.#database.prisma.treeNode.findMany({ orderBy: { name: 'asc' } });
    // one that was made meanwhile has no place in this tree yet
    return rows.filter(({ id }) => tree.lineOf(id).length > 0).map((row) => nodeView(row, tree));
  }

  /** Null where there is none. */
  async find(id: string, tree: ServiceTree): Promise<TreeNodeDetail | null> {
    const line = [...tree.lineOf(id)];
    const { prisma } = this.#database;
    const [row, owners] = await prisma.$transaction([
      prisma.treeNode.findUnique({ where: { id } }),
      prisma.treeOwner.findMany({
        where: { nodeId: { in: line } },
        include: { user: true, group: true },
        orderBy: { createdAt: 'asc' },
      }),
    ]);
    if (row === null || line.length === 0) return null;
    const nearestFirst = owners.toSorted((a, b) => line.indexOf(a.nodeId) - line.indexOf(b.nodeId));
    return {
      ...nodeView(row, tree),
      owners: nearestFirst.map(({ ownership, nodeId, user, group }) => ({
        ownership: ownership as Ownership,
        subject:
          user === null
            ? { kind: 'group', name: group?.name ?? '', displayName: group?.displayName ?? '' }
            : { kind: 'user', name: user.username, displayName: user.displayName },
        from: { id: nodeId, path: tree.pathOf(nodeId) },
      })),
    };
  }

  /** All nodes with the owners named there, by path. */
  async rows(
    tree: ServiceTree,
    queries: Queries = this.#database.prisma,
  ): Promise<Map<string, TreeRow & { id: string }>> {
    const named = { include: { user: { select: { username: true } }, group: { select: { name: true } } } };
    const rows = await queries.treeNode.findMany({ include: { owners: named } });
    const paths = rows.map(({ id, displayName, description, owners }): TreeRow & { id: string } => ({
      id,
      path: tree.pathOf(id),
      displayName,
      description,
      ...ownersByName(
        owners.map(({ ownership, user, group }) => ({
          ownership: ownership as Ownership,
          subject:
            user === null
              ? { kind: 'group' as const, name: group?.name ?? '' }
              : { kind: 'user' as const, name: user.username },
        })),
      ),
    }));
    const byPath = paths.filter(({ path }) => path !== '').toSorted((a, b) => (a.path < b.path ? -1 : 1));
    return new Map(byPath.map((row) => [row.path, row]));
  }

  /** The ids of users, and of groups by an `@` and their name. */
  async subjects(queries: Queries = this.#database.prisma): Promise<Map<string, GrantSubject>> {
    const users = await queries.user.findMany({ select: { id: true, username: true } });
    const groups = await queries.group.findMany({ select: { id: true, name: true } });
    return new Map([
      ...users.map(({ id, username }) => [username, { kind: 'user', id }] as [string, GrantSubject]),
      ...groups.map(({ id, name }) => [`@${name}`, { kind: 'group', id }] as [string, GrantSubject]),
    ]);
  }

  /** Of all nodes, as they are inside the transaction. */
  places(queries: Queries): Promise<{ id: string; parentId: string | null; name: string }[]> {
    return queries.treeNode.findMany({ select: { id: true, parentId: true, name: true } });
  }

  /** Rejects where a sibling has the name. */
  async create(queries: Queries, { parent, ...node }: NewTreeNode): Promise<string> {
    const id = newId();
    await queries.treeNode.create({
      data: { id, ...node, parentId: parent, siblingsOf: parent ?? '', createdAt: new Date() },
    });
    return id;
  }

  /** Rejects where a sibling has the name. */
  async update(
    queries: Queries,
    id: string,
    { parent, ...changes }: Partial<{ [K in keyof NewTreeNode]: NewTreeNode[K] | undefined }>,
  ): Promise<void> {
    const data: Prisma.TreeNodeUncheckedUpdateInput = {
      ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)),
      ...(parent !== undefined && { parentId: parent, siblingsOf: parent ?? '' }),
    };
    await queries.treeNode.update({ where: { id }, data });
  }

  async remove(queries: Queries, id: string): Promise<void> {
    await queries.treeNode.delete({ where: { id } });
  }

  /** What makes projects and applications of these nodes: words of their namespaces, instances and cron jobs. */
  async heldBy(queries: Queries, ids: readonly string[]): Promise<string[]> {
    const among = { in: [...ids] };
    const counts = {
      namespaces: await queries.projectNamespace.count({ where: { projectId: among } }),
      instances: await queries.instance.count({ where: { applicationId: among } }),
      applications: await queries.application.count({ where: { id: among } }),
      cronJobs: await queries.cronJob.count({ where: { projectId: among } }),
    };
    return Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([what, count]) => `${count} ${what}`);
  }

  async ownersOf(queries: Queries, id: string): Promise<{ ownership: Ownership; subject: GrantSubject }[]> {
    const rows = await queries.treeOwner.findMany({ where: { nodeId: id } });
    return rows.map(({ ownership, userId, groupId }) => ({
      ownership: ownership as Ownership,
      subject: userId === null ? { kind: 'group', id: groupId ?? '' } : { kind: 'user', id: userId },
    }));
  }

  async addOwner(queries: Queries, nodeId: string, ownership: Ownership, subject: GrantSubject) {
    await queries.treeOwner.create({
      data: { id: newId(), nodeId, ownership, ...columnsOf(subject), createdAt: new Date() },
    });
  }

  async removeOwner(queries: Queries, nodeId: string, ownership: Ownership, subject: GrantSubject) {
    await queries.treeOwner.deleteMany({ where: { nodeId, ownership, ...columnsOf(subject) } });
  }

  /** Undefined where nobody has that name. */
  async subjectId(queries: Queries, kind: GrantSubject['kind'], name: string): Promise<string | undefined> {
    const select = { id: true };
    switch (kind) {
      case 'user':
        return (await queries.user.findUnique({ where: { username: name }, select }))?.id;
      case 'group':
        return (await queries.group.findUnique({ where: { name }, select }))?.id;
    }
  }

  /** What a role allows. */
  policiesOf(queries: Queries, role: string): Promise<{ object: string; action: string }[]> {
    return queries.permission.findMany({
      where: { role: { name: role } },
      select: { object: true, action: true },
    });
  }
}

function columnsOf({ kind, id }: GrantSubject) {
  return { userId: kind === 'user' ? id : null, groupId: kind === 'group' ? id : null };
}

function nodeView(row: Prisma.TreeNodeGetPayload<object>, tree: ServiceTree): TreeNodeView {
  const { siblingsOf: _siblingsOf, createdAt, ...node } = row;
  return {
    ...node,
    path: tree.pathOf(row.id),
    level: tree.lineOf(row.id).length - 1,
    createdAt: createdAt.toISOString(),
  };
}
