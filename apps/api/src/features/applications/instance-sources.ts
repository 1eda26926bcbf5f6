import { renderInstance, renderShared, effectiveSpec } from '@pilothouse/manifests';
import type { Authoriser } from '../../authz/authoriser.ts';
import type { ProjectNamespaces } from '../../projects/project-namespaces.repository.ts';
import type { Rendered, UnitRef, UnitSource } from '../../reconcile/unit-source.ts';
import type { ApplicationChanges } from './application-changes.ts';
import type { ApplicationRepository } from './application.repository.ts';
import { ApplicationTree } from './application-tree.ts';
import type { InstanceRepository, InstanceRow } from './instance.repository.ts';
import type { NodeRepository } from './node.repository.ts';

export interface RenderingParts {
  authoriser: Pick<Authoriser, 'policies'>;
  applications: ApplicationRepository;
  instances: InstanceRepository;
  namespaces: ProjectNamespaces;
  nodes: NodeRepository;
  levels: number;
}

/** An instance as it is, or as it would be: what {@link Rendering.instance} needs of its row. */
export type RenderedInstance = Pick<
  InstanceRow,
  | 'id'
  | 'applicationId'
  | 'namespaceId'
  | 'name'
  | 'objectName'
  | 'spec'
  | 'isPaused'
  | 'restartedAt'
  | 'namespace'
>;

/** Turns rows into the objects that should be in a cluster. */
export class Rendering {
  readonly #parts: RenderingParts;

  constructor(parts: RenderingParts) {
    this.#parts = parts;
  }

  /** With an application's spec of the given version, or with one that is only planned. */
  async instance(
    row: RenderedInstance,
    application: Parameters<typeof effectiveSpec>[0]['application'],
  ): Promise<Rendered['objects']> {
    const { applications, namespaces } = this.#parts;
    const place = await namespaces.find(row.namespaceId);
    if (place === null) return [];
    const secrets = await applications.secretsOf(row.applicationId);
    const { spec, namespace } = row;
    const { defaults } = place;
    return renderInstance({
      ...(await this.#names(row.applicationId)),
      application: {
        ...(await this.#application(row.applicationId)),
        secrets: Object.keys(secrets.values),
        secretsHash: secrets.hash,
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
      effective: effectiveSpec({ application, instance: spec, defaults }),
      defaults,
    });
  }

  /** What the instances of an application share in a namespace, by a version of its spec. */
  async shared(applicationId: string, namespace: string, version: number): Promise<Rendered['objects']> {
    const { applications } = this.#parts;
    const { values } = await applications.secretsOf(applicationId);
    return renderShared({
      ...(await this.#names(applicationId)),
      application: await this.#application(applicationId),
      namespace,
      spec: await applications.spec(applicationId, version),
      secrets: values,
    });
  }

  async #application(id: string): Promise<{ id: string; name: string }> {
    return { id, name: (await this.#parts.nodes.byId([id])).get(id)?.name ?? '' };
  }

  async #names(application: string): Promise<{ path: string; project: string }> {
    const { tree } = await this.#parts.authoriser.policies();
    const project = new ApplicationTree(tree, this.#parts.levels).projectOf(application);
    const name = (await this.#parts.nodes.byId([project])).get(project)?.name ?? '';
    return { path: tree.pathOf(application), project: name };
  }
}

/** Instances, as the reconciler writes them. */
export function instanceSource(
  rendering: Rendering,
  { applications, instances, changes }: RenderingParts & { changes: ApplicationChanges },
): UnitSource {
  return {
    kind: 'instance',
    async render({ ownerId }) {
      const row = await instances.find(ownerId);
      if (row === null) return null;
      if (row.removedAt !== null) return { objects: [], isRemoving: true, version: row.version };
      const spec = await applications.spec(row.applicationId, row.applicationVersion);
      const objects = await rendering.instance(row, spec);
      return { objects, isRemoving: false, version: row.version };
    },
    async removed(queries, { ownerId }) {
      const row = await instances.find(ownerId, queries);
      if (row === null) return;
      await instances.remove(queries, ownerId);
      // it may have been the last that needed what is shared
      await changes.wantShared(queries, row);
    },
  };
}

/** What the instances of an application share in a namespace: there as long as one of them is. */
export function sharedSource(rendering: Rendering, { instances }: RenderingParts): UnitSource {
  return {
    kind: 'shared',
    async render({ ownerId, clusterId, namespace }: UnitRef) {
      const rows = await instances.list({ applicationId: ownerId });
      const users = rows.filter((row) => row.clusterId === clusterId && row.namespace === namespace);
      if (users.length === 0) return null;
      // the newest that any of them has taken over: a newer one was not looked at for this namespace
      const version = Math.max(...users.map(({ applicationVersion }) => applicationVersion));
      return { objects: await rendering.shared(ownerId, namespace, version), isRemoving: false, version };
    },
    removed: async () => undefined,
  };
}
