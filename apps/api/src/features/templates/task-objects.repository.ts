import type { Database, Prisma } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import type { TaskItemDocument } from './task-doors.ts';

export type TaskObjectRow = Prisma.TaskObjectGetPayload<object>;

/** Which object of which task. */
export interface ObjectPlace {
  taskId: string;
  cluster: { id: string; name: string };
  document: Pick<TaskItemDocument, 'kind' | 'namespace' | 'name'>;
}

/** What tasks made: named before the cluster is asked, so that whatever happens it can be found again. */
export class TaskObjectRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The object's row as it was, or a new one that says it is being made. */
  async begin({ taskId, cluster, document }: ObjectPlace): Promise<TaskObjectRow & { isNew: boolean }> {
    const { taskObject } = this.#database.prisma;
    const { kind, name } = document;
    const namespace = document.namespace ?? '';
    const { group: apiGroup, version, plural } = kind;
    const place = { taskId, clusterId: cluster.id, apiGroup, plural, namespace, name };
    const there = await taskObject.findFirst({ where: place });
    if (there !== null && there.state !== 'takenBack') return { ...there, isNew: false };
    const fresh = { state: 'making', uid: null, appliedAt: null, at: new Date() };
    if (there !== null) {
      const row = await taskObject.update({ where: { id: there.id }, data: fresh });
      return { ...row, isNew: true };
    }
    const data = { id: newId(), ...place, version, kind: kind.kind, cluster: cluster.name, ...fresh };
    return { ...(await taskObject.create({ data })), isNew: true };
  }

  async ended(
    id: string,
    data: { state: string; uid: string | null; appliedAt: Date | null },
  ): Promise<void> {
    await this.#database.prisma.taskObject.updateMany({ where: { id }, data });
  }

  /** Nothing was made. */
  async forget(id: string): Promise<void> {
    await this.#database.prisma.taskObject.deleteMany({ where: { id } });
  }

  /** What it made, or may have made, and has not taken back; the newest first. */
  made(taskId: string): Promise<TaskObjectRow[]> {
    return this.#database.prisma.taskObject.findMany({
      where: { taskId, state: { in: ['created', 'making'] } },
      orderBy: [{ at: 'desc' }, { id: 'desc' }],
    });
  }

  countMade(taskId: string): Promise<number> {
    return this.#database.prisma.taskObject.count({
      where: { taskId, state: { in: ['created', 'making'] } },
    });
  }

  find(id: string): Promise<TaskObjectRow | null> {
    return this.#database.prisma.taskObject.findUnique({ where: { id } });
  }

  async takenBack(id: string): Promise<void> {
    await this.#database.prisma.taskObject.updateMany({ where: { id }, data: { state: 'takenBack' } });
  }

  /** Another task that applied the same object later, by its template's name. */
  async laterUser({ uid, taskId, clusterId, at }: TaskObjectRow): Promise<string | undefined> {
    if (uid === null) return undefined;
    const other = await this.#database.prisma.taskObject.findFirst({
      where: { uid, clusterId, at: { gte: at }, taskId: { not: taskId }, state: { not: 'takenBack' } },
      select: { task: { select: { template: true } } },
    });
    return other?.task.template;
  }
}
