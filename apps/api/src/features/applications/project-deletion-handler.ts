import { setTimeout as sleep } from 'node:timers/promises';
import { nodeRight, resourceRight } from '@pilothouse/contract';
import { deleteProjectNamespace, setProjectQuota, untilAnswered } from '@pilothouse/kube';
import { z } from 'zod';
import type { Authoriser } from '../../authz/authoriser.ts';
import type { ClusterRegistry } from '../../clusters/cluster-registry.ts';
import { isForeignKeyViolation } from '../../db/database-error.ts';
import { AppError, sentence } from '../../http/app-error.ts';
import type {
  ItemAudit,
  ItemOutcome,
  ItemRun,
  NewItem,
  OperationHandler,
} from '../../operations/operation-handler.ts';
import type { ProjectNamespaceRow, ProjectNamespaces } from '../../projects/project-namespaces.repository.ts';
import type { Reconciler } from '../../reconcile/reconciler.ts';
import type { UnitState } from '../../reconcile/unit-state.ts';
import type { ApplicationChanges } from './application-changes.ts';
import type { ApplicationService, TreeNodesDoor } from './application.service.ts';
import type { InstanceRepository } from './instance.repository.ts';
import type { InstanceService } from './instance.service.ts';
import type { CronJobsDoor } from './project-deletion.ts';

export const projectDeletionKind = 'project.delete';

const deletionInput = z.object({ project: z.string(), path: z.string() });
const deletionItem = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('namespace'),
    id: z.string(),
    cluster: z.string(),
    namespace: z.string(),
    /** In the cluster as well, with everything in it. */
    isDeleted: z.boolean(),
  }),
  z.object({ kind: z.literal('instance'), id: z.string(), application: z.string(), path: z.string() }),
  z.object({ kind: z.literal('cronJob'), id: z.string(), path: z.string() }),
  z.object({ kind: z.literal('application'), id: z.string(), path: z.string() }),
  z.object({ kind: z.literal('project') }),
]);
export type DeletionInput = z.output<typeof deletionInput>;
export type DeletionItem = z.output<typeof deletionItem>;
type Run = ItemRun<DeletionInput, DeletionItem>;
type ItemOf<K extends DeletionItem['kind']> = Extract<DeletionItem, { kind: K }>;

export interface ProjectDeletionHandlerParts {
  authoriser: Authoriser;
  application: Pick<ApplicationService, 'remove'>;
  instance: Pick<InstanceService, 'remove'>;
  instances: InstanceRepository;
  cronJobs: CronJobsDoor;
  namespaces: ProjectNamespaces;
  changes: ApplicationChanges;
  reconciler: Pick<Reconciler, 'states' | 'statesIn'>;
  registry: Pick<ClusterRegistry, 'byId'>;
  tree: TreeNodesDoor;
}

/** Each waits for all of those before: nothing is taken away from under what still runs. */
const turns: Record<DeletionItem['kind'], number> = {
  namespace: 0,
  instance: 0,
  cronJob: 0,
  application: 1,
  project: 2,
};
/** Between two looks whether something is gone. */
const lookMs = 1000;
const done: ItemOutcome = { state: 'succeeded', code: 'takenBack' };
const kept: ItemOutcome = { state: 'succeeded', code: 'namespaceKept' };
const gone: ItemOutcome = { state: 'succeeded', code: 'alreadyGone' };

