import type { endpoints, OutputOf } from '@pilothouse/contract';
import { resourceRight } from '@pilothouse/contract';
import type { Authoriser, Subject } from '../../authz/authoriser.ts';
import type { Principal } from '../../authz/principal.ts';
import { AppError } from '../../http/app-error.ts';
import type { NewItem } from '../../operations/operation-handler.ts';
import type { Operations } from '../../operations/operations.ts';
import type { ProjectNamespaceRow, ProjectNamespaces } from '../../projects/project-namespaces.repository.ts';
import type { RegistryCredentials } from '../../projects/registry-credentials.repository.ts';
import type { Reconciler } from '../../reconcile/reconciler.ts';
import type { ApplicationRepository } from './application.repository.ts';
import { ApplicationTree } from './application-tree.ts';
import type { InstanceRepository } from './instance.repository.ts';
import { projectDeletionKind, type DeletionInput, type DeletionItem } from './project-deletion-handler.ts';

type Plan = OutputOf<typeof endpoints.planProjectDeletion>;
type Fate = Plan['namespaces'][number]['fate'];

/** A cron job, as far as its project's deletion needs to know it. */
export interface ProjectCronJob {
  id: string;
  name: string;
  cluster: string;
  namespace: string;
  namespaceId: string;
}

/** Cron jobs of projects, for whoever deletes a project. */
export interface CronJobsDoor {
  of(project: string): Promise<ProjectCronJob[]>;
  /** With `abandon` whatever their clusters have stays there. Throws `notFound`. */
  remove(project: string, ids: readonly string[], abandon: boolean): Promise<unknown>;
}

interface ProjectDeletionParts {
  authoriser: Authoriser;
  applications: ApplicationRepository;
  instances: InstanceRepository;
  cronJobs: CronJobsDoor;
  namespaces: ProjectNamespaces;
  registries: RegistryCredentials;
  reconciler: Pick<Reconciler, 'unreachable'>;
  operations: Operations;
  /** How many levels the service tree has. */
  levels: number;
}

/** Deleting a project with all that it has: what that would be, and the operation that does it. */
export class ProjectDeletion {
  readonly #parts: ProjectDeletionParts;

  constructor(parts: ProjectDeletionParts) {
    this.#parts = parts;
  }

  /** Throws `notFound`. */
  async plan(subject: Subject, project: string): Promise<Plan> {
    const { applications, cronJobs, instances, reconciler, registries } = this.#parts;
    const { tree } = await this.#places(project);
    const ofProject = tree.branchOf(project).filter((node) => node !== project);
    const rows = await applications.rows(ofProject);
    const places = await this.#namespaces(subject, project);
    const away = await reconciler.unreachable(places.flatMap(({ row }) => row.clusterId ?? []));
    return {
      path: tree.pathOf(project),
      applications: ofProject.map((id) => ({
        path: tree.pathOf(id),
        secrets: rows.get(id)?.secretNames ?? [],
      })),
      instances: (await instances.list({ applicationId: { in: ofProject } })).map((row) => ({
        path: tree.pathOf(row.applicationId),
        name: row.name,
        cluster: row.cluster,
        namespace: row.namespace,
      })),
      cronJobs: (await cronJobs.of(project)).map(({ name, cluster, namespace }) => ({
        name,
        cluster,
        namespace,
      })),
      registries: (await registries.list(project)).map(({ host }) => host),
      namespaces: places.map(({ row: { cluster, namespace, clusterId }, fate }) => ({
        cluster,
        namespace,
        fate,
        isReachable: clusterId !== null && !away.has(clusterId),
      })),
    };
  }

  /** Resolves with the operation. Throws `notFound`, or `invalidField` where `path` is not the project's. */
  async submit(principal: Principal, project: string, path: string, address: string): Promise<string> {
    const { tree } = await this.#places(project);
    if (path !== tree.pathOf(project))
      throw new AppError('invalidField', { field: 'body.path', reason: 'otherPath' }, 'body.path');
    const { userId, username } = principal;
    const ofProject = tree.branchOf(project).filter((node) => node !== project);
    const items: NewItem<DeletionItem>[] = [
      ...(await this.#namespaces(principal, project)).map(({ row, fate }) => ({
        target: `${row.cluster}/${row.namespace}`,
        input: {
          kind: 'namespace' as const,
          id: row.id,
          cluster: row.cluster,
          namespace: row.namespace,
          isDeleted: fate === 'deleted',
        },
      })),
      ...ofProject.map((id) => ({
        target: tree.pathOf(id),
        input: { kind: 'application' as const, id, path: tree.pathOf(id) },
      })),
      { target: path, input: { kind: 'project' } },
    ];
    return this.#parts.operations.submit<DeletionInput, DeletionItem>({
      kind: projectDeletionKind,
      input: { project, path },
      items,
      actor: { userId, username, address },
      cluster: null,
    });
  }

  async #namespaces(subject: Subject, project: string): Promise<{ row: ProjectNamespaceRow; fate: Fate }[]> {
    const rows = await this.#parts.namespaces.list(project);
    return Promise.all(rows.map(async (row) => ({ row, fate: await this.#fateOf(subject, row) })));
  }

  async #fateOf(
    subject: Subject,
    { clusterId, created, cluster, namespace }: ProjectNamespaceRow,
  ): Promise<Fate> {
    if (clusterId === null) return 'detached';
    if (!created) return 'adopted';
    const right = resourceRight({ cluster, group: 'core', plural: 'namespaces', namespace }, 'delete');
    return (await this.#parts.authoriser.authorise(subject, [right])).allowed ? 'deleted' : 'noRight';
  }

  async #places(project: string): Promise<ApplicationTree> {
    const { authoriser, levels } = this.#parts;
    const places = new ApplicationTree((await authoriser.policies()).tree, levels);
    places.requireProject(project);
    return places;
  }
}
