import { endpoints, type InputOf, type InstanceSpec, type OutputOf } from '@pilothouse/contract';
import { writeKubectlYaml, maskSecret } from '@pilothouse/kinds';
import { instanceObjectName } from '@pilothouse/manifests';
import type { Authoriser, Subject } from '../../authz/authoriser.ts';
import type { Author } from '../../authz/principal.ts';
import { isUniqueViolation } from '../../db/database-error.ts';
import type { Queries } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { AppError } from '../../http/app-error.ts';
import type { Change } from '../../projects/change.ts';
import type { ProjectNamespaces } from '../../projects/project-namespaces.repository.ts';
import type { Reconciler } from '../../reconcile/reconciler.ts';
import type { UnitRef } from '../../reconcile/unit-source.ts';
import type { ApplicationChanges } from './application-changes.ts';
import type { ApplicationRepository } from './application.repository.ts';
import { ApplicationTree } from './application-tree.ts';
import { placesOf, unitsOf } from './instance-places.ts';
import type { InstanceRepository, InstanceRow, NewVersion } from './instance.repository.ts';
import type { InstanceDetail, InstanceViews } from './instance-views.ts';
import type { NodeRepository } from './node.repository.ts';
import { placeFor } from './place-for.ts';
import type { Rendering } from './rendering.ts';
import type { SpecGuard } from './spec-guard.ts';

type InstanceView = OutputOf<typeof endpoints.listInstances>['instances'][number];
type NewInstance = InputOf<typeof endpoints.createInstance>['body'];
type Planned = InputOf<typeof endpoints.planInstance>['body'];
type Plan = OutputOf<typeof endpoints.planInstance>;
type Update = InputOf<typeof endpoints.updateInstance>['body'];
type Versions = OutputOf<typeof endpoints.listInstanceVersions>['versions'];

/** Which instance: the application is part of its address, rights are asked there. */
export interface InstanceRef {
  application: string;
  instance: string;
}

/** What others write in the same transaction. */
type Also = (queries: Queries, instance: string) => Promise<void>;
const nothingElse: Also = () => Promise.resolve();

interface InstanceServiceParts {
  authoriser: Authoriser;
  applications: ApplicationRepository;
  instances: InstanceRepository;
  namespaces: ProjectNamespaces;
  nodes: NodeRepository;
  views: InstanceViews;
  rendering: Rendering;
  changes: ApplicationChanges;
  guard: SpecGuard;
  reconciler: Pick<Reconciler, 'preview' | 'mend' | 'abandon'>;
  levels: number;
}

/** Instances of applications: what should be in a cluster, version by version. */
export class InstanceService {
  readonly #parts: InstanceServiceParts;

  constructor(parts: InstanceServiceParts) {
    this.#parts = parts;
  }

