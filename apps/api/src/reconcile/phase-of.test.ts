import { expect, test } from 'vitest';
import { errorOf, phaseOf, type Phase } from './phase-of.ts';
import type { UnitState, UnitStatus } from './unit-state.ts';

const deployment = (change: Partial<Extract<UnitStatus, { kind: 'Deployment' }>> = {}): UnitStatus => ({
  kind: 'Deployment',
  rollout: 'Complete',
  wanted: 2,
  pods: 2,
  updated: 2,
  ready: 2,
  available: 2,
  troubles: [],
  ...change,
});
const cronJob = (suspended: boolean): UnitStatus => ({
  kind: 'CronJob',
  suspended,
  active: 0,
  lastScheduledAt: null,
  lastSucceededAt: null,
});
const trouble = { code: 'rolloutImage', params: { pods: 1 } } as const;
const field = { kind: 'Service', name: 'web', path: '', wanted: null };
const state = {
  isRegistered: true,
  isReachable: true,
  isRemoving: false,
  wanted: 3,
  applied: 3,
  drift: [],
  status: deployment(),
};

test.each<[string, Partial<UnitState> | undefined, Phase]>([
  ['nobody has asked for it yet', undefined, 'pending'],
  ['nothing was applied yet', { applied: null, status: null }, 'pending'],
  ['the newest is not applied', { applied: 2 }, 'pending'],
  ['the newest is not applied, for the cluster is away', { applied: 2, isReachable: false }, 'pending'],
  ['all is as it should be', {}, 'running'],
  ['Pods are being replaced', { status: deployment({ rollout: 'Progressing', ready: 1 }) }, 'rollingOut'],
  ['the controller has not seen it', { status: deployment({ rollout: 'Pending' }) }, 'rollingOut'],
  ['its rollout is held', { status: deployment({ rollout: 'Paused' }) }, 'rollingOut'],
  ['nobody has looked yet', { status: null }, 'rollingOut'],
  ['no Pods are wanted, and none are there', { status: deployment({ wanted: 0, pods: 0 }) }, 'stopped'],
  [
    'the last Pods are ending',
    { status: deployment({ wanted: 0, pods: 1, rollout: 'Progressing' }) },
    'rollingOut',
  ],
  ['its Pods cannot run', { status: deployment({ rollout: 'Progressing', troubles: [trouble] }) }, 'failing'],
  ['others have changed it', { drift: [field] }, 'drifted'],
  [
    'others have changed it, and its Pods cannot run',
    { drift: [field], status: deployment({ troubles: [trouble] }) },
    'drifted',
  ],
  ['the cluster does not answer', { isReachable: false, drift: [field] }, 'unreachable'],
  ['it is being removed', { isRemoving: true, applied: 2 }, 'removing'],
  ['it is being removed from a cluster that is away', { isRemoving: true, isReachable: false }, 'removing'],
  ['its cluster is gone', { isRegistered: false, isReachable: false, isRemoving: true }, 'detached'],
  ['a cron job waits for its time', { status: cronJob(false) }, 'running'],
  ['a cron job is suspended', { status: cronJob(true) }, 'stopped'],
])('%s', (_name, change, phase) => {
  expect(phaseOf(change && { ...state, ...change })).toBe(phase);
});

test('what keeps it from being applied comes before what keeps its Pods from running', () => {
  const error = { code: 'quotaExceeded', params: { message: 'no' } } as const;
  const status = deployment({ troubles: [trouble] });
  expect(errorOf({ error, status })).toBe(error);
  expect(errorOf({ error: null, status })).toBe(trouble);
  expect(errorOf({ error: null, status: deployment() })).toBeNull();
  expect(errorOf(undefined)).toBeNull();
});
