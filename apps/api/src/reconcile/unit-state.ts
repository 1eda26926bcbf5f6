import type { ErrorCode, OutputOf, endpoints } from '@pilothouse/contract';
import type { DeploymentRollout } from '@pilothouse/kinds';
import type { ErrorParams } from '../http/app-error.ts';
import type { UnitKind } from './unit-source.ts';

/** Why something is not as it should be: a code of the contract's errors, whose words know the parameters. */
export interface UnitError {
  code: ErrorCode;
  params: ErrorParams;
}

/** A field of an object in the cluster that is not as it was applied; path `''`: the object is gone. */
export type DriftedField = OutputOf<typeof endpoints.getInstance>['drift'][number];

/** What the cluster says of a unit's workload. */
export type UnitStatus =
  | {
      kind: 'Deployment';
      /** Of its spec; absent in what was kept by an earlier version of the platform. */
      generation?: number;
      rollout: DeploymentRollout;
      /** Wanted by its spec: an autoscaler may have set it. */
      wanted: number;
      pods: number;
      updated: number;
      ready: number;
      available: number;
      /** What holds the rollout up, the most telling first. */
      troubles: UnitError[];
    }
  | {
      kind: 'CronJob';
      suspended: boolean;
      active: number;
      lastScheduledAt: string | null;
      lastSucceededAt: string | null;
    };

/** An object of a unit's inventory. */
export interface InventoryEntry {
  /** `core`: the group without a name. */
  group: string;
  plural: string;
  kind: string;
  name: string;
  uid: string;
}

/** What is known of a unit. */
export interface UnitState {
  id: string;
  kind: UnitKind;
  ownerId: string;
  clusterId: string;
  namespace: string;
  /** Goes up with each change of what should be. */
  wanted: number;
  /** The one that the cluster has; null: none yet. */
  applied: number | null;
  /** {@link Rendered.version} of what was applied last. */
  appliedVersion: number | null;
  isRemoving: boolean;
  /** Failed in a row since it was wanted last. */
  attempt: number;
  /** What keeps it from being applied; that the cluster does not answer among it. */
  error: UnitError | null;
  drift: DriftedField[];
  status: UnitStatus | null;
  appliedAt: Date | null;
  /** When the cluster was last seen to be as this says. */
  checkedAt: Date | null;
  objects: InventoryEntry[];
  /** Its cluster is known to the platform. */
  isRegistered: boolean;
  /** Its cluster answered when it was last asked. */
  isReachable: boolean;
}