  /** Of the applications that somebody may read. */
  async list(
    subject: Subject,
    { application, project, seen = [] }: InputOf<typeof endpoints.listInstances>['query'],
  ): Promise<InstanceView[]> {
    const { authoriser, instances, views } = this.#parts;
    const { tree, visible } = await authoriser.treeOf(subject);
    const places = new ApplicationTree(tree, this.#parts.levels);
    const readable: string[] = [];
    for (const id of visible) {
      if (!places.isApplication(id)) continue;
      if (application !== undefined && id !== application) continue;
      if (project !== undefined && places.projectOf(id) !== project) continue;
      const { allowed } = await authoriser.authorise(subject, [readRight(id)]);
      if (allowed) readable.push(id);
    }
    const rows = await instances.list({ applicationId: { in: readable } });
    const shown = new Set(seen);
    return views.of(
      rows,
      rows.filter(({ id }) => shown.has(id)),
    );
  }

  /** Throws `notFound`. */
  async get(ref: InstanceRef): Promise<InstanceDetail> {
    return this.#parts.views.detail(await this.#find(ref));
  }

  /** By its name in a namespace; null where there is none. Throws `beingRemoved`. */
  async named(
    applicationId: string,
    namespaceId: string,
    name: string,
  ): Promise<{ id: string; image: string } | null> {
    const rows = await this.#parts.instances.list({ applicationId, namespaceId });
    const row = rows.find((each) => each.name === name);
    return row === undefined ? null : { id: present(row).id, image: row.spec.image };
  }

  /** What would be written. Throws `notFound`, or `invalidField` for a namespace that is not the project's. */
  async plan(application: string, body: Planned): Promise<Plan> {
    const { applications, guard, reconciler, rendering } = this.#parts;
    const place = await placeFor(this.#parts, application, body.namespaceId);
    const row =
      body.instance === undefined ? null : await this.#find({ application, instance: body.instance });
    const newest = (await applications.rows([application])).get(application)?.version ?? 0;
    const version = body.applicationVersion ?? row?.applicationVersion ?? newest;
    const spec = await applications.spec(application, version);
    const planned = {
      id: row?.id ?? newId(),
      applicationId: application,
      namespaceId: place.id,
      name: body.name,
      objectName: row?.objectName ?? (await this.#objectName(application, body.name)),
      spec: body.spec,
      isPaused: row?.isPaused ?? false,
      restartedAt: row?.restartedAt ?? null,
      namespace: place.namespace,
    };
    const problems = await guard.problemsOf([planned], spec);
    if (problems.length > 0) return { problems, changes: [], warnings: [], clusterError: null };
    const objects = (await rendering.of(application, [place.id])).instance(planned, spec);
    const unit = {
      kind: 'instance',
      ownerId: planned.id,
      clusterId: place.clusterId ?? '',
      namespace: place.namespace,
    } as const;
    return { problems, ...(await reconciler.preview(unit, objects)) };
  }

  /** Throws `notFound`, `invalidField`, `conflict`, `specRefused` or `forbidden` for a field that needs a right. */
  async create(
    principal: Author,
    application: string,
    body: NewInstance,
    also: Also = nothingElse,
  ): Promise<InstanceDetail> {
    const { applications, changes, guard, instances } = this.#parts;
    const place = await placeFor(this.#parts, application, body.namespaceId);
    if (place.clusterId === null) throw new AppError('clusterNotRegistered', { cluster: place.cluster });
    const applicationVersion = (await applications.rows([application])).get(application)?.version ?? 0;
    const { name, spec, namespaceId } = body;
    const row = { applicationId: application, namespaceId, name, spec, applicationVersion };
    await guard.require(principal, row, await applications.spec(application, applicationVersion));
    const objectName = await this.#objectName(application, name);
    const change = { author: principal.username, reason: body.reason };
    const taken = new AppError('conflict', { what: name }, 'body.name');
    try {
      const id = await changes.make(async (queries) => {
        // one that nobody has described yet becomes an application by its first instance
        await applications.lock(queries, application);
        if (await instances.isTaken(namespaceId, objectName, queries)) throw taken;
        const made = await instances.create(queries, { ...row, objectName }, change);
        await this.#want(queries, made);
        await also(queries, made);
        return made;
      });
      return await this.get({ application, instance: id });
    } catch (error) {
      throw isUniqueViolation(error) ? taken : error;
    }
  }

  /** Throws `notFound`, `changedMeanwhile`, `beingRemoved`, `specRefused` or `forbidden`. */
  async update(
    principal: Author,
    ref: InstanceRef,
    body: Update,
    also: Also = nothingElse,
  ): Promise<InstanceDetail> {
    const row = await this.#find(ref);
    const applicationVersion = body.applicationVersion ?? row.applicationVersion;
    const wanted = { spec: body.spec, applicationVersion };
    const next = (now: InstanceRow) => {
      if (now.version !== body.version) throw new AppError('changedMeanwhile', { what: now.name });
      return wanted;
    };
    return this.#renew(principal, ref, body.reason, next, also);
  }

  /** Throws as {@link update} does. */
  change(
    principal: Author,
    ref: InstanceRef,
    changes: Partial<Pick<InstanceSpec, 'image' | 'replicas'>>,
    reason: string,
    also: Also = nothingElse,
  ): Promise<InstanceDetail> {
    const next = ({ spec, applicationVersion }: InstanceRow) => ({
      spec: { ...spec, ...changes },
      applicationVersion,
    });
    return this.#renew(principal, ref, reason, next, also);
  }

  /** Throws `notFound` where there is no such version, and as {@link update} does. */
  async rollBack(
    principal: Author,
    ref: InstanceRef,
    version: number,
    reason: string,
  ): Promise<InstanceDetail> {
    await this.#find(ref);
    const earlier = await this.#parts.instances.version(ref.instance, version);
    if (earlier === null) throw new AppError('notFound');
    return this.#renew(principal, ref, reason, () => earlier);
  }

  /** Takes over a version of its application; a newer one stays. Throws as {@link update} does. */
  takeOver(
    principal: Author,
    ref: InstanceRef,
    applicationVersion: number,
    reason: string,
  ): Promise<InstanceDetail> {
    return this.#renew(principal, ref, reason, (now) => ({
      spec: now.spec,
      applicationVersion: Math.max(now.applicationVersion, applicationVersion),
    }));
  }

  /** Throws `notFound` or `beingRemoved`. */
  restart(ref: InstanceRef, restartedAt = new Date()): Promise<InstanceDetail> {
    return this.#set(ref, { restartedAt });
  }

  /** Throws `notFound` or `beingRemoved`. */
  pause(ref: InstanceRef, isPaused: boolean): Promise<InstanceDetail> {
    return this.#set(ref, { isPaused });
  }

  /** Writes it again, over what others have changed. Throws `notFound` or `beingRemoved`. */
  async reconcile(ref: InstanceRef): Promise<InstanceDetail> {
    const { changes, reconciler } = this.#parts;
    const row = present(await this.#find(ref));
    await changes.make(async (queries) => {
      await reconciler.mend(queries, ...unitsOf(row));
    });
    return this.get(ref);
  }

  /** Throws `notFound`, or `clusterNotRegistered` where only abandoning is left. */
  async remove(ref: InstanceRef, isAbandoned: boolean): Promise<{ removed: boolean }> {
    const { changes, instances, reconciler } = this.#parts;
    await changes.make(async (queries) => {
      const row = await this.#lock(queries, ref);
      if (!isAbandoned) {
        if (row.clusterId === null) throw new AppError('clusterNotRegistered', { cluster: row.cluster });
        // nowhere else is it to be either
        await instances.update(queries, row.id, { removedAt: new Date(), movingToId: null });
        return changes.want(queries, [row]);
      }
      await reconciler.abandon(queries, { kind: 'instance', ownerId: row.id });
      await instances.remove(queries, row.id);
      for (const place of placesOf(row)) await changes.wantShared(queries, row, place);
    });
    return { removed: isAbandoned };
  }

  /** The newest first. Throws `notFound`. */
  async versions(ref: InstanceRef): Promise<Versions> {
    await this.#find(ref);
    const versions = await this.#parts.instances.versions(ref.instance);
    return versions.map(({ version, author, reason, createdAt, applicationVersion, spec }) => ({
      version,
      author,
      reason,
      createdAt: createdAt.toISOString(),
      applicationVersion,
      image: spec.image,
      spec,
    }));
  }

  /** Throws `notFound`. */
  async manifests(ref: InstanceRef): Promise<string> {
    const { applications, rendering } = this.#parts;
    const row = await this.#find(ref);
    const spec = await applications.spec(row.applicationId, row.applicationVersion);
    const own = await rendering.of(row.applicationId, [row.namespaceId]);
    const objects = [...own.shared(row.namespaceId, spec), ...own.instance(row, spec)];
    const shown = objects.map((object) => (object.kind === 'Secret' ? maskSecret(object) : object));
    return shown.map((object) => writeKubectlYaml(object)).join('---\n');
  }

  async #renew(
    principal: Author,
    ref: InstanceRef,
    reason: string,
    next: (row: InstanceRow) => NewVersion,
    also: Also = nothingElse,
  ): Promise<InstanceDetail> {
    const { applications, changes, guard, instances } = this.#parts;
    const change: Change = { author: principal.username, reason };
    await changes.make(async (queries) => {
      const row = present(await this.#lock(queries, ref));
      const version = next(row);
      const spec = await applications.spec(row.applicationId, version.applicationVersion, queries);
      await guard.require(principal, { ...row, spec: version.spec }, spec);
      await instances.addVersion(queries, row, version, change);
      await this.#want(queries, row.id);
      await also(queries, row.id);
    });
    return this.get(ref);
  }

  async #set(
    ref: InstanceRef,
    data: Partial<Pick<InstanceRow, 'isPaused' | 'restartedAt'>>,
  ): Promise<InstanceDetail> {
    const { changes, instances } = this.#parts;
    const row = present(await this.#find(ref));
    await changes.make(async (queries) => {
      await instances.update(queries, row.id, data);
      await this.#want(queries, row.id);
    });
    return this.get(ref);
  }

  async #want(queries: Queries, id: string): Promise<void> {
    const { changes, instances } = this.#parts;
    const row = await instances.find(id, queries);
    if (row !== null) await changes.want(queries, [row]);
  }

  /** What is written of it to its cluster. Throws `notFound`, or `clusterNotRegistered`. */
  async unit(ref: InstanceRef): Promise<UnitRef> {
    const { id, clusterId, cluster, namespace } = await this.#find(ref);
    if (clusterId === null) throw new AppError('clusterNotRegistered', { cluster });
    return { kind: 'instance', ownerId: id, clusterId, namespace };
  }

  async #find({ application, instance }: InstanceRef): Promise<InstanceRow> {
    const row = await this.#parts.instances.find(instance);
    if (row === null || row.applicationId !== application) throw new AppError('notFound');
    return row;
  }

  async #lock(queries: Queries, { application, instance }: InstanceRef): Promise<InstanceRow> {
    const row = await this.#parts.instances.lock(queries, instance);
    if (row === null || row.applicationId !== application) throw new AppError('notFound');
    return row;
  }

  async #objectName(application: string, name: string): Promise<string> {
    const node = (await this.#parts.nodes.byId([application])).get(application);
    return instanceObjectName(node?.name ?? '', name);
  }
}

/** Throws `beingRemoved`. */
export function present(row: InstanceRow): InstanceRow {
  if (row.removedAt !== null) throw new AppError('beingRemoved', { name: row.name });
  return row;
}

function readRight(application: string) {
  return {
    domain: { kind: 'tree', node: application } as const,
    object: endpoints.getApplication.path,
    action: 'GET',
  };
}
