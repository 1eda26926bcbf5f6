import { endpoints, platformRight, type Endpoint, type InputOf, type OutputOf } from '@pilothouse/contract';
import type { Authoriser } from '../../authz/authoriser.ts';
import type { Principal } from '../../authz/principal.ts';
import { AppError } from '../../http/app-error.ts';
import type { NewItem, OperationActor } from '../../operations/operation-handler.ts';
import type { Operations } from '../../operations/operations.ts';
import { masked, maskedError } from './mask-values.ts';
import { takeBackKind, type TakeBackItem } from './take-back-operation.ts';
import type { DocumentDoor, Writing } from './task-doors.ts';
import type { TaskObjectRepository } from './task-objects.repository.ts';
import { plannedKey, tasksKind, type TaskInput, type TaskItem } from './task-operation.ts';
import type { TaskOptions, TaskRepository, TaskRow, TaskRunKind } from './task.repository.ts';
import { rendered, renderedMasked, withoutSecrets } from './template-content.ts';
import type { TemplateService } from './template.service.ts';

type PlanCall = InputOf<typeof endpoints.planTask>;
type RunBody = InputOf<typeof endpoints.runTask>['body'];
type RetryBody = InputOf<typeof endpoints.retryTask>['body'];
type Submitted = OutputOf<typeof endpoints.runTask>;
type Actor = OperationActor & { userId: string };

export interface TaskServiceParts {
  templates: TemplateService;
  tasks: TaskRepository;
  objects: TaskObjectRepository;
  documents: DocumentDoor;
  find: (name: string) => { id: string; name: string } | undefined;
  authoriser: Pick<Authoriser, 'authorise'>;
  operations: Pick<Operations, 'submit'>;
}

interface Submission {
  text: string;
  secrets: string[];
  namespaces: string[];
  options: TaskOptions;
  clusters: RunBody['clusters'];
}

type Planned = Pick<PlanCall['body'], 'namespaces' | 'fieldValidation' | 'force'> & {
  cluster: string;
  text: string;
  secrets: string[];
};

/** Templates rolled out to clusters. */
export class TaskService {
  readonly #parts: TaskServiceParts;

  constructor(parts: TaskServiceParts) {
    this.#parts = parts;
  }

  /** What rolling out to a cluster would do; secrets do not come back. */
  async plan({ params, body }: PlanCall, writing: Writing, signal: AbortSignal) {
    const { template, version, values, ...how } = body;
    const { text, secrets } = rendered(await this.#parts.templates.version(template, version), values);
    return this.#plan({ cluster: params.cluster, text, secrets, ...how }, writing, signal);
  }

  /** The same for a task that there is, of what it has kept. */
  async planRetry(
    { cluster, task }: { cluster: string; task: string },
    { values: secretValues, ...how }: InputOf<typeof endpoints.planTaskRetry>['body'],
    writing: Writing,
    { principal, signal }: { principal: Principal; signal: AbortSignal },
  ) {
    const row = await this.#visible(principal, task, endpoints.retryOperation);
    const { values, ...content } = this.#parts.tasks.contentOf(row);
    const { text, secrets } = rendered(content, { ...secretValues, ...values });
    const namespaces = row.namespaces as string[];
    return this.#plan({ cluster, text, secrets, namespaces, ...how }, writing, signal);
  }

  async #plan(
    { cluster, text, secrets, namespaces, fieldValidation, force }: Planned,
    writing: Writing,
    signal: AbortSignal,
  ) {
    try {
      const all: OutputOf<typeof endpoints.planTask>['documents'] = [];
      for (const [at, namespace] of namespaces.entries()) {
        const body = { text, namespace, fieldValidation, force };
        const call = { params: { cluster }, query: undefined, body };
        const { documents } = await this.#parts.documents.plan(call, writing, signal);
        // what goes elsewhere goes there once
        const own = documents.filter(({ namespaceFrom }) => at === 0 || namespaceFrom === 'chosen');
        all.push(...own.map((document) => ({ ...document, into: namespace })));
      }
      return { documents: masked(all, secrets) };
    } catch (error) {
      throw maskedError(error, secrets);
    }
  }