/** Deletes a project with all that it has; every step looks anew at what is left, so each can be repeated. */
export function projectDeletionHandler(
  parts: ProjectDeletionHandlerParts,
): OperationHandler<DeletionInput, DeletionItem> {
  const projectRight = (project: string) => nodeRight('DELETE', '/projects/{project}', project);
  return {
    input: deletionInput,
    item: deletionItem,
    concurrency: 20,
    turnOf: ({ kind }) => turns[kind],
    stopsAtFailure: true,
    interruptible: true,
    requirements: ({ input: { project } }, item) => {
      // of a node that is gone already nobody has a right: this step asks itself
      if (item.kind === 'project') return [];
      if (item.kind !== 'namespace' || !item.isDeleted) return [projectRight(project)];
      const place = { cluster: item.cluster, group: 'core', plural: 'namespaces', namespace: item.namespace };
      return [projectRight(project), resourceRight(place, 'delete')];
    },
    audit: ({ input: { path } }, item) => auditOf(path, item),
    run: async (run) => {
      const { item } = run;
      switch (item.kind) {
        case 'namespace':
          return removeNamespace(parts, run, item);
        case 'instance':
          return removeInstance(parts, run, item);
        case 'cronJob':
          return removeCronJob(parts, run, item);
        case 'application':
          return orGone(run, parts.application.remove(item.id));
        case 'project': {
          const { actor, input } = run.operation;
          const { tree } = await parts.authoriser.policies();
          if (tree.lineOf(input.project).length === 0) return goneFor(run);
          if (actor.userId !== null)
            await parts.authoriser.require({ userId: actor.userId }, [projectRight(input.project)]);
          return orGone(
            run,
            parts.tree.remove(input.project, async () => undefined),
          );
        }
      }
    },
  };
}

function auditOf(project: string, item: DeletionItem): ItemAudit | null {
  switch (item.kind) {
    case 'namespace': {
      const { cluster, namespace, isDeleted } = item;
      const code = isDeleted ? 'project.deleteNamespace' : 'project.closeNamespace';
      return { code, target: { resource: 'project', name: project }, params: { cluster, namespace } };
    }
    // the operation's own row says it
    case 'project':
      return null;
    default:
      return { code: `${item.kind}.delete`, target: { resource: item.kind, name: item.path } };
  }
}

async function removeNamespace(
  parts: ProjectDeletionHandlerParts,
  run: Run,
  { id, isDeleted }: ItemOf<'namespace'>,
): Promise<ItemOutcome> {
  const { changes, namespaces } = parts;
  const place = await namespaces.find(id);
  if (place === null) return run.begunAt === null || isDeleted ? goneFor(run) : kept;
  const { namespace } = place;
  const ends = await run.children(await partsIn(parts, run, id), { concurrency: 50 });
  if (ends.some(({ state }) => state !== 'succeeded')) throw new AppError('namespaceInUse', { namespace });
  await nothingWritten(parts, run, place);
  const isForeign = await leaveCluster(parts, run, place, isDeleted);
  try {
    await changes.make((queries) => namespaces.remove(queries, id));
  } catch (error) {
    // something was made there meanwhile
    throw isForeignKeyViolation(error) ? new AppError('namespaceInUse', { namespace }) : error;
  }
  return isDeleted && !isForeign ? done : kept;
}

/** What of the project runs in one of its namespaces. */
async function partsIn(
  { authoriser, cronJobs, instances }: ProjectDeletionHandlerParts,
  { operation: { input } }: Run,
  namespaceId: string,
): Promise<NewItem<DeletionItem>[]> {
  const { tree } = await authoriser.policies();
  const ofInstances = (await instances.list({ namespaceId })).map(({ id, applicationId, name }) => {
    const path = `${tree.pathOf(applicationId)}/${name}`;
    return { target: path, input: { kind: 'instance' as const, id, application: applicationId, path } };
  });
  const ofCronJobs = (await cronJobs.of(input.project))
    .filter((job) => job.namespaceId === namespaceId)
    .map(({ id, name }) => {
      const path = `${input.path}/${name}`;
      return { target: path, input: { kind: 'cronJob' as const, id, path } };
    });
  return [...ofInstances, ...ofCronJobs];
}

async function removeInstance(
  { instance, instances, reconciler }: ProjectDeletionHandlerParts,
  run: Run,
  { id, application }: ItemOf<'instance'>,
): Promise<ItemOutcome> {
  return untilGone(run, async () => {
    const row = await instances.find(id);
    if (row === null) return null;
    const isDetached = row.clusterId === null;
    if (row.removedAt === null || isDetached)
      await orGone(run, instance.remove({ application, instance: id }, isDetached));
    return { cluster: row.cluster, states: await reconciler.states('instance', [id]) };
  });
}

