import { actionEndpoints } from './actions/action-endpoints.ts';
import type { Endpoint } from './endpoint.ts';
import * as features from './endpoints/index.ts';
import { platformRightsOf, type PlatformRight } from './rights/own-rights.ts';

export * from './ack-gatherer.ts';
export * from './actions/action.ts';
export * from './actions/action-endpoints.ts';
export * from './actions/index.ts';
export { taintEffects } from './actions/taint.ts';
export { isLabelValue, isQualifiedName } from './actions/metadata-changes.ts';
export * from './application/cron-job.ts';
export * from './application/spec.ts';
export * from './common.ts';
export * from './endpoint.ts';
export * from './endpoints/index.ts';
export * from './errors.ts';
export * from './messages.ts';
export * from './page-delta.ts';
export * from './rights/compiled-grants.ts';
export * from './rights/decide.ts';
export * from './rights/domain.ts';
export * from './rights/object-matches.ts';
export * from './rights/own-rights.ts';
export * from './rights/role-rules.ts';

type Features = typeof features;
type Tables = Features[keyof Features & `${string}Endpoints`];
/** Of several tables the one that has what each has. */
type Together<T> = (T extends unknown ? (table: T) => void : never) extends (all: infer All) => void
  ? { [Id in keyof All]: All[Id] }
  : never;

const tables = Object.entries(features).flatMap(([name, table]) =>
  name.endsWith('Endpoints') ? [table] : [],
);

/** The endpoints that are declared one by one. */
export const endpoints = Object.assign({}, ...tables) as Together<Tables>;

/** Every endpoint of the platform, those of actions too. A route that is not here does not exist. */
export const allEndpoints: readonly Endpoint[] = [
  ...(Object.values(endpoints) as unknown as Endpoint[]),
  ...actionEndpoints,
];

let known: readonly PlatformRight[] | undefined;

/** What roles may allow on the platform's own API, by feature: what its endpoints ask for. */
export function platformRights(): readonly PlatformRight[] {
  // asked for on few pages, and it asks every endpoint
  known ??= platformRightsOf(allEndpoints, [
    features.recordingRight,
    ...features.dangerousFieldNames.map((field) => features.dangerousFieldRight(field, '')),
  ]);
  return known;
}
