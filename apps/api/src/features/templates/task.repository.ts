import type { endpoints, InputOf, OutputOf, taskRunKind } from '@pilothouse/contract';
import type { z } from 'zod';
import { isUniqueViolation } from '../../db/database-error.ts';
import type { Database, Prisma } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { containing } from '../../db/like.ts';
import type { SecretBox } from '../../db/secret-box.ts';
import { AppError } from '../../http/app-error.ts';
import { readPage, type PageOrder, type PageQuery } from '../../http/paging.ts';
import type { TemplateContent, Values } from './template-content.ts';

export type TaskRunKind = z.output<typeof taskRunKind>;
export type TaskOptions = Pick<
  InputOf<typeof endpoints.runTask>['body'],
  'fieldValidation' | 'force' | 'stopsAtFailure'
>;
type ObjectQuery = InputOf<typeof endpoints.listTaskObjects>['query'];
type TaskView = OutputOf<typeof endpoints.listTasks>['items'][number];

/** What a task applies: as the template was, whatever becomes of it, and the values but for secrets. */
export interface TaskContent extends TemplateContent {
  values: Values;
}

export interface NewTask {
  template: string;
  version: number;
  content: TaskContent;
  namespaces: string[];
  options: TaskOptions;
  clusters: { id: string; name: string }[];
  actor: { userId: string; username: string };
}

const withAll = {
  runs: { orderBy: { number: 'asc' } },
  clusters: { orderBy: { cluster: 'asc' } },
} satisfies Prisma.TaskInclude;
export type TaskRow = Prisma.TaskGetPayload<{ include: typeof withAll }>;

const order: PageOrder<Prisma.TaskOrderByWithRelationInput> = {
  sortable: { createdAt: 'createdAt', template: 'template', actor: 'actor' },
  fallback: '-createdAt',
};

/** Rows of tasks, their runs, and how they stand in clusters. */
export class TaskRepository {
  readonly #database: Database;
  readonly #secrets: SecretBox;

  constructor(database: Database, secrets: SecretBox) {
    this.#database = database;
    this.#secrets = secrets;
  }

  page(
    query: PageQuery & { q?: string | undefined },
    { actorId, operation }: { actorId: string | undefined; operation: string | undefined },
  ) {
    const { task } = this.#database.prisma;
    const where: Prisma.TaskWhereInput = {
      ...(actorId !== undefined && { actorId }),
      ...(operation !== undefined && { runs: { some: { operationId: operation } } }),
      ...(query.q !== undefined && {
        OR: [{ template: containing(query.q) }, { actor: containing(query.q) }],
      }),
    };
    return readPage(query, order, {
      items: async (page) => this.#views(await task.findMany({ where, include: withAll, ...page })),
      total: () => task.count({ where }),
    });
  }

  find(id: string): Promise<TaskRow | null> {
    return this.#database.prisma.task.findUnique({ where: { id }, include: withAll });
  }

  async viewOf(row: TaskRow): Promise<TaskView> {
    const [view] = await this.#views([row]);
    return view as TaskView;
  }

  contentOf({ id, sealedContent }: Pick<TaskRow, 'id' | 'sealedContent'>): TaskContent {
    const content = this.#secrets.open('tasks', id, 'sealed_content', sealedContent);
    return JSON.parse(content.toString('utf8')) as TaskContent;
  }

  async create({ content, clusters, actor, options, ...task }: NewTask): Promise<string> {
    const id = newId();
    const now = new Date();
    const sealedContent = this.#secrets.seal('tasks', id, 'sealed_content', JSON.stringify(content));
    await this.#database.prisma.task.create({
      data: {
        id,
        ...task,
        options,
        sealedContent,
        actorId: actor.userId,
        actor: actor.username,
        createdAt: now,
        clusters: {
          create: clusters.map(({ id: clusterId, name }) => ({ clusterId, cluster: name, state: 'open' })),
        },
      },
    });
    return id;
  }

  /** Begins another run, of two at once one. Throws `taskUnderWay`. */
  async beginRun(
    { id, runs }: Pick<TaskRow, 'id' | 'runs'>,
    kind: TaskRunKind,
    actor: string,
  ): Promise<string> {
    const run = newId();
    try {
      await this.#database.prisma.taskRun.create({
        data: { id: run, taskId: id, number: runs.length + 1, kind, actor, createdAt: new Date() },
      });
    } catch (error) {
      throw isUniqueViolation(error) ? new AppError('taskUnderWay') : error;
    }
    return run;
  }

  async runIs(run: string, operationId: string): Promise<void> {
    await this.#database.prisma.taskRun.update({ where: { id: run }, data: { operationId } });
  }

  /** It came to nothing. */
  async dropRun(run: string): Promise<void> {
    await this.#database.prisma.taskRun.deleteMany({ where: { id: run } });
  }

  async dropTask(id: string): Promise<void> {
    await this.#database.prisma.task.deleteMany({ where: { id } });
  }

  async clusterEnded(taskId: string, clusterId: string, state: 'done' | 'failed'): Promise<void> {
    await this.#database.prisma.taskCluster.updateMany({ where: { taskId, clusterId }, data: { state } });
  }

  objectPage(taskId: string, query: ObjectQuery) {
    const { taskObject } = this.#database.prisma;
    const where: Prisma.TaskObjectWhereInput = {
      taskId,
      ...(query.state !== undefined && { state: query.state }),
      ...(query.q !== undefined && { OR: [{ cluster: containing(query.q) }, { name: containing(query.q) }] }),
    };
    const objectOrder: PageOrder<Prisma.TaskObjectOrderByWithRelationInput> = {
      sortable: { cluster: 'cluster', kind: 'kind', name: 'name', at: 'at', state: 'state' },
      fallback: 'cluster,at',
    };
    return readPage(query, objectOrder, {
      items: async (page) => (await taskObject.findMany({ where, ...page })).map(objectView),
      total: () => taskObject.count({ where }),
    });
  }

  /** Drops tasks from before; returns how many. */
  async prune(before: Date, most: number): Promise<number> {
    return this.#database.prisma.$executeRaw`
      DELETE FROM tasks WHERE created_at < ${before} ORDER BY created_at LIMIT ${most}`;
  }

  async #views(rows: TaskRow[]): Promise<TaskView[]> {
    const ids = rows.flatMap(({ runs }) => runs.at(-1)?.operationId ?? []);
    const operations = await this.#database.prisma.operation.findMany({
      where: { id: { in: ids } },
      select: { id: true, state: true },
    });
    const states = new Map(operations.map(({ id, state }) => [id, state]));
    return rows.map((row) => {
      const { id, template, version, actor, createdAt, runs, clusters } = row;
      const last = runs.at(-1);
      const operation = last?.operationId ?? last?.id ?? id;
      const state = (states.get(operation) ?? 'forgotten') as TaskView['run']['state'];
      return {
        id,
        template,
        version,
        actor,
        createdAt: createdAt.toISOString(),
        clusters: clusters.map(({ cluster }) => cluster),
        namespaces: row.namespaces as string[],
        run: { operation, kind: (last?.kind ?? 'apply') as TaskRunKind, state },
      };
    });
  }
}

function objectView(
  row: Prisma.TaskObjectGetPayload<object>,
): OutputOf<typeof endpoints.listTaskObjects>['items'][number] {
  const { id, cluster, apiGroup, plural, kind, namespace, name, uid, state, at } = row;
  return {
    id,
    cluster,
    group: apiGroup === '' ? 'core' : apiGroup,
    plural,
    kind,
    namespace: namespace === '' ? null : namespace,
    name,
    uid,
    state: state as never,
    at: at.toISOString(),
  };
}
