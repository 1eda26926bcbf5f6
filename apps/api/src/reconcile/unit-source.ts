import type { KubernetesObject } from '@pilothouse/kinds';
import type { Queries } from '../db/database.ts';

export type UnitKind = 'instance' | 'shared' | 'cronJob';

/** A namespace of a cluster. */
export interface UnitPlace {
  clusterId: string;
  namespace: string;
}

/** What is written to a cluster as one: by whom it is owned, and where it goes. */
export interface UnitRef extends UnitPlace {
  kind: UnitKind;
  /** The instance, the cron job, or the application whose instances share it. */
  ownerId: string;
}

/** What should be in the cluster now. */
export interface Rendered {
  /** In the order in which they are applied; all in the unit's namespace. */
  objects: KubernetesObject[];
  /** Nothing of it is to be there any more: the objects are deleted, then {@link UnitSource.removed} is called. */
  isRemoving: boolean;
  /** Of the owner's row that was rendered; comes back as `appliedVersion` once the cluster has it. */
  version?: number;
}

/** A feature whose rows are written to clusters. */
export interface UnitSource {
  kind: UnitKind;
  /** Reads the rows anew and renders them; null where there is no such owner any more (the objects are deleted). */
  render(unit: UnitRef): Promise<Rendered | null>;
  /** Inside the transaction that ends the unit: the owner's rows go as well. */
  removed(queries: Queries, unit: UnitRef): Promise<void>;
}

/** By this label an object says whose it is; what else says so is only believed beside a row of the inventory. */
export const ownerLabels: Record<UnitKind, string> = {
  instance: 'pilothouse.io/instance',
  shared: 'pilothouse.io/application',
  cronJob: 'pilothouse.io/cron-job',
};
