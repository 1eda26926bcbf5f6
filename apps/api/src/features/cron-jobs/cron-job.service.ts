import type { CronJobSpec, endpoints, InputOf, OutputOf } from '@pilothouse/contract';
import { renderCronJob } from '@pilothouse/manifests';
import type { KubernetesObject } from '@pilothouse/kinds';
import type { Authoriser } from '../../authz/authoriser.ts';
import type { Principal } from '../../authz/principal.ts';
import type { ClusterRegistry } from '../../clusters/cluster-registry.ts';
import { isUniqueViolation } from '../../db/database-error.ts';
import type { Database, Queries } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { bumpVersion, type Versions } from '../../db/versions.ts';
import { AppError } from '../../http/app-error.ts';
import type { ProjectNamespaceRow, ProjectNamespaces } from '../../projects/project-namespaces.repository.ts';
import type { RegistryCredentials } from '../../projects/registry-credentials.repository.ts';
import type { Reconciler } from '../../reconcile/reconciler.ts';
import type { UnitRef, UnitSource } from '../../reconcile/unit-source.ts';
import type { CronJobGuard } from './cron-job-guard.ts';
import { cronJobView, type CronJobView } from './cron-job-views.ts';
import type { CronJobRepository, CronJobRow } from './cron-job.repository.ts';
import type { CronJobRuns } from './cron-job-runs.ts';
import type { WrittenCronJob } from './job-of-cron-job.ts';

type CronJobDetail = OutputOf<typeof endpoints.getCronJob>;
type NewCronJob = InputOf<typeof endpoints.createCronJob>['body'];
type Planned = InputOf<typeof endpoints.planCronJob>['body'];
type Update = InputOf<typeof endpoints.updateCronJob>['body'];

/** Which cron job: the project is part of its address, rights are asked there. */
export interface CronJobAddress {
  project: string;
  cronJob: string;
}

export interface CronJobServiceParts {
  database: Database;
  versions: Versions;
  authoriser: Pick<Authoriser, 'policies'>;
  registry: Pick<ClusterRegistry, 'byId'>;
  reconciler: Reconciler;
  cronJobs: CronJobRepository;
  namespaces: ProjectNamespaces;
  registries: RegistryCredentials;
  guard: CronJobGuard;
  runs: CronJobRuns;
  /** How many the service tree has: projects are at the one before the last. */
  levels: number;
}

/** Cron jobs of projects: what should be in their clusters, and what ran there. */
export class CronJobService {
  readonly #parts: CronJobServiceParts;

  constructor(parts: CronJobServiceParts) {
    this.#parts = parts;
  }

  /** Throws `notFound` without the project. */
  async list(project: string): Promise<CronJobView[]> {
    await this.#requireProject(project);
    const rows = await this.#parts.cronJobs.list(project);
    const states = await this.#states(rows);
    return rows.map((row) => cronJobView(row, states.get(row.id)));
  }

  /** Throws `notFound`. */
  async get(address: CronJobAddress): Promise<CronJobDetail> {
    const row = await this.#find(address);
    const states = await this.#states([row]);
    const state = states.get(row.id);
    return { ...cronJobView(row, state), spec: row.spec, drift: state?.drift ?? [] };
  }

  /** What would be written. Throws `notFound`, or `invalidField` for a namespace that is not the project's. */
  async plan(project: string, body: Planned): Promise<OutputOf<typeof endpoints.planCronJob>> {
    const { guard, reconciler } = this.#parts;
    const place = await this.#place(project, body.namespaceId);
    const row = body.cronJob === undefined ? null : await this.#find({ project, cronJob: body.cronJob });
    const problems = guard.problemsOf(body.spec, place);
    const nothing = { changes: [], warnings: [], clusterError: null };
    if (problems.length > 0) return { problems, ...nothing };
    const id = row?.id ?? newId();
    const unit = unitOf({ id, clusterId: place.clusterId, namespace: place.namespace });
    if (unit === null) throw new AppError('clusterNotRegistered', { cluster: place.cluster });
    const objects = await this.#render({ id, projectId: project, name: body.name, spec: body.spec }, place);
    return { problems, ...(await reconciler.preview(unit, objects)) };
  }

