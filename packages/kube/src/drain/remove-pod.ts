import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod } from '@pilothouse/kinds';
import { evictPod } from '../objects/evict.ts';
import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import { deleteObject, getObject } from '../objects/objects.ts';
import type { ClusterConnection } from '../transport/connection.ts';
import type { KubeError } from '../transport/kube-error.ts';
import { networkError } from '../transport/network-error.ts';
import { heldBackBy, type HeldBack } from './held-back.ts';
import { isDeletedSince } from './judge-pods.ts';
import type { NodePods, PresentPod } from './node-pods.ts';
import { isAway } from './until-answered.ts';

/** How pods are taken from their node. */
export interface RemoveOptions {
  /** The eviction API the cluster has; null: plain DELETE, which asks no budget. */
  eviction: 'v1' | 'v1beta1' | null;
  /** 0 ends a pod at once, absent is its own. */
  gracePeriodSeconds?: number | undefined;
  /** Seconds after which a terminating pod is no longer waited for; 0: always. */
  skipWaitForDeleteTimeout: number;
  /** `Date.now()` after which nothing is tried any more; null: never. */
  deadline: number | null;
  /** Between attempts; 5 s as kubectl's EvictErrorRetryDelay, without a back-off. */
  retryMs?: number;
}

/** A pod by its uid: another one of its name is left alone. */
export interface PodIdentity {
  namespace: string;
  name: string;
  uid: string;
}

/** Where a pod is on its way. */
export type RemoveStep =
  | { code: 'heldBack'; attempt: number; retryMs: number; by: HeldBack }
  /** A terminating namespace refuses evictions until it has come to this pod. */
  | { code: 'namespaceTerminating'; attempt: number; retryMs: number; message: string }
  | { code: 'unreachable'; attempt: number; retryMs: number; error: KubeError }
  /** Accepted; `since` is when it was told to end. */
  | { code: 'terminating'; since: string | null };

/** How it ended: it is gone, or nobody waits for it any more, or the time was up before it was accepted, or gone. */
export type RemoveEnd = 'gone' | 'waitSkipped' | 'neverAccepted' | 'neverGone';

export interface RemoveRun {
  connection: ClusterConnection;
  /** Started. */
  present: NodePods;
  pod: PodIdentity;
  options: RemoveOptions;
  /** An earlier attempt may have been accepted: a pod that is terminating is only waited for. */
  isRepeat: boolean;
  /** Sent with every changing call. */
  auditId?: string;
  signal: AbortSignal;
  onStep: (step: RemoveStep) => Promise<void>;
  /** The cluster has said yes; the pod is not gone yet. */
  onAccepted?: () => void;
}

/** Not yet another try: too many of our own calls wait for their turn. */
const busyMs = 200;
/** Between two looks at a pod that says nothing. */
const lookMs = 1000;

/**
 * Evicts a pod and waits until it is gone, as `kubectl drain` does (`kubectl/pkg/drain/drain.go`, evictPods and
 * waitForDelete). Every attempt carries the uid, so that a pod which came in its place is left alone, and is harmless to
 * repeat. Where kubectl gives a pod up because the cluster does not answer, it is tried again. Rejects with the KubeError
 * of a refusal that is not retried, and when `signal` aborts or the connection is closed.
 */
export async function removePod(given: RemoveRun): Promise<RemoveEnd> {
  // of a cluster that was taken away nothing is heard any more
  const signal = AbortSignal.any([given.signal, given.connection.closed]);
  const run = { ...given, signal };
  const accepted = await untilAccepted(run);
  if (accepted !== 'accepted') return accepted;
  run.onAccepted?.();
  return untilGone(run);
}

async function untilAccepted(run: RemoveRun): Promise<'accepted' | 'gone' | 'neverAccepted'> {
  const { present, pod, options, isRepeat, signal, onStep } = run;
  const { retryMs = 5000, deadline } = options;
  let isUnsure = false;
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    const found = present.find(pod);
    if (found === undefined) return 'gone';
    if (isRepeat && found.deletedAt !== null) return 'accepted';
    // looked at before an attempt only: 7 s give up at 10 s
    if (deadline !== null && Date.now() >= deadline) return 'neverAccepted';
    const said = await attemptOnce(run, { attempt, retryMs, isUnsure });
    if (typeof said === 'string') return said;
    isUnsure ||= said.code === 'unreachable';
    await onStep(said);
    await pauseWhileThere(run, retryMs);
  }
}

