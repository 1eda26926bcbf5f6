import { resourceEndpoints, type InputOf, type OutputOf } from '@pilothouse/contract';
import { getObject, type KubernetesObject, type StoreState } from '@pilothouse/kube';
import { namespaceOf, servedKind, type FindCluster, type ServedKind } from './resource-cluster.ts';
import { apiVersionOf } from './written-object.ts';
import { shown } from './written-secret.ts';

type Answer<K extends keyof typeof resourceEndpoints> = OutputOf<(typeof resourceEndpoints)[K]>;
export type ObjectParams = InputOf<typeof resourceEndpoints.getResource>['params'];

export type WholeObject = Answer<'getResource'>['object'];

/** Single objects of any kind. */
export class ResourcesService {
  readonly #find: FindCluster;

  constructor(find: FindCluster) {
    this.#find = find;
  }

  /** How the cluster serves a kind. */
  async kind(
    params: InputOf<typeof resourceEndpoints.getResourceKind>['params'],
  ): Promise<Answer<'getResourceKind'>> {
    const { resource } = await servedKind(this.#find, params);
    const { kind, namespaced, verbs } = resource;
    return { apiVersion: apiVersionOf(resource), kind, namespaced, verbs: [...verbs] };
  }

  /** Reads an object from the cluster, now; a Secret without its values. */
  async get(params: ObjectParams, signal: AbortSignal): Promise<Answer<'getResource'>> {
    const kind = await servedKind(this.#find, params);
    const namespace = namespaceOf(kind, params.namespace);
    const { group, version, plural } = kind.resource;
    const ref = { group, version, plural, name: params.name, ...(namespace !== undefined && { namespace }) };
    const object = await getObject(kind.cluster.connection, ref, { signal });
    return objectAnswer(kind, object, 'live');
  }
}

/** An object as it is answered: a Secret without its values. Lists and watches may leave out what kind it is, and a hostile server what it will. */
export function objectAnswer(
  kind: ServedKind,
  object: KubernetesObject,
  state: StoreState,
): Answer<'getResource'> {
  const { resource } = kind;
  const { metadata, ...rest } = shown(kind, object);
  return {
    object: {
      ...rest,
      metadata: { ...metadata },
      apiVersion: apiVersionOf(resource),
      kind: resource.kind,
    },
    state,
  };
}
