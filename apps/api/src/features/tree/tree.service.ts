import { ownerships, type Domain, type endpoints, type InputOf, type OutputOf } from '@pilothouse/contract';
import type { Authoriser, Subject } from '../../authz/authoriser.ts';
import type { GrantSubject } from '../../authz/grant-columns.ts';
import type { GivingGuard } from '../../authz/giving-guard.ts';
import { ownerRoles, ServiceTree, type Ownership } from '../../authz/service-tree.ts';
import { isUniqueViolation } from '../../db/database-error.ts';
import type { Database, Queries } from '../../db/database.ts';
import { bumpVersion, type Versions } from '../../db/versions.ts';
import { AppError } from '../../http/app-error.ts';
import { moveChanges } from './tree-move.ts';
import { planTreeRows, readTreeRows, type FileRow } from './tree-rows.ts';
import type { NewTreeNode, TreeNodeDetail, TreeNodeView, TreeRepository } from './tree.repository.ts';

type Owners = InputOf<typeof endpoints.setTreeOwners>['body'];
type MovePlan = OutputOf<typeof endpoints.planTreeMove>;

interface TreeServiceOptions {
  database: Database;
  versions: Versions;
  authoriser: Authoriser;
  guard: GivingGuard;
  nodes: TreeRepository;
  /** What the levels are called, from the top. */
  levels: readonly string[];
}

/** The service tree: what the company runs. Rights follow it, so each change of it is one of rights. */
export class TreeService {
  readonly #options: TreeServiceOptions;

  constructor(options: TreeServiceOptions) {
    this.#options = options;
  }

  /** What somebody may know of it. */
  async list(subject: Subject): Promise<OutputOf<typeof endpoints.listTree>> {
    const { authoriser, nodes, levels } = this.#options;
    const { tree, visible } = await authoriser.treeOf(subject);
    const all = visible.size === 0 ? [] : await nodes.all(tree);
    return { levels: [...levels], nodes: all.filter(({ id }) => visible.has(id)) };
  }

  /** Throws `notFound`. */
  async get(id: string): Promise<TreeNodeDetail> {
    const { authoriser, nodes } = this.#options;
    const found = await nodes.find(id, (await authoriser.policies()).tree);
    if (found === null) throw new AppError('notFound');
    return found;
  }

  /** Throws `notFound` without the parent, `conflict` where a sibling has the name, or `treeTooDeep`. */
  async create(node: NewTreeNode): Promise<TreeNodeView> {
    return this.get(await this.createWith(node, async () => undefined));
  }