/**
 * One attempt; a step where there is to be another one. `isUnsure`: an earlier one was not answered, and may have been
 * accepted all the same. Rejects with what is not retried.
 */
async function attemptOnce(
  run: RemoveRun,
  { attempt, retryMs, isUnsure }: { attempt: number; retryMs: number; isUnsure: boolean },
): Promise<'accepted' | 'gone' | RemoveStep> {
  try {
    if (isUnsure && (await isAccepted(run))) return 'accepted';
    await askForRemoval(run);
    return 'accepted';
  } catch (caught) {
    const error = networkError(caught);
    if (error.is(404) || isAnother(error)) return 'gone';
    if (error.is(429)) return { code: 'heldBack', attempt, retryMs, by: heldBackBy(error) };
    if (isNamespaceTerminating(error)) {
      // it will not accept any more, but it has come to this pod already
      if (run.present.find(run.pod)?.deletedAt) return 'accepted';
      return { code: 'namespaceTerminating', attempt, retryMs, message: error.message };
    }
    if (isAway(error)) return { code: 'unreachable', attempt, retryMs, error };
    throw error;
  }
}

/** Asks for the pod itself: of a cluster that was away the watch may not have heard yet. Rejects where it is gone. */
async function isAccepted({ connection, pod, signal }: RemoveRun): Promise<boolean> {
  const { namespace, name, uid } = pod;
  const ref = { group: '', version: 'v1', plural: 'pods', namespace, name };
  try {
    const call = { priority: 'background' as const, signal };
    const { metadata } = await getObject<Pod & KubernetesObject>(connection, ref, call);
    if (metadata.uid === uid) return metadata.deletionTimestamp !== undefined;
  } catch (error) {
    // without the right to get it another eviction tells
    if (!networkError(error).is(403)) throw error;
  }
  return false;
}

/** The call itself; it is not cut short by a cancel, so that its outcome is known. */
async function askForRemoval({ connection, pod, options, auditId, signal }: RemoveRun): Promise<void> {
  const { namespace, name, uid } = pod;
  const { eviction, gracePeriodSeconds } = options;
  const call = {
    uid,
    priority: 'background' as const,
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(auditId !== undefined && { auditId }),
  };
  for (;;) {
    try {
      if (eviction !== null)
        return await evictPod(connection, { namespace, name }, { version: eviction, ...call });
      await deleteObject(connection, { group: '', version: 'v1', plural: 'pods', namespace, name }, call);
      return;
    } catch (error) {
      if (networkError(error).reason !== 'busy') throw error;
      await sleep(busyMs, undefined, { signal });
    }
  }
}

async function untilGone(run: RemoveRun): Promise<RemoveEnd> {
  const { present, pod, options, signal, onStep } = run;
  const { deadline, skipWaitForDeleteTimeout } = options;
  // most are gone before there is anything to tell
  const tellAt = Date.now() + lookMs;
  let told: string | null | undefined;
  for (;;) {
    const found = present.find(pod);
    if (found === undefined) return 'gone';
    if (isDeletedSince(found.deletedAt, skipWaitForDeleteTimeout, Date.now())) return 'waitSkipped';
    const leftMs = deadline === null ? lookMs : deadline - Date.now();
    if (leftMs <= 0) return 'neverGone';
    const since = askedAt(found);
    if (since !== told && Date.now() >= tellAt) {
      told = since;
      await onStep({ code: 'terminating', since });
    }
    await present.next(Math.min(lookMs, leftMs), signal);
  }
}

/** Waits for the next attempt; a pod that is gone meanwhile is waited for no more. */
async function pauseWhileThere({ present, pod, signal }: RemoveRun, ms: number): Promise<void> {
  const until = Date.now() + ms;
  for (let left = ms; left > 0; left = until - Date.now()) {
    await present.next(left, signal);
    if (present.find(pod) === undefined) return;
  }
}

/** `deletionTimestamp` lies the grace period ahead. */
function askedAt({ deletedAt, graceSeconds }: PresentPod): string | null {
  if (deletedAt === null) return null;
  return new Date(Date.parse(deletedAt) - (graceSeconds ?? 0) * 1000).toISOString();
}

/** The precondition did not hold: another pod has its name. */
function isAnother(error: KubeError): boolean {
  return error.is(409) && /\bUID in precondition\b/.test(error.statusObject?.message ?? '');
}

function isNamespaceTerminating({ status, statusObject }: KubeError): boolean {
  const causes = statusObject?.details?.causes ?? [];
  return status === 403 && causes.some(({ reason }) => reason === 'NamespaceTerminating');
}
