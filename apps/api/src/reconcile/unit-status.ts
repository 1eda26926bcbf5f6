import { createHash } from 'node:crypto';
import {
  deploymentRollout,
  rolloutTroubles,
  type Deployment,
  type KubernetesObject,
  type RolloutTrouble,
  type Row,
} from '@pilothouse/kinds';
import type { ErrorCode } from '@pilothouse/contract';
import type { UnitError, UnitStatus } from './unit-state.ts';

/** Who the platform is to a cluster as its reconciler. */
export const appsManager = 'pilothouse-apps';

/** Pods that are being made, or are starting, are in no trouble yet. */
const settlingMs = 30_000;

const troubleCodes: Record<RolloutTrouble['code'], ErrorCode> = {
  quota: 'rolloutQuota',
  admission: 'rolloutAdmission',
  podsRefused: 'rolloutPodsRefused',
  image: 'rolloutImage',
  scheduling: 'rolloutScheduling',
  config: 'rolloutConfig',
  crashing: 'rolloutCrashing',
  notReady: 'rolloutNotReady',
  deadline: 'rolloutDeadline',
};

/** Known from Pods only. */
const codesOfPods: ReadonlySet<ErrorCode> = new Set(
  (['image', 'config', 'crashing', 'scheduling', 'notReady'] as const).map((code) => troubleCodes[code]),
);

interface CronJob extends KubernetesObject {
  spec?: { suspend?: boolean };
  status?: { active?: unknown[]; lastScheduleTime?: string; lastSuccessfulTime?: string };
}

/** Whether a unit is judged by such an object. */
export function isWorkload({ kind }: { kind?: string }): boolean {
  return kind === 'Deployment' || kind === 'CronJob';
}

/** What a workload says of itself, and rows of its Pods where they were asked for. */
export function statusOf(object: KubernetesObject, pods: Row[] = [], now = Date.now()): UnitStatus | null {
  if (object.kind === 'CronJob') return statusOfCronJob(object as CronJob);
  if (object.kind !== 'Deployment') return null;
  const deployment = object as Deployment;
  const {
    replicas = 0,
    updatedReplicas = 0,
    readyReplicas = 0,
    availableReplicas = 0,
  } = deployment.status ?? {};
  const rollout = deploymentRollout(deployment);
  const settled = pods.filter(({ cells }) => {
    const isSettling = cells['status'] === 'Running' || cells['status'] === 'Pending';
    return !isSettling || now - Date.parse(String(cells['created'])) > settlingMs;
  });
  const troubles =
    rollout === 'Complete' || rollout === 'Pending' ? [] : rolloutTroubles(deployment, settled);
  return {
    kind: 'Deployment',
    generation: deployment.metadata?.generation ?? 0,
    rollout,
    wanted: deployment.spec?.replicas ?? 1,
    pods: replicas,
    updated: updatedReplicas,
    ready: readyReplicas,
    available: availableReplicas,
    troubles: troubles.map(errorOfTrouble),
  };
}

/**
 * As {@link statusOf}, where nobody has asked for its Pods: what they said of the same generation holds until somebody
 * does, for it says more than that the time is up.
 */
export function statusWithoutPods(object: KubernetesObject, before: UnitStatus | null): UnitStatus | null {
  const status = statusOf(object);
  if (status?.kind !== 'Deployment' || before?.kind !== 'Deployment') return status;
  const { rollout, generation, troubles } = status;
  if (rollout === 'Complete' || rollout === 'Pending' || generation !== before.generation) return status;
  const saidByPods = before.troubles.filter(({ code }) => codesOfPods.has(code));
  const last = troubles.filter(({ code }) => code === troubleCodes.deadline);
  const first = troubles.filter(({ code }) => code !== troubleCodes.deadline);
  return { ...status, troubles: [...first, ...saidByPods, ...last] };
}

function statusOfCronJob({ spec, status = {} }: CronJob): UnitStatus {
  return {
    kind: 'CronJob',
    suspended: spec?.suspend === true,
    active: status.active?.length ?? 0,
    lastScheduledAt: status.lastScheduleTime ?? null,
    lastSucceededAt: status.lastSuccessfulTime ?? null,
  };
}

function errorOfTrouble({ code, message, pods }: RolloutTrouble): UnitError {
  return { code: troubleCodes[code], params: { pods, message: (message ?? '').slice(0, 1000) } };
}

/** Whether nothing more will happen by itself that anybody waits for. */
export function isSettled(status: UnitStatus | null): boolean {
  if (status?.kind !== 'Deployment') return true;
  return status.rollout === 'Complete' || status.rollout === 'Paused';
}

/** Which fields of an object are the platform's, as one short text; null where none is. Whoever changes one takes it over. */
export function ownedOf(object: KubernetesObject): string | null {
  const entries = (object.metadata?.managedFields ?? []).filter(
    ({ manager, operation, subresource = '' }) =>
      manager === appsManager && operation === 'Apply' && subresource === '',
  );
  if (entries.length === 0) return null;
  const fields = entries.map(({ apiVersion, fieldsV1 }) => [apiVersion, fieldsV1]);
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}
