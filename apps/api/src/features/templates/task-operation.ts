import type { Requirement } from '@pilothouse/contract';
import { z } from 'zod';
import { AppError } from '../../http/app-error.ts';
import { toAppError } from '../../http/error-handler.ts';
import type {
  ChildEnd,
  ItemOutcome,
  ItemRun,
  NewItem,
  OperationHandler,
} from '../../operations/operation-handler.ts';
import { appliedAt, isMadeSince } from './adoption.ts';
import { maskedError } from './mask-values.ts';
import type { ApplyOptions, DocumentDoor, TaskItemDocument, WholeObject } from './task-doors.ts';
import type { TaskObjectRepository, TaskObjectRow } from './task-objects.repository.ts';
import type { TaskRepository } from './task.repository.ts';

export const tasksKind = 'tasks.apply';

const input = z.strictObject({
  task: z.string(),
  /** As it is applied, secrets and all. */
  text: z.string(),
  secrets: z.array(z.string()),
  namespaces: z.array(z.string()),
  fieldValidation: z.enum(['Strict', 'Warn']),
  force: z.boolean(),
  stopsAtFailure: z.boolean(),
});
export type TaskInput = z.output<typeof input>;

/** A cluster with what is applied to it, or one document of it. */
export type TaskItem =
  | {
      type: 'cluster';
      id: string;
      name: string;
      /** All of the text is among the documents. */
      isWhole: boolean;
      documents: { target: string; input: TaskItemDocument }[];
      /** Those that were planned, as the plan names them. */
      planned: string[];
    }
  | { type: 'document'; id: string; name: string; document: TaskItemDocument | null };

export interface TaskCluster {
  id: string;
  discovery: { renew(): Promise<unknown> };
}

export interface TaskHandlerParts {
  documents: DocumentDoor;
  find: (name: string) => TaskCluster | undefined;
  tasks: Pick<TaskRepository, 'clusterEnded'>;
  objects: TaskObjectRepository;
}

type Run = ItemRun<TaskInput, TaskItem>;

/** Clusters at work at once. */
const clustersAtOnce = 5;
/** Objects of a cluster that are applied at once. */
const documentsAtOnce = 6;

/** How a plan's document is named among the chosen ones. */
export const plannedKey = (into: string, index: number) => `${into}/${index}`;

/** A template on clusters: side by side, or one after the other up to the first that fails. */
export function taskHandler(parts: TaskHandlerParts): OperationHandler<TaskInput, TaskItem> {
  const { documents } = parts;
  const document = documents.item;
  const item = z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('cluster'),
      id: z.string(),
      name: z.string(),
      isWhole: z.boolean(),
      documents: z.array(z.strictObject({ target: z.string(), input: document })),
      planned: z.array(z.string()),
    }),
    z.strictObject({
      type: z.literal('document'),
      id: z.string(),
      name: z.string(),
      document: document.nullable(),
    }),
  ]) as unknown as z.ZodType<TaskItem>;
  return {
    input,
    item,
    sealed: true,
    concurrency: ({ input: { stopsAtFailure } }) => (stopsAtFailure ? 1 : clustersAtOnce),
    stopsAtFailure: (operation) => operation.input.stopsAtFailure,
    requirements: (_operation, one): Requirement[] =>
      one.type === 'document' && one.document !== null
        ? documents.requirementsOf(one.name, one.document)
        : [
            {
              domain: { kind: 'cluster', cluster: one.name },
              object: '/tasks',
              action: 'POST',
              match: 'entry',
            },
          ],
    audit: (operation, one) =>
      one.type === 'document' && one.document !== null
        ? documents.auditOf(one.name, one.document, operation.input.force)
        : null,
    run: async (run) => {
      const { item: one } = run;
      return one.type === 'cluster' ? runCluster(parts, run, one) : runDocument(parts, run, one);
    },
  };
}

async function runCluster(
  parts: TaskHandlerParts,
  run: Run,
  one: Extract<TaskItem, { type: 'cluster' }>,
): Promise<ItemOutcome> {
  const { task, secrets } = run.operation.input;
  try {
    const found = parts.find(one.name);
    // a cluster registered again under the same name is another cluster
    if (found === undefined || found.id !== one.id) throw new AppError('notFound');
    // one failure for a cluster that is down, instead of one for each object
    await run.wait(found.discovery.renew());
    const ends = await runDocuments(parts, run, one);
    if (ends.some(({ state }) => state === 'cancelled')) {
      await parts.tasks.clusterEnded(task, one.id, 'failed');
      return { state: 'cancelled', code: 'cancelled' };
    }
    const failed = ends.filter(({ state }) => state === 'failed').length;
    if (failed > 0) throw new AppError('taskClusterFailed', { failed, total: ends.length });
    await parts.tasks.clusterEnded(task, one.id, 'done');
    return { state: 'succeeded', code: 'done' };
  } catch (error) {
    if (!run.signal.aborted) await parts.tasks.clusterEnded(task, one.id, 'failed');
    throw maskedError(error, secrets);
  }
}

