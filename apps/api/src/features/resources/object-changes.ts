import type { InputOf, resourceEndpoints } from '@pilothouse/contract';
import { namespaceOf, servedKind, type FindCluster } from './resource-cluster.ts';
import type { RowSources } from './row-sources.ts';

type ObjectParams = InputOf<typeof resourceEndpoints.getResource>['params'];

/** How often an object is read again where its kind cannot be followed. */
const pollMs = 5000;

/** Tells when one object has changed: by the rows of its kind, or, where nobody may list those, by the clock. */
export class ObjectChanges {
  readonly #find: FindCluster;
  readonly #sources: RowSources;

  constructor(find: FindCluster, sources: RowSources) {
    this.#find = find;
    this.#sources = sources;
  }

  /** Calls `changed` whenever the object may be another; returns how to stop that. */
  async watch(params: ObjectParams, signal: AbortSignal, changed: () => void): Promise<() => void> {
    const kind = await servedKind(this.#find, params);
    const namespace = namespaceOf(kind, params.namespace);
    const lease = await this.#sources
      .open(kind, namespace === undefined ? undefined : [namespace], signal)
      .catch(() => undefined);
    if (lease === undefined) {
      const timer = setInterval(changed, pollMs);
      return () => clearInterval(timer);
    }
    const isIt = (row: { namespace?: string; name: string }) =>
      row.name === params.name && row.namespace === namespace;
    const end = lease.value.onChange(({ upserted, deleted }) => {
      const onlyState = upserted.length === 0 && deleted.length === 0;
      if (onlyState || upserted.some(isIt) || deleted.some(isIt)) changed();
    });
    return () => {
      end();
      lease.release();
    };
  }
}
