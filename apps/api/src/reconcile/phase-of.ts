import type { instancePhase } from '@pilothouse/contract';
import type { z } from 'zod';
import type { UnitError, UnitState } from './unit-state.ts';

export type Phase = z.output<typeof instancePhase>;

type Known = Pick<
  UnitState,
  'isRegistered' | 'isRemoving' | 'isReachable' | 'wanted' | 'applied' | 'drift' | 'status'
>;

/** How far a cluster is from what should be; of what nobody has asked for yet there is no state. */
export function phaseOf(state: Known | undefined): Phase {
  if (state === undefined) return 'pending';
  if (!state.isRegistered) return 'detached';
  if (state.isRemoving) return 'removing';
  if (state.applied !== state.wanted) return 'pending';
  if (!state.isReachable) return 'unreachable';
  if (state.drift.length > 0) return 'drifted';
  return phaseOfStatus(state.status);
}

function phaseOfStatus(status: UnitState['status']): Phase {
  if (status === null) return 'rollingOut';
  if (status.kind === 'CronJob') return status.suspended ? 'stopped' : 'running';
  const { rollout, wanted, pods, troubles } = status;
  if (troubles.length > 0) return 'failing';
  if (rollout === 'Complete') return wanted === 0 && pods === 0 ? 'stopped' : 'running';
  return 'rollingOut';
}

/** Why it is not as it should be, in one error; null where nothing is in the way. */
export function errorOf(state: Pick<UnitState, 'error' | 'status'> | undefined): UnitError | null {
  if (state === undefined) return null;
  const troubles = state.status?.kind === 'Deployment' ? state.status.troubles : [];
  return state.error ?? troubles[0] ?? null;
}
