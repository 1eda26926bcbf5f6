import type { group } from '@pilothouse/contract';
import type { z } from 'zod';
import { requireAdministrator } from '../../authz/administrators.repository.ts';
import type { Subject } from '../../authz/authoriser.ts';
import type { GivingGuard } from '../../authz/giving-guard.ts';
import { isUniqueViolation } from '../../db/database-error.ts';
import type { Database, Queries } from '../../db/database.ts';
import { bumpVersion, type Versions } from '../../db/versions.ts';
import { AppError } from '../../http/app-error.ts';
import type { GroupRepository } from './group.repository.ts';

export type GroupView = z.output<typeof group>;

/** Users who are granted roles together. A member has what the group has, from the moment of joining to that of leaving. */
export class GroupService {
  readonly #database: Database;
  readonly #versions: Versions;
  readonly #groups: GroupRepository;

  readonly #guard: GivingGuard;

  constructor(database: Database, versions: Versions, groups: GroupRepository, guard: GivingGuard) {
    this.#guard = guard;
    this.#database = database;
    this.#versions = versions;
    this.#groups = groups;
  }

  page: GroupRepository['page'] = (query) => this.#groups.page(query);

  /** Throws `notFound`. */
  async get(name: string): Promise<GroupView> {
    const found = await this.#groups.find(name);
    if (found === null) throw new AppError('notFound');
    return found;
  }

  /** Throws `conflict` when the name is taken. */
  async create(name: string, displayName: string): Promise<GroupView> {
    try {
      await this.#groups.create(name, displayName);
    } catch (error) {
      throw isUniqueViolation(error) ? new AppError('conflict', { what: name }, 'body.name') : error;
    }
    return this.get(name);
  }

  /** Throws `notFound`. */
  async update(name: string, displayName: string): Promise<GroupView> {
    if (!(await this.#groups.update(name, displayName))) throw new AppError('notFound');
    return this.get(name);
  }

  /** Its grants go with it. Throws `notFound`, or `lastAdmin`. */
  async remove(name: string): Promise<void> {
    await this.#changeRights(async (queries) => {
      if (!(await this.#groups.remove(queries, name))) throw new AppError('notFound');
      await requireAdministrator(queries);
    });
  }

  /** Nothing happens to who is a member already. Throws `notFound` when there is no such group or user, or `roleEscalation`. */
  async addMember(subject: Subject, name: string, username: string): Promise<void> {
    await this.#changeRights(async (queries) => {
      const ids = await this.#groups.idsOf(queries, name, username);
      if (ids === null) throw new AppError('notFound');
      await this.#guard.requireOfGroup(subject, ids.groupId);
      await this.#groups.addMember(queries, ids);
    });
  }

  /** Throws `notFound` for who is no member, or `lastAdmin`. */
  async removeMember(name: string, username: string): Promise<void> {
    await this.#changeRights(async (queries) => {
      const ids = await this.#groups.idsOf(queries, name, username);
      if (ids === null || !(await this.#groups.removeMember(queries, ids))) throw new AppError('notFound');
      await requireAdministrator(queries);
    });
  }

  /** Throws `notFound`, `groupNesting`, or `roleEscalation`; what is in it already stays. */
  async addChild(subject: Subject, name: string, child: string): Promise<void> {
    await this.#changeRights(async (queries) => {
      const nesting = await this.#groups.nestingOf(queries, name, child);
      if (nesting === null) throw new AppError('notFound');
      if (name === child) throw new AppError('groupNesting', { reason: `${name} = ${child}` });
      if (nesting.isParentChild) throw new AppError('groupNesting', { reason: `… > ${name} > ${child}` });
      if (nesting.isChildParent) throw new AppError('groupNesting', { reason: `${name} > ${child} > …` });
      await this.#guard.requireOfGroup(subject, nesting.ids.parentId);
      await this.#groups.nest(queries, nesting.ids);
    });
  }

  /** Throws `notFound` for what is not in it, or `lastAdmin`. */
  async removeChild(name: string, child: string): Promise<void> {
    await this.#changeRights(async (queries) => {
      const nesting = await this.#groups.nestingOf(queries, name, child);
      if (nesting === null || !(await this.#groups.unnest(queries, nesting.ids)))
        throw new AppError('notFound');
      await requireAdministrator(queries);
    });
  }

  /** Every replica asks again, its streams too, within a second; this one at once. */
  async #changeRights(change: (queries: Queries) => Promise<void>): Promise<void> {
    await this.#database.transaction(async (queries) => {
      await bumpVersion(queries, 'access', 'policies');
      await change(queries);
    });
    await this.#versions.refresh();
  }
}
