import type { endpoints, InputOf } from '@pilothouse/contract';
import type { Author } from '../../authz/principal.ts';
import type { Queries } from '../../db/database.ts';

interface InstanceRef {
  application: string;
  instance: string;
}

/** What is written in the same transaction. */
type Also = (queries: Queries, instance: string) => Promise<void>;

/** What is asked of instances. Rights on the application are asked before. */
export interface Instances {
  /** By its name in a namespace of the application's project; null where there is none. Throws `beingRemoved`. */
  named(
    application: string,
    namespaceId: string,
    name: string,
  ): Promise<{ id: string; image: string } | null>;
  create(
    author: Author,
    application: string,
    body: InputOf<typeof endpoints.createInstance>['body'],
    also: Also,
  ): Promise<{ id: string }>;
  change(
    author: Author,
    ref: InstanceRef,
    changes: { image: string },
    reason: string,
    also: Also,
  ): Promise<unknown>;
  remove(ref: InstanceRef, isAbandoned: boolean): Promise<unknown>;
}
