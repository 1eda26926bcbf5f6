import type { endpoints, InputOf, OutputOf } from '@pilothouse/contract';
import type { Authoriser } from '../../authz/authoriser.ts';
import type { Principal } from '../../authz/principal.ts';
import type { ClusterRegistry } from '../../clusters/cluster-registry.ts';
import { isUniqueViolation } from '../../db/database-error.ts';
import type { Queries } from '../../db/database.ts';
import { AppError } from '../../http/app-error.ts';
import type { ProjectNamespaces } from '../../projects/project-namespaces.repository.ts';
import type { RegistryCredentials, RegistryRow } from '../../projects/registry-credentials.repository.ts';
import type { Reconciler } from '../../reconcile/reconciler.ts';
import type { ApplicationChanges } from './application-changes.ts';
import { ApplicationTree } from './application-tree.ts';

type RegistryView = OutputOf<typeof endpoints.addRegistry>;
type NewRegistry = InputOf<typeof endpoints.addRegistry>['body'];
type Credential = InputOf<typeof endpoints.changeRegistry>['body'];

interface RegistryServiceParts {
  authoriser: Pick<Authoriser, 'policies'>;
  registry: ClusterRegistry;
  registries: RegistryCredentials;
  namespaces: ProjectNamespaces;
  reconciler: Pick<Reconciler, 'wantAllIn'>;
  changes: ApplicationChanges;
  /** How many levels the service tree has. */
  levels: number;
}

/** What projects pull images with: kept sealed, written into their namespaces as pull secrets, never shown. */
export class RegistryService {
  readonly #parts: RegistryServiceParts;

  constructor(parts: RegistryServiceParts) {
    this.#parts = parts;
  }

  /** Throws `notFound` without the project. */
  async list(project: string): Promise<RegistryView[]> {
    const { authoriser, levels, registries } = this.#parts;
    new ApplicationTree((await authoriser.policies()).tree, levels).requireProject(project);
    return (await registries.list(project)).map((row) => this.#view(row));
  }

  /** Throws `notFound`, `invalidField` for a cluster that is none of the project's, `conflict` where it has one for the host. */
  async add(principal: Principal, project: string, body: NewRegistry): Promise<RegistryView> {
    const { authoriser, changes, levels, registries } = this.#parts;
    new ApplicationTree((await authoriser.policies()).tree, levels).requireProject(project);
    const { cluster, ...credential } = body;
    const clusterId = cluster === null ? null : await this.#clusterOf(project, cluster);
    const row = { ...credential, projectId: project, clusterId, author: principal.username };
    try {
      const id = await changes.make(async (queries) => {
        const made = await registries.create(queries, row);
        await this.#want(queries, row);
        return made;
      });
      return this.#view(await this.#find(project, id));
    } catch (error) {
      throw isUniqueViolation(error) ? new AppError('conflict', { what: body.host }, 'body.host') : error;
    }
  }

  /** Throws `notFound`. */
  async change(
    principal: Principal,
    project: string,
    id: string,
    credential: Credential,
  ): Promise<RegistryView> {
    const { changes, registries } = this.#parts;
    const row = await this.#find(project, id);
    await changes.make(async (queries) => {
      await registries.update(queries, id, { ...credential, author: principal.username });
      await this.#want(queries, row);
    });
    return this.#view(await this.#find(project, id));
  }

  /** Throws `notFound`. */
  async remove(project: string, id: string): Promise<void> {
    const { changes, registries } = this.#parts;
    const row = await this.#find(project, id);
    await changes.make(async (queries) => {
      await registries.remove(queries, id);
      await this.#want(queries, row);
    });
  }

  /** Throws `notFound`. */
  async hostOf(project: string, id: string): Promise<string> {
    return (await this.#find(project, id)).host;
  }

  /** Has what runs where a credential holds written anew. */
  async #want(queries: Queries, { projectId, clusterId }: Pick<RegistryRow, 'projectId' | 'clusterId'>) {
    const { namespaces, reconciler } = this.#parts;
    for (const place of await namespaces.list(projectId)) {
      if (place.clusterId === null || (clusterId !== null && place.clusterId !== clusterId)) continue;
      await reconciler.wantAllIn(queries, { clusterId: place.clusterId, namespace: place.namespace });
    }
  }

  async #clusterOf(project: string, cluster: string): Promise<string> {
    const id = this.#parts.registry.idOf(cluster);
    const open = await this.#parts.namespaces.list(project);
    if (id !== undefined && open.some(({ clusterId }) => clusterId === id)) return id;
    throw new AppError('invalidField', { field: 'body.cluster', reason: 'unknown' }, 'body.cluster');
  }

  async #find(project: string, id: string): Promise<RegistryRow> {
    const row = await this.#parts.registries.find(id);
    if (row === null || row.projectId !== project) throw new AppError('notFound');
    return row;
  }

  #view({ id, clusterId, host, username, author, updatedAt }: RegistryRow): RegistryView {
    const cluster = clusterId === null ? null : (this.#parts.registry.nameOf(clusterId) ?? clusterId);
    return { id, cluster, host, username, author, updatedAt: updatedAt.toISOString() };
  }
}
