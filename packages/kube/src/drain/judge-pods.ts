import { isTerminal, type OwnerReference, type Pod } from '@pilothouse/kinds';
import type { KubeError } from '../transport/kube-error.ts';

/** kubectl's options that decide which pods go. */
export interface JudgeOptions {
  ignoreDaemonSets: boolean;
  deleteEmptyDirData: boolean;
  force: boolean;
  /** Seconds; pods that are terminating for longer are left alone. 0: none is. */
  skipWaitForDeleteTimeout: number;
}

/** What is worth saying about a pod that goes. */
export type PodWarning = 'daemonSetGone' | 'emptyDir' | 'noController' | 'finished';

/** What becomes of one pod of a node. */
export type Verdict =
  | { outcome: 'evict'; warnings: PodWarning[] }
  /** Stays, and the node counts as drained. */
  | { outcome: 'skip'; reason: 'deletedLongAgo' | 'daemonSet' | 'mirror' }
  /** Keeps the whole node from being drained. */
  | { outcome: 'refuse'; reason: 'daemonSet' | 'emptyDir' | 'noController' }
  /** Its DaemonSet is gone, or cannot be read: `error` is the cluster's answer. */
  | { outcome: 'refuse'; reason: 'daemonSetGone' | 'daemonSetUnreadable'; error: KubeError };

/** What a look-up of a pod's DaemonSet came to: it is there, or the error. */
export type DaemonSetAnswer = 'there' | KubeError;

/** The owner that controls an object (`metav1.GetControllerOf`): one that merely owns it does not count. */
export function controllerOf(pod: Pod): OwnerReference | undefined {
  return pod.metadata?.ownerReferences?.find(({ controller }) => controller === true);
}

/**
 * The DaemonSet whose living pod this is, `namespace/name`: kind and group count, and finished pods pass
 * (`kubectl/pkg/drain/filters.go`, daemonSetFilter). Undefined where none has to be looked up.
 */
export function daemonSetOf(pod: Pod): string | undefined {
  const controller = controllerOf(pod);
  if (controller?.kind !== 'DaemonSet' || controller.apiVersion !== 'apps/v1') return undefined;
  return isTerminal(pod.status?.phase) ? undefined : `${pod.metadata?.namespace}/${controller.name}`;
}

/** Whether a pod is terminating for longer than `seconds`, in whole seconds (`filters.go`, shouldSkipPod). */
export function isDeletedSince(deletedAt: string | null | undefined, seconds: number, now: number): boolean {
  if (seconds <= 0 || deletedAt === null || deletedAt === undefined) return false;
  return Math.trunc((now - Date.parse(deletedAt)) / 1000) > seconds;
}

type Filter = (pod: Pod, context: Context) => Verdict | PodWarning | undefined;
interface Context {
  options: JudgeOptions;
  now: number;
  daemonSet: (key: string) => DaemonSetAnswer;
}

/** In kubectl's order (`filters.go`, makeFilters): the first that keeps a pod ends the chain. */
const filters: Filter[] = [
  function skipDeleted(pod, { options, now }) {
    const isOld = isDeletedSince(pod.metadata?.deletionTimestamp, options.skipWaitForDeleteTimeout, now);
    return isOld ? { outcome: 'skip', reason: 'deletedLongAgo' } : undefined;
  },
  function daemonSet(pod, { options, daemonSet }) {
    const key = daemonSetOf(pod);
    if (key === undefined) return undefined;
    const answer = daemonSet(key);
    if (answer !== 'there') {
      if (!answer.is(404)) return { outcome: 'refuse', reason: 'daemonSetUnreadable', error: answer };
      return options.force ? 'daemonSetGone' : { outcome: 'refuse', reason: 'daemonSetGone', error: answer };
    }
    return options.ignoreDaemonSets
      ? { outcome: 'skip', reason: 'daemonSet' }
      : { outcome: 'refuse', reason: 'daemonSet' };
  },
  function mirrorPod(pod) {
    const isMirror = Object.hasOwn(pod.metadata?.annotations ?? {}, 'kubernetes.io/config.mirror');
    return isMirror ? { outcome: 'skip', reason: 'mirror' } : undefined;
  },
  function localStorage(pod, { options }) {
    if (isTerminal(pod.status?.phase)) return undefined;
    // an emptyDir without settings is an empty object
    if (!pod.spec?.volumes?.some(({ emptyDir }) => emptyDir !== undefined && emptyDir !== null))
      return undefined;
    return options.deleteEmptyDirData ? 'emptyDir' : { outcome: 'refuse', reason: 'emptyDir' };
  },
  function unreplicated(pod, { options }) {
    if (isTerminal(pod.status?.phase) || controllerOf(pod) !== undefined) return undefined;
    return options.force ? 'noController' : { outcome: 'refuse', reason: 'noController' };
  },
];

/**
 * Judges a pod as `kubectl drain` does (`kubectl/pkg/drain/filters.go`); where kubectl keeps the last warning, all are
 * kept. `daemonSet` answers for every key of {@link daemonSetOf}.
 */
export function judgePod(
  pod: Pod,
  options: JudgeOptions,
  daemonSet: (key: string) => DaemonSetAnswer,
  now = Date.now(),
): Verdict {
  // they pass every filter and every budget, and their logs go
  const warnings: PodWarning[] = isTerminal(pod.status?.phase) ? ['finished'] : [];
  for (const filter of filters) {
    const said = filter(pod, { options, now, daemonSet });
    if (typeof said === 'string') warnings.push(said);
    else if (said !== undefined) return said;
  }
  return { outcome: 'evict', warnings };
}
