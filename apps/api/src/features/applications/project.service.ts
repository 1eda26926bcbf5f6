import type { endpoints, InputOf, OutputOf } from '@pilothouse/contract';
import { createProjectNamespace, getObject, setProjectQuota, type CallOptions } from '@pilothouse/kube';
import type { Authoriser, Subject } from '../../authz/authoriser.ts';
import type { ClusterRegistry } from '../../clusters/cluster-registry.ts';
import { isForeignKeyViolation, isUniqueViolation } from '../../db/database-error.ts';
import { AppError } from '../../http/app-error.ts';
import type { ProjectNamespaceRow, ProjectNamespaces } from '../../projects/project-namespaces.repository.ts';
import type { Reconciler } from '../../reconcile/reconciler.ts';
import { ApplicationTree } from './application-tree.ts';
import type { ApplicationChanges } from './application-changes.ts';
import type { NodeRepository } from './node.repository.ts';
import type { SpecGuard } from './spec-guard.ts';

type ProjectView = OutputOf<typeof endpoints.listProjects>['projects'][number];
type NamespaceView = OutputOf<typeof endpoints.openNamespace>;
type Opening = InputOf<typeof endpoints.openNamespace>['body'];
type Settings = InputOf<typeof endpoints.updateNamespace>['body'];

interface ProjectServiceParts {
  authoriser: Authoriser;
  registry: ClusterRegistry;
  namespaces: ProjectNamespaces;
  nodes: NodeRepository;
  guard: SpecGuard;
  reconciler: Pick<Reconciler, 'wantAllIn' | 'statesIn'>;
  changes: ApplicationChanges;
  /** How many levels the service tree has. */
  levels: number;
}

/** Projects: nodes of the service tree, with the namespaces that they may use. */
export class ProjectService {
  readonly #parts: ProjectServiceParts;

  constructor(parts: ProjectServiceParts) {
    this.#parts = parts;
  }