async function removeCronJob(
  { cronJobs, namespaces, reconciler }: ProjectDeletionHandlerParts,
  run: Run,
  { id }: ItemOf<'cronJob'>,
): Promise<ItemOutcome> {
  const { project } = run.operation.input;
  let isAsked = false;
  return untilGone(run, async () => {
    const row = (await cronJobs.of(project)).find((each) => each.id === id);
    if (row === undefined) return null;
    const isDetached = (await namespaces.find(row.namespaceId))?.clusterId === null;
    if (!isAsked || isDetached) await orGone(run, cronJobs.remove(project, [id], isDetached));
    isAsked = true;
    return { cluster: row.cluster, states: await reconciler.states('cronJob', [id]) };
  });
}

/** What instances shared in a namespace goes after the last of them. */
async function nothingWritten(
  { reconciler }: ProjectDeletionHandlerParts,
  run: Run,
  { clusterId, namespace, cluster }: ProjectNamespaceRow,
): Promise<void> {
  if (clusterId === null) return;
  await untilGone(run, async () => {
    const states = await reconciler.statesIn({ clusterId, namespace });
    return states.length === 0 ? null : { cluster, states };
  });
}

/**
 * Takes the namespace itself away, or the quota where it stays; waits for a cluster that does not answer. Resolves with
 * whether the namespace of that name is another's by now.
 */
async function leaveCluster(
  { registry }: ProjectDeletionHandlerParts,
  run: Run,
  { clusterId, namespace }: ProjectNamespaceRow,
  isDeleted: boolean,
): Promise<boolean> {
  const connection = clusterId === null ? undefined : registry.byId(clusterId)?.connection;
  if (connection === undefined) return false;
  const { auditId, signal } = run;
  const call = { auditId, signal };
  const patience = {
    signal,
    deadline: null,
    onAway: ({ attempt, retryMs, error }: { attempt: number; retryMs: number; error: Error }) =>
      run.step('clusterAway', { message: error.message, attempt, seconds: Math.round(retryMs / 1000) }),
  };
  const ask = <T>(work: () => Promise<T>) => run.wait(untilAnswered(work, patience));
  if (!isDeleted) {
    await ask(() => setProjectQuota(connection, namespace, {}, call));
    return false;
  }
  for (;;) {
    const { project } = run.operation.input;
    const how = await ask(() => deleteProjectNamespace(connection, namespace, project, call));
    if (how !== 'terminating') return how === 'foreign';
    await run.step('waitsUntilGone');
    await run.wait(sleep(lookMs, undefined, { signal }));
  }
}

/** Asks until there is nothing left, and says meanwhile what keeps it. */
async function untilGone(
  run: Run,
  look: () => Promise<{ cluster: string; states: readonly UnitState[] } | null>,
): Promise<ItemOutcome> {
  let said = '';
  for (;;) {
    const left = await look();
    if (left === null) return done;
    const [code, params] = stepOf(left);
    const text = JSON.stringify([code, params]);
    if (text !== said) await run.step(code, params);
    said = text;
    await run.wait(sleep(lookMs, undefined, { signal: run.signal }));
  }
}

function stepOf({ cluster, states }: { cluster: string; states: readonly UnitState[] }) {
  if (states.some(({ isReachable }) => !isReachable)) return ['waitsForCluster', { cluster }] as const;
  const error = states.find((state) => state.error !== null)?.error;
  if (!error) return ['waitsUntilGone', {}] as const;
  return ['notGoneYet', { reason: sentence(error.code, error.params) }] as const;
}

/** What is gone already was deleted before, if not by an attempt before this one. */
async function orGone(run: Run, work: Promise<unknown>): Promise<ItemOutcome> {
  try {
    await work;
    return done;
  } catch (error) {
    if (error instanceof AppError && error.code === 'notFound') return goneFor(run);
    throw error;
  }
}

const goneFor = ({ begunAt }: Run): ItemOutcome => (begunAt === null ? gone : done);
