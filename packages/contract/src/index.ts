import { actionEndpoints } from './actions/action-endpoints.ts';
import type { Endpoint } from './endpoint.ts';
import { accessEndpoints } from './endpoints/access.ts';
import { auditEndpoints } from './endpoints/audit.ts';
import { authEndpoints } from './endpoints/auth.ts';
import { clusterEndpoints } from './endpoints/clusters.ts';
import { operationEndpoints } from './endpoints/operations.ts';
import { platformEndpoints } from './endpoints/platform.ts';
import { resourceEndpoints } from './endpoints/resources.ts';
import { streamEndpoints } from './endpoints/streams.ts';

export * from './ack-gatherer.ts';
export * from './actions/action.ts';
export * from './actions/action-endpoints.ts';
export * from './actions/index.ts';
export { isLabelValue, isQualifiedName } from './actions/metadata-changes.ts';
export * from './common.ts';
export * from './endpoint.ts';
export * from './endpoints/access.ts';
export * from './endpoints/audit.ts';
export * from './endpoints/auth.ts';
export * from './endpoints/clusters.ts';
export * from './endpoints/operations.ts';
export * from './endpoints/platform.ts';
export * from './endpoints/resources.ts';
export * from './endpoints/streams.ts';
export * from './errors.ts';
export * from './messages.ts';
export * from './rights.ts';

/** The endpoints that are declared one by one. */
export const endpoints = {
  ...authEndpoints,
  ...accessEndpoints,
  ...clusterEndpoints,
  ...resourceEndpoints,
  ...operationEndpoints,
  ...auditEndpoints,
  ...streamEndpoints,
  ...platformEndpoints,
};

/** Every endpoint of the platform, those of actions too. A route that is not here does not exist. */
export const allEndpoints: readonly Endpoint[] = [
  ...(Object.values(endpoints) as unknown as Endpoint[]),
  ...actionEndpoints,
];