  /** As far as somebody may know of them, by path. */
  async list(subject: Subject): Promise<ProjectView[]> {
    const { tree, visible } = await this.#parts.authoriser.treeOf(subject);
    const places = new ApplicationTree(tree, this.#parts.levels);
    const ids = [...visible].filter((id) => places.isProject(id));
    const views = await this.#views(ids, places, visible);
    return views.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Throws `notFound`. */
  async get(subject: Subject, id: string): Promise<OutputOf<typeof endpoints.getProject>> {
    const { tree, visible } = await this.#parts.authoriser.treeOf(subject);
    const places = new ApplicationTree(tree, this.#parts.levels);
    places.requireProject(id);
    const [view] = await this.#views([id], places, visible);
    if (view === undefined) throw new AppError('notFound');
    const nodes = await this.#parts.nodes.byId([id]);
    const namespaces = await this.#parts.namespaces.list(id);
    return {
      ...view,
      description: nodes.get(id)?.description ?? '',
      openNamespaces: namespaces.map((row) => namespaceView(row, row)),
    };
  }

  /**
   * Throws `notFound`, `forbidden` for defaults that need a right of their own, `namespaceTaken` where it is a project's
   * already, or rejects with the cluster's KubeError; then the namespace is not open.
   */
  async open(subject: Subject, project: string, body: Opening, call: CallOptions): Promise<NamespaceView> {
    const { changes, guard, namespaces, registry } = this.#parts;
    await this.#requireProject(project);
    await guard.requireDefaults(subject, project, body.defaults);
    const cluster = registry.get(body.cluster);
    if (cluster === undefined) throw new AppError('notFound');
    const { namespace, create, defaults, quota } = body;
    const row = {
      projectId: project,
      clusterId: cluster.id,
      cluster: cluster.name,
      namespace,
      created: create,
      defaults,
      quota,
    };
    let id: string;
    try {
      id = await changes.make((queries) => namespaces.create(queries, row));
    } catch (error) {
      if (isUniqueViolation(error))
        throw new AppError('namespaceTaken', { namespace, cluster: cluster.name }, 'body.namespace');
      throw error;
    }
    try {
      await (create
        ? createProjectNamespace(cluster.connection, namespace, project, call)
        : getObject(
            cluster.connection,
            { group: '', version: 'v1', plural: 'namespaces', name: namespace },
            call,
          ));
      await setProjectQuota(cluster.connection, namespace, quota, call);
    } catch (error) {
      await changes.make((queries) => namespaces.remove(queries, id));
      throw error;
    }
    return this.#namespace(project, id);
  }

  /** Throws `notFound`, `forbidden`, `clusterNotRegistered`, or rejects with KubeError; then all is as it was. */
  async update(
    subject: Subject,
    project: string,
    id: string,
    settings: Settings,
    call: CallOptions,
  ): Promise<NamespaceView> {
    const { changes, guard, namespaces, reconciler, registry } = this.#parts;
    const row = await this.#find(project, id);
    await guard.requireDefaults(subject, project, settings.defaults);
    const cluster = row.clusterId === null ? undefined : registry.byId(row.clusterId);
    if (cluster === undefined) throw new AppError('clusterNotRegistered', { cluster: row.cluster });
    await setProjectQuota(cluster.connection, row.namespace, settings.quota, call);
    await changes.make(async (queries) => {
      await namespaces.update(queries, id, settings);
      await reconciler.wantAllIn(queries, { clusterId: cluster.id, namespace: row.namespace });
    });
    return this.#namespace(project, id);
  }

  /**
   * The namespace stays, without the project's quota. Throws `notFound`, `namespaceInUse` while anything runs there, or
   * rejects with KubeError; then all is as it was.
   */
  async close(project: string, id: string, call: CallOptions): Promise<void> {
    const { changes, namespaces, reconciler, registry } = this.#parts;
    const { clusterId, namespace, quota } = await this.#find(project, id);
    const inUse = () => new AppError('namespaceInUse', { namespace });
    const { instances, cronJobs } = await this.#namespace(project, id);
    if (instances + cronJobs > 0) throw inUse();
    const written = clusterId === null ? [] : await reconciler.statesIn({ clusterId, namespace });
    // an instance that has moved away, and is not gone from there yet
    if (written.some(({ kind }) => kind === 'instance')) throw inUse();
    const connection = clusterId === null ? undefined : registry.byId(clusterId)?.connection;
    if (connection !== undefined) await setProjectQuota(connection, namespace, {}, call);
    try {
      await changes.make((queries) => namespaces.remove(queries, id));
    } catch (error) {
      if (connection !== undefined) await setProjectQuota(connection, namespace, quota, call);
      throw isForeignKeyViolation(error) ? inUse() : error;
    }
  }

  async #views(
    ids: readonly string[],
    places: ApplicationTree,
    visible: ReadonlySet<string>,
  ): Promise<ProjectView[]> {
    const nodes = await this.#parts.nodes.byId(ids);
    const used = Map.groupBy(await this.#parts.namespaces.list(), ({ projectId }) => projectId);
    const applications = Map.groupBy(
      [...visible].filter((id) => places.isApplication(id)),
      (id) => places.projectOf(id),
    );
    return [...nodes.values()].map(({ id, name, displayName }) => {
      const namespaces = used.get(id) ?? [];
      return {
        id,
        name,
        displayName,
        path: places.tree.pathOf(id),
        namespaces: namespaces.length,
        applications: applications.get(id)?.length ?? 0,
        instances: namespaces.reduce((sum, { instances }) => sum + instances, 0),
        cronJobs: namespaces.reduce((sum, { cronJobs }) => sum + cronJobs, 0),
      };
    });
  }

  async #namespace(project: string, id: string): Promise<NamespaceView> {
    const row = (await this.#parts.namespaces.list(project)).find((each) => each.id === id);
    if (row === undefined) throw new AppError('notFound');
    return namespaceView(row, row);
  }

  async #find(project: string, id: string): Promise<ProjectNamespaceRow> {
    const row = await this.#parts.namespaces.find(id);
    if (row === null || row.projectId !== project) throw new AppError('notFound');
    return row;
  }

  async #requireProject(id: string): Promise<void> {
    const { tree } = await this.#parts.authoriser.policies();
    new ApplicationTree(tree, this.#parts.levels).requireProject(id);
  }
}

function namespaceView(
  { projectId: _project, clusterId: _cluster, createdAt, ...row }: ProjectNamespaceRow,
  { instances, cronJobs }: { instances: number; cronJobs: number },
): NamespaceView {
  return { ...row, instances, cronJobs, createdAt: createdAt.toISOString() };
}