  /** Throws `notFound`, `invalidField`, `conflict`, `clusterNotRegistered`, `specRefused` or `forbidden`. */
  async create(principal: Principal, project: string, body: NewCronJob): Promise<CronJobDetail> {
    const { cronJobs, guard } = this.#parts;
    const place = await this.#place(project, body.namespaceId);
    const { clusterId, cluster, namespace } = place;
    if (clusterId === null) throw new AppError('clusterNotRegistered', { cluster });
    const { name, namespaceId, spec, reason } = body;
    await guard.require(principal, spec, place);
    try {
      const cronJob = await this.#change(async (queries) => {
        const row = { projectId: project, namespaceId, name, spec };
        const id = await cronJobs.create(queries, row, { author: principal.username, reason });
        await this.#want(queries, { id, clusterId, namespace });
        return id;
      });
      return await this.get({ project, cronJob });
    } catch (error) {
      throw isUniqueViolation(error) ? new AppError('conflict', { what: name }, 'body.name') : error;
    }
  }

  /** Throws `notFound`, `changedMeanwhile`, `beingRemoved`, `specRefused` or `forbidden`. */
  async update(principal: Principal, address: CronJobAddress, body: Update): Promise<CronJobDetail> {
    const { cronJobs, guard } = this.#parts;
    const { namespaceId } = await this.#find(address);
    await guard.require(principal, body.spec, await this.#place(address.project, namespaceId));
    await this.#change(async (queries) => {
      const [row] = await cronJobs.lock(queries, [address.cronJob]);
      if (row?.projectId !== address.project) throw new AppError('notFound');
      if (row.removedAt !== null) throw new AppError('beingRemoved', { name: row.name });
      if (row.version !== body.version) throw new AppError('changedMeanwhile', { what: row.name });
      const change = { author: principal.username, reason: body.reason };
      await cronJobs.renew(queries, row, body.spec, change);
      await this.#want(queries, row);
    });
    return this.get(address);
  }

  /** All of them or, with `notFound`, none; those that are so already stay as they are. Resolves with how many were changed. */
  suspend(
    principal: Principal,
    project: string,
    ids: readonly string[],
    suspended: boolean,
  ): Promise<number> {
    const { cronJobs } = this.#parts;
    return this.#change(async (queries) => {
      const rows = await this.#lockAll(queries, project, ids);
      const others = rows.filter(({ spec, removedAt }) => spec.suspended !== suspended && removedAt === null);
      for (const row of others) {
        const spec: CronJobSpec = { ...row.spec, suspended };
        await cronJobs.renew(queries, row, spec, { author: principal.username, reason: '' });
        await this.#want(queries, row);
      }
      return others.length;
    });
  }

  /**
   * Has them deleted in their clusters, and forgets them then; with `abandon` at once, whatever their clusters have. All of
   * them or, with `notFound`, none.
   */
  remove(project: string, ids: readonly string[], abandon: boolean): Promise<number> {
    const { cronJobs, reconciler } = this.#parts;
    return this.#change(async (queries) => {
      const rows = await this.#lockAll(queries, project, ids);
      for (const row of rows) {
        const unit = unitOf(row);
        if (unit !== null && !abandon) {
          await cronJobs.markRemoved(queries, row.id);
          await reconciler.want(queries, unit);
          continue;
        }
        if (unit === null && !abandon) throw new AppError('clusterNotRegistered', { cluster: row.cluster });
        await reconciler.abandon(queries, { kind: 'cronJob', ownerId: row.id });
        await cronJobs.remove(queries, row.id);
      }
      return rows.length;
    });
  }

  /** Writes it again, over what others have changed. Throws `notFound`, `beingRemoved` or `clusterNotRegistered`. */
  async reconcile(address: CronJobAddress): Promise<CronJobDetail> {
    const row = await this.#find(address);
    if (row.removedAt !== null) throw new AppError('beingRemoved', { name: row.name });
    const unit = unitOf(row);
    if (unit === null) throw new AppError('clusterNotRegistered', { cluster: row.cluster });
    await this.#change((queries) => this.#parts.reconciler.mend(queries, unit));
    return this.get(address);
  }

  /** Runs it now. Throws `notFound`, `beingRemoved`, `clusterNotRegistered` or `notInCluster`. */
  async run(address: CronJobAddress, auditId: string): Promise<string> {
    const row = await this.#find(address);
    if (row.removedAt !== null) throw new AppError('beingRemoved', { name: row.name });
    const written = await this.#written(row);
    if (written === null) throw new AppError('notInCluster', { name: row.name });
    return this.#parts.runs.runNow(written, auditId);
  }

  /** The newest first. Throws `notFound`, or `clusterNotRegistered`. */
  async listRuns(address: CronJobAddress): Promise<OutputOf<typeof endpoints.listCronJobRuns>> {
    const written = await this.#written(await this.#find(address));
    const runs = written === null ? [] : await this.#parts.runs.list(written);
    return { runs, asOf: new Date().toISOString() };
  }

  /** Calls `changed` when its runs may have become others. */
  async watchRuns(address: CronJobAddress, changed: () => void): Promise<() => void> {
    const { clusterId, namespace, id } = await this.#find(address);
    const connection = clusterId === null ? undefined : this.#parts.registry.byId(clusterId)?.connection;
    if (connection === undefined) return () => undefined;
    return this.#parts.runs.watch({ connection, namespace, id }, changed);
  }

  /** Cron jobs, as the reconciler writes them. */
  source(): UnitSource {
    const { cronJobs, namespaces } = this.#parts;
    return {
      kind: 'cronJob',
      render: async ({ ownerId }) => {
        const row = await cronJobs.find(ownerId);
        const place = row && (await namespaces.find(row.namespaceId));
        if (row === null || place === null) return null;
        if (row.removedAt !== null) return { objects: [], isRemoving: true };
        return { objects: await this.#render(row, place), isRemoving: false, version: row.version };
      },
      removed: (queries, { ownerId }) => cronJobs.remove(queries, ownerId),
    };
  }

  async #render(
    { id, projectId, name, spec }: Pick<CronJobRow, 'id' | 'projectId' | 'name' | 'spec'>,
    { clusterId, namespace, defaults }: ProjectNamespaceRow,
  ): Promise<KubernetesObject[]> {
    const { tree } = await this.#parts.authoriser.policies();
    const registries = await this.#parts.registries.opened({ projectId, clusterId });
    const path = tree.pathOf(projectId);
    const project = path.split('.').at(-1) ?? '';
    return renderCronJob({ id, name, path, project, namespace, spec, defaults, registries });
  }

  /** What the cluster has of it; null where it has none yet. Throws `clusterNotRegistered`. */
  async #written(row: CronJobRow): Promise<WrittenCronJob | null> {
    const { registry } = this.#parts;
    const connection = row.clusterId === null ? undefined : registry.byId(row.clusterId)?.connection;
    if (connection === undefined) throw new AppError('clusterNotRegistered', { cluster: row.cluster });
    const state = (await this.#states([row])).get(row.id);
    const object = state?.objects.find(({ plural }) => plural === 'cronjobs');
    if (object === undefined) return null;
    const { id, namespace, name } = row;
    return { connection, namespace, id, name, uid: object.uid };
  }

  async #lockAll(queries: Queries, project: string, ids: readonly string[]): Promise<CronJobRow[]> {
    const wanted = [...new Set(ids)];
    const rows = await this.#parts.cronJobs.lock(queries, wanted);
    if (rows.length < wanted.length || rows.some(({ projectId }) => projectId !== project))
      throw new AppError('notFound');
    return rows;
  }

  async #want(queries: Queries, row: Pick<CronJobRow, 'id' | 'clusterId' | 'namespace'>): Promise<void> {
    const unit = unitOf(row);
    if (unit !== null) await this.#parts.reconciler.want(queries, unit);
  }

  async #states(rows: readonly CronJobRow[]) {
    const { reconciler } = this.#parts;
    if (rows.length === 0) return new Map<string, never>();
    const states = await reconciler.states(
      'cronJob',
      rows.map(({ id }) => id),
    );
    reconciler.lookedAt(states.map(({ id }) => id));
    return new Map(states.map((state) => [state.ownerId, state]));
  }

  async #find({ project, cronJob }: CronJobAddress): Promise<CronJobRow> {
    const row = await this.#parts.cronJobs.find(cronJob);
    if (row?.projectId !== project) throw new AppError('notFound');
    return row;
  }

  /** Throws `notFound` without the project, `invalidField` where the namespace is not its. */
  async #place(project: string, namespaceId: string): Promise<ProjectNamespaceRow> {
    await this.#requireProject(project);
    const row = await this.#parts.namespaces.find(namespaceId);
    if (row?.projectId === project) return row;
    const field = 'body.namespaceId';
    throw new AppError('invalidField', { field, reason: 'unknown' }, field);
  }

  async #requireProject(project: string): Promise<void> {
    const { authoriser, levels } = this.#parts;
    const { tree } = await authoriser.policies();
    if (tree.lineOf(project).length !== levels - 1) throw new AppError('notFound');
  }

  /** One transaction; pages of every replica hear of it within a second, this one's at once. */
  async #change<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    const { database, reconciler, versions } = this.#parts;
    const done = await database.transaction(async (queries) => {
      const result = await work(queries);
      // last: whoever holds this row lets nobody else change anything
      await bumpVersion(queries, 'applications');
      return result;
    });
    reconciler.wake();
    await versions.refresh();
    return done;
  }
}

/** Null where its cluster is not registered any more. */
function unitOf({
  id,
  clusterId,
  namespace,
}: Pick<CronJobRow, 'id' | 'clusterId' | 'namespace'>): UnitRef | null {
  return clusterId === null ? null : { kind: 'cronJob', ownerId: id, clusterId, namespace };
}
