import { admissionRefusal } from '../admission-refusal.ts';
import type { Row } from '../kind.ts';
import type { Deployment } from '../wire/apps.ts';

/** What keeps a rollout from going on, and in whose words; `pods` says how many are in that state. */
export interface RolloutTrouble {
  code:
    | 'quota'
    | 'admission'
    | 'podsRefused'
    | 'image'
    | 'scheduling'
    | 'config'
    | 'crashing'
    | 'notReady'
    | 'deadline';
  /** The cluster's own words, where it has some. */
  message: string | null;
  pods: number;
}

const image = /^(Init:)?(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull)$/;
const config = /^(Init:)?(CreateContainerConfigError|CreateContainerError|RunContainerError)$/;
const crashing = /^(Init:)?(CrashLoopBackOff|Error|OOMKilled|ExitCode:\d+|Signal:\d+)$/;

function stateOf({ cells }: Row): RolloutTrouble['code'] | null {
  const status = String(cells.status);
  if (image.test(status)) return 'image';
  if (config.test(status)) return 'config';
  if (crashing.test(status)) return 'crashing';
  if (status === 'Pending' && (cells.node ?? null) === null) return 'scheduling';
  return status === 'Running' && Number(cells.ready) < Number(cells.containers) ? 'notReady' : null;
}

/**
 * What holds a Deployment's rollout up, most telling first; empty where nothing does. `pods` are rows of the pods it
 * selects.
 */
export function rolloutTroubles({ status }: Deployment, pods: Row[]): RolloutTrouble[] {
  const troubles: RolloutTrouble[] = [];
  const failure = status?.conditions?.find(
    (each) => each.type === 'ReplicaFailure' && each.status === 'True',
  );
  if (failure !== undefined) {
    const message = failure.message ?? '';
    troubles.push({ code: admissionRefusal(message) ?? 'podsRefused', message, pods: 0 });
  }
  const states = Map.groupBy(pods, stateOf);
  for (const code of ['image', 'config', 'crashing', 'scheduling', 'notReady'] as const) {
    const count = states.get(code)?.length ?? 0;
    if (count > 0) troubles.push({ code, message: null, pods: count });
  }
  const progress = status?.conditions?.find((each) => each.type === 'Progressing');
  if (progress?.reason === 'ProgressDeadlineExceeded')
    troubles.push({ code: 'deadline', message: progress.message ?? null, pods: 0 });
  return troubles;
}
