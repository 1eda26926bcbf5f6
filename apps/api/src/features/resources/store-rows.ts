import { rowOf, type Row } from '@pilothouse/kinds';
import { ObjectStore, type KubernetesObject } from '@pilothouse/kube';
import type { ServedKind } from './resource-cluster.ts';
import type { RowProblem, RowSource } from './row-source.ts';

/** The objects of a kind in a cluster, or in one of its namespaces. */
export class StoreRows extends ObjectStore<Row> implements RowSource {
  constructor({ cluster, resource, descriptor }: ServedKind, namespace?: string) {
    const { group, version, plural } = resource;
    super({
      connection: cluster.connection,
      resource: { group, version, plural },
      ...(namespace !== undefined && { namespace }),
      project: (object: KubernetesObject) => rowOf(descriptor, object),
      fields: descriptor.fieldSelectors,
    });
  }

  get problems(): RowProblem[] {
    return this.lastError === null ? [] : [{ namespace: null, error: this.lastError }];
  }
}