  /** As {@link create}, with what else comes to be in the same transaction; answers the id. */
  createWith(node: NewTreeNode, also: (queries: Queries, id: string) => Promise<void>): Promise<string> {
    const { nodes, levels } = this.#options;
    return this.#change(node.name, async (queries, tree) => {
      if (node.parent !== null) requireNode(tree, node.parent);
      if (levelBelow(tree, node.parent) >= levels.length) throw tooDeep(levels);
      const id = await nodes.create(queries, node);
      await also(queries, id);
      return id;
    });
  }

  /** Throws `notFound`, or `conflict` where a sibling has the name. */
  async update(
    id: string,
    changes: Pick<InputOf<typeof endpoints.updateTreeNode>['body'], 'name' | 'displayName' | 'description'>,
  ): Promise<TreeNodeView> {
    await this.#change(changes.name ?? '', async (queries, tree) => {
      requireNode(tree, id);
      await this.#options.nodes.update(queries, id, changes);
    });
    return this.get(id);
  }

  /** Throws `notFound`, or `treeNodeInUse` or `treeNodeHolds` while something hangs on it. */
  remove(id: string): Promise<void> {
    return this.removeWith(id, async () => undefined);
  }

  /** As {@link remove}, with what goes before it in the same transaction. */
  async removeWith(id: string, before: (queries: Queries) => Promise<void>): Promise<void> {
    const { nodes } = this.#options;
    await this.#change('', async (queries, tree) => {
      requireNode(tree, id);
      const path = tree.pathOf(id);
      const below = tree.branchOf(id).length - 1;
      if (below > 0) throw new AppError('treeNodeInUse', { path, below });
      await before(queries);
      const holds = await nodes.heldBy(queries, [id]);
      if (holds.length > 0) throw new AppError('treeNodeHolds', { path, holds: holds.join(', ') });
      await nodes.remove(queries, id);
    });
  }

  /** Who would gain and who would lose by a move. Throws as {@link move} does. */
  async planMove(id: string, parent: string | null): Promise<MovePlan> {
    const { grants, names, tree } = await this.#options.authoriser.policies();
    this.#requirePlace(tree, id, parent);
    const { gains, loses } = moveChanges(grants, tree, id, parent);
    const name = tree.pathOf(id).split('.').at(-1) ?? '';
    const view = ({ id: grant, subject, roleId, domain }: (typeof grants)[number]) => ({
      subject:
        subject.kind === 'user'
          ? {
              kind: subject.kind,
              name: names.users.get(subject.id)?.username ?? '',
              displayName: names.users.get(subject.id)?.displayName ?? '',
            }
          : { kind: subject.kind, name: names.groups.get(subject.id) ?? '', displayName: '' },
      role: names.roles.get(roleId) ?? '',
      from:
        domain.kind === 'tree'
          ? { id: domain.node, path: tree.pathOf(domain.node) }
          : { id: grant, path: '' },
    });
    return {
      path: parent === null ? name : `${tree.pathOf(parent)}.${name}`,
      below: tree.branchOf(id).length - 1,
      gains: gains.map(view),
      loses: loses.map(view),
    };
  }

  /**
   * Throws `notFound` for an unknown node or parent, `treeCycle` below itself, `treeTooDeep`, `treeLevelFixed` where what
   * is used as a project or an application would be none, `conflict` where a sibling has the name, or `roleEscalation` where somebody would gain what the mover does not have there.
   */
  async move(subject: Subject, id: string, parent: string | null): Promise<TreeNodeView> {
    const { authoriser, guard, nodes } = this.#options;
    await this.#change('', async (queries, tree) => {
      this.#requirePlace(tree, id, parent);
      const staysAtLevel = levelBelow(tree, parent) === tree.lineOf(id).length - 1;
      if (!staysAtLevel && (await nodes.heldBy(queries, tree.branchOf(id))).length > 0)
        throw new AppError('treeLevelFixed', { path: tree.pathOf(id) }, 'body.parent');
      const { grants, permissions } = await authoriser.policies();
      const given = moveChanges(grants, tree, id, parent).gains.map(({ roleId }) => ({
        policies: permissions.filter((permission) => permission.roleId === roleId),
        domain: { kind: 'tree', node: id } as const,
      }));
      await guard.require(subject, given, 'body.parent');
      await nodes.update(queries, id, { parent });
    });
    return this.get(id);
  }

  /** Throws `notFound`, `invalidField` for an unknown user or group, or `roleEscalation`. */
  async setOwners(subject: Subject, id: string, owners: Owners): Promise<TreeNodeDetail> {
    await this.#change('', async (queries, tree) => {
      requireNode(tree, id);
      const wanted = await this.#named(queries, owners);
      const had = await this.#options.nodes.ownersOf(queries, id);
      await this.#changeOwners(subject, queries, { id, had, wanted }, { kind: 'tree', node: id });
    });
    return this.get(id);
  }

  /** The whole tree, a node a line, in the order of paths. */
  async rows(): Promise<OutputOf<typeof endpoints.exportTree>['rows']> {
    const { authoriser, nodes } = this.#options;
    const rows = await nodes.rows((await authoriser.policies()).tree);
    return [...rows.values()].map(({ id: _id, ...row }) => row);
  }

  /** What a file would change. Throws `csvUnreadable`. */
  async planImport(csv: string): Promise<OutputOf<typeof endpoints.planTreeImport>> {
    const { tree } = await this.#options.authoriser.policies();
    return (await this.#plan(csv, tree)).planned;
  }

  /** Does it, all or nothing. Throws `csvUnreadable`, `treeImportRefused`, or `roleEscalation`. */
  import(subject: Subject, csv: string): Promise<OutputOf<typeof endpoints.importTree>> {
    return this.#change('', async (queries, tree) => {
      const { planned, file, there, subjects } = await this.#plan(csv, tree, queries);
      const refused = planned.rows.filter(({ state }) => state === 'refused');
      if (refused[0] !== undefined)
        throw new AppError(
          'treeImportRefused',
          { refused: refused.length, line: refused[0].line },
          'body.csv',
        );
      const ids = new Map([...there].map(([path, { id }]) => [path, id]));
      const stateOf = new Map(planned.rows.map(({ line, state }) => [line, state]));
      const byDepth = file.toSorted((a, b) => a.path.split('.').length - b.path.split('.').length);
      for (const row of byDepth.filter(({ line }) => stateOf.get(line) !== 'unchanged')) {
        const id = await this.#put(queries, row, ids);
        ids.set(row.path, id);
        const wanted = ownershipsIn(row).map(({ ownership, name }) => ({
          ownership,
          subject: subjects.get(name) as GrantSubject,
        }));
        const had = await this.#options.nodes.ownersOf(queries, id);
        const kept = had.filter(({ ownership }) => row[ownership] === undefined);
        await this.#changeOwners(
          subject,
          queries,
          { id, had, wanted: [...kept, ...wanted] },
          { kind: 'all' },
        );
      }
      return planned;
    });
  }

  async #plan(csv: string, tree: ServiceTree, queries?: Queries) {
    const { nodes, levels } = this.#options;
    const file = readTreeRows(csv);
    const there = await nodes.rows(tree, queries);
    const subjects = await nodes.subjects(queries);
    const known = { nodes: there, levels: levels.length, isKnown: (name: string) => subjects.has(name) };
    return { planned: { rows: planTreeRows(file, known) }, file, there, subjects };
  }

  /** Creates what a line names, or changes it; answers its id. */
  async #put(queries: Queries, row: FileRow, ids: ReadonlyMap<string, string>): Promise<string> {
    const { nodes } = this.#options;
    const names = row.path.split('.');
    const name = names.at(-1) ?? '';
    const id = ids.get(row.path);
    const { description } = row;
    if (id !== undefined) {
      await nodes.update(queries, id, { displayName: row.displayName || undefined, description });
      return id;
    }
    const parent = ids.get(names.slice(0, -1).join('.')) ?? null;
    return nodes.create(queries, {
      parent,
      name,
      displayName: row.displayName || name,
      description: description ?? '',
    });
  }

  /** Throws `roleEscalation` where that gives more than the subject has in the domain. */
  async #changeOwners(
    subject: Subject,
    queries: Queries,
    { id, had, wanted }: { id: string; had: readonly Owner[]; wanted: readonly Owner[] },
    domain: Domain,
  ): Promise<void> {
    const { guard, nodes } = this.#options;
    const added = without(wanted, had);
    for (const role of new Set(added.map(({ ownership }) => ownerRoles[ownership]))) {
      await guard.require(subject, [{ policies: await nodes.policiesOf(queries, role), domain }], 'body');
    }
    for (const { ownership, subject: owner } of without(had, wanted))
      await nodes.removeOwner(queries, id, ownership, owner);
    for (const { ownership, subject: owner } of added) await nodes.addOwner(queries, id, ownership, owner);
  }

  async #named(queries: Queries, owners: Owners): Promise<Owner[]> {
    const found: Owner[] = [];
    for (const ownership of ownerships) {
      for (const [index, subject] of owners[ownership].entries()) {
        const { kind } = subject;
        const name = kind === 'user' ? subject.user : subject.group;
        const id = await this.#options.nodes.subjectId(queries, kind, name);
        const field = `body.${ownership}.${index}.${kind}`;
        if (id === undefined) throw new AppError('invalidField', { field, reason: 'unknown' }, field);
        found.push({ ownership, subject: { kind, id } });
      }
    }
    return [...new Map(found.map((owner) => [JSON.stringify(owner), owner])).values()];
  }

  #requirePlace(tree: ServiceTree, id: string, parent: string | null): void {
    const { levels } = this.#options;
    requireNode(tree, id);
    if (parent !== null) requireNode(tree, parent);
    const branch = tree.branchOf(id);
    if (parent !== null && branch.includes(parent))
      throw new AppError('treeCycle', { path: tree.pathOf(id), parent: tree.pathOf(parent) }, 'body.parent');
    const depth = (node: string) => tree.lineOf(node).length - tree.lineOf(id).length;
    const height = Math.max(...branch.map(depth));
    if (levelBelow(tree, parent) + height >= levels.length) throw tooDeep(levels);
  }

  /**
   * One change at a time, on the tree as it is then: every replica asks rights again, streams too, within a second; this
   * one at once.
   */
  async #change<T>(name: string, change: (queries: Queries, tree: ServiceTree) => Promise<T>): Promise<T> {
    const { database, versions, nodes } = this.#options;
    try {
      return await database.transaction(async (queries) => {
        await bumpVersion(queries, 'access', 'policies');
        return change(queries, new ServiceTree(await nodes.places(queries)));
      });
    } catch (error) {
      throw isUniqueViolation(error) ? new AppError('conflict', { what: name }, 'body.name') : error;
    } finally {
      await versions.refresh();
    }
  }
}

interface Owner {
  ownership: Ownership;
  subject: GrantSubject;
}

function ownershipsIn(row: FileRow): { ownership: Ownership; name: string }[] {
  return ownerships.flatMap((ownership) => (row[ownership] ?? []).map((name) => ({ ownership, name })));
}

function without(owners: readonly Owner[], others: readonly Owner[]): Owner[] {
  const keys = new Set(others.map((owner) => JSON.stringify(owner)));
  return owners.filter((owner) => !keys.has(JSON.stringify(owner)));
}

function levelBelow(tree: ServiceTree, parent: string | null): number {
  return parent === null ? 0 : tree.lineOf(parent).length;
}

function requireNode(tree: ServiceTree, id: string): void {
  if (tree.lineOf(id).length === 0) throw new AppError('notFound');
}

function tooDeep(levels: readonly string[]): AppError {
  return new AppError('treeTooDeep', { levels: levels.length, names: levels.join(' → ') });
}
