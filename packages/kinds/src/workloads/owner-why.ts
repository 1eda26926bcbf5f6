import { admissionRefusal } from '../admission-refusal.ts';
import { newestMessage } from '../pod/pod-events.ts';
import { why, type PodWhy } from '../pod/why.ts';
import type { Event } from '../wire/core.ts';

interface Owner {
  status?: { conditions?: { type: string; status: string; message?: string }[] };
}

/**
 * Why a Deployment, a ReplicaSet or a Job gets no Pods at all: the cluster refuses to create them (a quota, an admission
 * policy). Null where it does not. `events` are the owner's and its ReplicaSets'; only where no condition tells.
 */
export function ownerWhy({ status }: Owner, events: readonly Event[] = []): PodWhy | null {
  const failure = status?.conditions?.find(
    (each) => each.type === 'ReplicaFailure' && each.status === 'True',
  );
  const message = failure === undefined ? newestMessage(events, ['FailedCreate']) : (failure.message ?? '');
  return message === null ? null : why(admissionRefusal(message) ?? 'podsRefused', message);
}