  async run(body: RunBody, actor: Actor, signal: AbortSignal): Promise<Submitted> {
    const { template, version, values, namespaces, clusters } = body;
    const { fieldValidation, force, stopsAtFailure } = body;
    const options = { fieldValidation, force, stopsAtFailure };
    const { text: own, variables } = await this.#parts.templates.version(template, version);
    const content = { text: own, variables };
    const { text, secrets } = rendered(content, values);
    const items = await this.#items({ text, secrets, namespaces, options, clusters }, actor, signal);
    const task = await this.#parts.tasks.create({
      template,
      version,
      content: { ...content, values: withoutSecrets(content, values) },
      namespaces,
      options,
      clusters: items.map(({ input: { id, name } }) => ({ id, name })),
      actor,
    });
    try {
      const submission = { text, secrets, namespaces, options, clusters };
      const operation = await this.#submit({ id: task, runs: [] }, 'apply', { submission, items, actor });
      return { task, operation };
    } catch (error) {
      await this.#parts.tasks.dropTask(task);
      throw error;
    }
  }

  /** Rolls out again where it has not been done. Throws `taskUnderWay` or `nothingToRetry`. */
  async retry(
    principal: Principal,
    { id, body }: { id: string; body: RetryBody },
    address: string,
    signal: AbortSignal,
  ): Promise<Submitted> {
    const row = await this.#visible(principal, id, endpoints.retryOperation);
    await this.#requireEnded(row);
    const done = new Set(row.clusters.filter(({ state }) => state === 'done').map(({ cluster }) => cluster));
    const known = new Map(row.clusters.map(({ cluster, clusterId }) => [cluster, clusterId]));
    for (const { cluster } of body.clusters)
      if (done.has(cluster) || known.get(cluster) !== this.#parts.find(cluster)?.id)
        throw new AppError('nothingToRetry', { cluster });
    const { values, ...content } = this.#parts.tasks.contentOf(row);
    const { text, secrets } = rendered(content, { ...body.values, ...values });
    const { stopsAtFailure } = row.options as unknown as TaskOptions;
    const { fieldValidation, force, clusters } = body;
    const options = { fieldValidation, force, stopsAtFailure };
    const submission = { text, secrets, namespaces: row.namespaces as string[], options, clusters };
    const actor = { userId: principal.userId, username: principal.username, address };
    const items = await this.#items(submission, actor, signal);
    return { task: id, operation: await this.#submit(row, 'retry', { submission, items, actor }) };
  }

  /** Throws `taskUnderWay` or `nothingToTakeBack`. */
  async takeBack(principal: Principal, id: string, address: string): Promise<Submitted> {
    const { tasks, objects, operations } = this.#parts;
    const row = await this.#visible(principal, id, endpoints.retryOperation);
    await this.#requireEnded(row);
    const made = await objects.made(id);
    if (made.length === 0) throw new AppError('nothingToTakeBack');
    const { userId, username } = principal;
    const run = await tasks.beginRun(row, 'takeBack', username);
    const operation = await operations.submit<{ task: string }, TakeBackItem>({
      kind: takeBackKind,
      input: { task: id },
      items: made.map(({ id: object, clusterId, cluster, apiGroup, plural, kind, namespace, name }) => ({
        target: `${cluster}: ${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`,
        input: {
          object,
          clusterId,
          cluster,
          group: apiGroup === '' ? 'core' : apiGroup,
          plural,
          kind,
          namespace,
          name,
        },
      })),
      actor: { userId, username, address },
      cluster: null,
    });
    await tasks.runIs(run, operation);
    return { task: id, operation };
  }

  async list(principal: Principal, query: InputOf<typeof endpoints.listTasks>['query']) {
    const seesAll = await this.#may(principal, endpoints.listOperations);
    const actorId = seesAll ? undefined : principal.userId;
    return this.#parts.tasks.page(query, { actorId, operation: query.operation });
  }

  /** Throws `notFound` for what is not there and for what is not the caller's alike; so do those below. */
  async get(principal: Principal, id: string): Promise<OutputOf<typeof endpoints.getTask>> {
    const row = await this.#visible(principal, id);
    const { variables, values } = this.#parts.tasks.contentOf(row);
    const view = await this.#parts.tasks.viewOf(row);
    const isOver = !['queued', 'running'].includes(view.run.state);
    return {
      ...view,
      isTemplateDeleted: !(await this.#parts.templates.isThere(row.template)),
      variables,
      values,
      ...(row.options as unknown as TaskOptions),
      runs: row.runs.map(({ id: run, operationId, kind, actor, createdAt }) => ({
        operation: operationId ?? run,
        kind: kind as TaskRunKind,
        actor,
        createdAt: createdAt.toISOString(),
      })),
      failed: isOver
        ? row.clusters.filter(({ state }) => state !== 'done').map(({ cluster }) => cluster)
        : [],
      made: await this.#parts.objects.countMade(id),
    };
  }

  async rendered(principal: Principal, id: string) {
    const { values, ...content } = this.#parts.tasks.contentOf(await this.#visible(principal, id));
    return { text: renderedMasked(content, values) };
  }

  async objects(principal: Principal, id: string, query: InputOf<typeof endpoints.listTaskObjects>['query']) {
    await this.#visible(principal, id);
    return this.#parts.tasks.objectPage(id, query);
  }

  /** Clusters with what is chosen there, its rights asked: whoever may not, or cannot, rolls nothing out anywhere. */
  async #items(
    { text, secrets, namespaces, clusters }: Submission,
    actor: Actor,
    signal: AbortSignal,
  ): Promise<(NewItem<TaskItem> & { input: Extract<TaskItem, { type: 'cluster' }> })[]> {
    const items = [];
    for (const { cluster: name, documents: chosen } of clusters) {
      const cluster = this.#parts.find(name);
      if (cluster === undefined) throw new AppError('notFound');
      let isWhole = chosen.length > 0;
      let lastTurn = 0;
      const documents = [];
      for (const [at, namespace] of namespaces.entries()) {
        const own = chosen.filter(({ into }) => into === namespace);
        // nothing is known of a cluster for which there was no plan
        if (chosen.length === 0) break;
        const call = { cluster: name, text, namespace, documents: own };
        const prepared = await this.#parts.documents.prepare(call, actor, signal).catch((error: unknown) => {
          throw maskedError(error, secrets);
        });
        const { located } = prepared;
        const expected = located.filter((from) => from === 'chosen' || at === 0).length;
        if (own.length < expected) isWhole = false;
        const from = lastTurn;
        for (const { target, input } of prepared.items) {
          const turn = from + input.turn;
          lastTurn = Math.max(lastTurn, turn + 1);
          documents.push({ target, input: { ...input, turn } });
        }
      }
      const planned = chosen.map(({ into, index }) => plannedKey(into, index));
      const input = { type: 'cluster' as const, id: cluster.id, name, isWhole, documents, planned };
      items.push({ target: name, input });
    }
    return items;
  }

  async #submit(
    row: Pick<TaskRow, 'id' | 'runs'>,
    kind: TaskRunKind,
    { submission, items, actor }: { submission: Submission; items: NewItem<TaskItem>[]; actor: Actor },
  ): Promise<string> {
    const { tasks, operations } = this.#parts;
    const { text, secrets, namespaces, options } = submission;
    const run = await tasks.beginRun(row, kind, actor.username);
    try {
      const operation = await operations.submit<TaskInput, TaskItem>({
        kind: tasksKind,
        input: { task: row.id, text, secrets, namespaces, ...options },
        items,
        actor,
        cluster: null,
      });
      await tasks.runIs(run, operation);
      return operation;
    } catch (error) {
      await tasks.dropRun(run);
      throw error;
    }
  }

  async #requireEnded(row: TaskRow): Promise<void> {
    const { run } = await this.#parts.tasks.viewOf(row);
    if (run.state === 'queued' || run.state === 'running') throw new AppError('taskUnderWay');
  }

  /** Others' are seen, and acted on, with the right to see, or to retry, everybody's operations. */
  async #visible(
    principal: Principal,
    id: string,
    act: Pick<Endpoint, 'method' | 'path'> = endpoints.listOperations,
  ): Promise<TaskRow> {
    const row = await this.#parts.tasks.find(id);
    if (row === null) throw new AppError('notFound');
    if (row.actorId !== principal.userId && !(await this.#may(principal, act)))
      throw new AppError('notFound');
    return row;
  }

  async #may(principal: Principal, { method, path }: Pick<Endpoint, 'method' | 'path'>): Promise<boolean> {
    return (await this.#parts.authoriser.authorise(principal, [platformRight(method, path)])).allowed;
  }
}
