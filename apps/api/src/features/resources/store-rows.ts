import { rowOf, type Row } from '@pilothouse/kinds';
import { ObjectStore, type KubernetesObject } from '@pilothouse/kube';
import type { ServedKind } from './resource-cluster.ts';
import type { RowProblem, RowSource } from './row-source.ts';

/** Kinds that cannot be watched are listed so often; metrics-server has new figures every 15 s. */
const pollMs = 15_000;

/** The objects of a kind in a cluster, or in one of its namespaces. */
export class StoreRows extends ObjectStore<Row> implements RowSource {
  readonly served: ServedKind;

  constructor(served: ServedKind, namespace?: string) {
    const { cluster, resource, descriptor } = served;
    const { group, version, plural, kind, verbs } = resource;
    super({
      connection: cluster.connection,
      resource: { group, version, plural },
      selection: { kind: kind === '' ? undefined : kind },
      ...(namespace !== undefined && { namespace }),
      project: (object: KubernetesObject) => rowOf(descriptor, object),
      fields: descriptor.fieldSelectors,
      pollMs: verbs.includes('watch') ? undefined : pollMs,
    });
    this.served = served;
  }

  get problems(): RowProblem[] {
    return [this.lastError, this.malformed, this.throttled].flatMap((error) =>
      error === null ? [] : [{ namespace: null, error }],
    );
  }
}