/** Turn by turn; whatever of the text is not among them is named with the reason. */
async function runDocuments(
  parts: TaskHandlerParts,
  run: Run,
  one: Extract<TaskItem, { type: 'cluster' }>,
): Promise<ChildEnd[]> {
  const { id, name } = one;
  const left = one.isWhole ? [] : await run.wait(leftOut(parts, run, one));
  let ends = left.length === 0 ? [] : await run.children(left);
  const turns = Map.groupBy(one.documents, ({ input: { turn } }) => turn);
  for (const turn of [...turns.keys()].toSorted((a, b) => a - b)) {
    const items = (turns.get(turn) ?? []).map(({ target, input: document }) => ({
      target,
      input: { type: 'document' as const, id, name, document },
    }));
    ends = await run.children(items, { concurrency: documentsAtOnce });
  }
  return ends;
}

/** What was not chosen, and why it cannot be applied, as the cluster says now. */
async function leftOut(
  { documents }: TaskHandlerParts,
  run: Run,
  { id, name, planned }: Extract<TaskItem, { type: 'cluster' }>,
): Promise<NewItem<TaskItem>[]> {
  const { text, namespaces, fieldValidation, force, secrets } = run.operation.input;
  const { userId, username } = run.operation.actor;
  const chosen = new Set(planned);
  const items: NewItem<TaskItem>[] = [];
  for (const [at, namespace] of namespaces.entries()) {
    const call = {
      params: { cluster: name },
      query: undefined,
      body: { text, namespace, fieldValidation, force },
    };
    const writing = { subject: { userId: userId ?? '', username }, auditId: run.auditId };
    const { documents: plans } = await documents.plan(call, writing, run.signal);
    for (const plan of plans) {
      if (chosen.has(plannedKey(namespace, plan.index))) continue;
      if (at > 0 && plan.namespaceFrom !== 'chosen') continue;
      const where = plan.namespace === null ? '' : `${plan.namespace}/`;
      const { code, params } = masks(plan.error, secrets);
      items.push({
        target: `${plan.kind ?? '?'} ${where}${plan.name ?? plan.generateName ?? '?'}`,
        input: { type: 'document', id, name, document: null },
        ended: { state: 'failed', code, params },
      });
    }
  }
  return items;
}

function masks(
  error: { code: string; params?: Record<string, string | number> | undefined } | null,
  secrets: readonly string[],
): { code: string; params: Record<string, string | number> } {
  if (error === null) return { code: 'notReviewed', params: {} };
  const known = new AppError(error.code as 'notReviewed', error.params);
  return { code: known.code, params: maskedError(known, secrets).params };
}

/** Whether a failure leaves it open that the cluster has done what it was asked. */
const openFailures = new Set([
  'clusterTimeout',
  'clusterUnreachable',
  'clusterError',
  'clusterMalformed',
  'internal',
]);

async function runDocument(
  { documents, objects }: TaskHandlerParts,
  run: Run,
  { id, name, document }: Extract<TaskItem, { type: 'document' }>,
): Promise<ItemOutcome> {
  const { task, secrets, fieldValidation, force } = run.operation.input;
  if (document === null) throw new AppError('notReviewed');
  const cluster = { id, name };
  const row = await objects.begin({ taskId: task, cluster, document });
  const options: ApplyOptions = { fieldValidation, force };
  try {
    const { auditId, signal, step, wait } = run;
    const operation = { input: options, cluster, actor: run.operation.actor };
    const applied = await documents.apply({ item: document, auditId, signal, step, wait, operation });
    await objects.ended(row.id, stateAfter(row, applied));
    return applied.outcome;
  } catch (error) {
    if (row.isNew && !run.signal.aborted && !openFailures.has(toAppError(error).code))
      await objects.forget(row.id);
    throw maskedError(error, secrets);
  }
}

/** What the task has made stays its own, however often it is applied again. */
function stateAfter(
  row: TaskObjectRow & { isNew: boolean },
  { outcome, object }: { outcome: ItemOutcome; object: WholeObject | null },
): { state: string; uid: string | null; appliedAt: Date | null } {
  const uid = object === null ? row.uid : String((object.metadata as { uid?: unknown }).uid);
  const applied = object === null ? row.appliedAt : appliedAt(object);
  const isOwn = row.state === 'created' && row.uid === uid;
  if (outcome.code === 'created' || isOwn) {
    // applying it again without a change may come after somebody else's
    const kept = isOwn && outcome.code === 'alreadySo' ? row.appliedAt : applied;
    return { state: 'created', uid, appliedAt: kept };
  }
  // an earlier attempt made it, and did not hear of it
  const wasSent = row.state === 'making' && !row.isNew && object !== null && isMadeSince(object, row.at);
  if (outcome.code === 'alreadySo')
    return { state: wasSent ? 'created' : 'unchanged', uid, appliedAt: applied };
  return { state: 'configured', uid, appliedAt: applied };
}
