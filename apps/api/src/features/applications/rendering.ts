import type { ApplicationSpec } from '@pilothouse/contract';
import { effectiveSpec, renderInstance, renderShared, type RegistryCredential } from '@pilothouse/manifests';
import type { Authoriser } from '../../authz/authoriser.ts';
import type { ProjectNamespaceRow, ProjectNamespaces } from '../../projects/project-namespaces.repository.ts';
import type { RegistryCredentials } from '../../projects/registry-credentials.repository.ts';
import type { Rendered } from '../../reconcile/unit-source.ts';
import type { ApplicationRepository } from './application.repository.ts';
import { ApplicationTree } from './application-tree.ts';
import type { InstanceRow } from './instance.repository.ts';
import type { NodeRepository } from './node.repository.ts';

export interface RenderingParts {
  authoriser: Pick<Authoriser, 'policies'>;
  applications: ApplicationRepository;
  namespaces: ProjectNamespaces;
  registries: RegistryCredentials;
  nodes: NodeRepository;
  levels: number;
}

/** An instance as it is, or as it would be: what rendering needs of its row. */
export type RenderedInstance = Pick<
  InstanceRow,
  'id' | 'namespaceId' | 'name' | 'objectName' | 'spec' | 'isPaused' | 'restartedAt' | 'namespace'
>;

/** What the instances of an application are rendered with, beside its specs and themselves. */
interface Surroundings {
  path: string;
  project: string;
  application: { id: string; name: string };
  secrets: { values: Record<string, string>; hash: string };
  places: ReadonlyMap<string, ProjectNamespaceRow>;
  /** By the id of the namespace. */
  registries: ReadonlyMap<string, readonly RegistryCredential[]>;
}

/** Turns rows into the objects that should be in a cluster. */
export class Rendering {
  readonly #parts: RenderingParts;

  constructor(parts: RenderingParts) {
    this.#parts = parts;
  }

  /** Reads what all instances of an application in these namespaces are rendered with, once. */
  async of(applicationId: string, namespaceIds: readonly string[]): Promise<ApplicationRendering> {
    const { authoriser, applications, levels, namespaces, nodes, registries } = this.#parts;
    const { tree } = await authoriser.policies();
    const projectId = new ApplicationTree(tree, levels).projectOf(applicationId);
    const names = await nodes.byId([applicationId, projectId]);
    const nameOf = (id: string) => names.get(id)?.name ?? '';
    const places = await namespaces.byId([...new Set(namespaceIds)]);
    const opened = [...places.values()].map(
      async (place) => [place.id, await registries.opened(place)] as const,
    );
    return new ApplicationRendering({
      path: tree.pathOf(applicationId),
      project: nameOf(projectId),
      application: { id: applicationId, name: nameOf(applicationId) },
      secrets: await applications.secretsOf(applicationId),
      places,
      registries: new Map(await Promise.all(opened)),
    });
  }
}

/** Renders instances of one application, and what they share, without asking anybody. */
export class ApplicationRendering {
  readonly #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** With a version of the application's spec, or with one that is only planned. */
  instance(row: RenderedInstance, applicationSpec: ApplicationSpec): Rendered['objects'] {
    const { places, registries, secrets, application, path, project } = this.#around;
    const place = places.get(row.namespaceId);
    if (place === undefined) return [];
    const { spec, namespace } = row;
    const { defaults } = place;
    return renderInstance({
      path,
      project,
      application: {
        ...application,
        secrets: Object.keys(secrets.values),
        secretsHash: secrets.hash,
        hasRegistries: (registries.get(place.id) ?? []).length > 0,
      },
      instance: {
        id: row.id,
        name: row.name,
        objectName: row.objectName,
        isPaused: row.isPaused,
        restartedAt: row.restartedAt?.toISOString() ?? null,
      },
      namespace,
      spec,
      effective: effectiveSpec({ application: applicationSpec, instance: spec, defaults }),
      defaults,
    });
  }

  /** What the instances share in a namespace, by its id. */
  shared(namespaceId: string, spec: ApplicationSpec): Rendered['objects'] {
    const { places, secrets, application, path, project, ...around } = this.#around;
    const place = places.get(namespaceId);
    if (place === undefined) return [];
    return renderShared({
      path,
      project,
      application,
      namespace: place.namespace,
      spec,
      secrets: secrets.values,
      registries: around.registries.get(namespaceId) ?? [],
    });
  }
}
