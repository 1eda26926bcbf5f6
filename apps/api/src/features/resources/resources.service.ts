import { resourceEndpoints, type InputOf, type OutputOf } from '@pilothouse/contract';
import { getObject } from '@pilothouse/kube';
import { namespaceOf, servedKind, type FindCluster } from './resource-cluster.ts';
import { apiVersionOf } from './written-object.ts';

type Answer<K extends keyof typeof resourceEndpoints> = OutputOf<(typeof resourceEndpoints)[K]>;
type ObjectParams = InputOf<typeof resourceEndpoints.getResource>['params'];

/** Single objects of any kind. */
export class ResourcesService {
  readonly #find: FindCluster;

  constructor(find: FindCluster) {
    this.#find = find;
  }

  /** Reads an object from the cluster, now. */
  async get(params: ObjectParams, signal: AbortSignal): Promise<Answer<'getResource'>> {
    const kind = await servedKind(this.#find, params);
    const namespace = namespaceOf(kind, params.namespace);
    const { group, version, plural } = kind.resource;
    const ref = { group, version, plural, name: params.name, ...(namespace !== undefined && { namespace }) };
    const object = await getObject<Answer<'getResource'>['object']>(kind.cluster.connection, ref, { signal });
    // lists leave these out of their items, single objects have them; a hostile server may not
    return {
      object: { ...object, apiVersion: apiVersionOf(kind.resource), kind: kind.resource.kind },
      state: 'live',
    };
  }
}
