import type { ContainerStatus, Pod } from '../wire/core.ts';
import { isSidecar } from './containers.ts';

/** What `kubectl get pod` says of a pod. */
export interface PodStatus {
  /** STATUS: `Running`, `CrashLoopBackOff`, `Init:0/2`, `Terminating` … */
  status: string;
  ready: number;
  containers: number;
  restarts: number;
  /** When the container that restarted last had ended, RFC 3339. */
  lastRestart: string | null;
}

interface Restarts {
  count: number;
  last: string | null;
}

function addRestarts(restarts: Restarts, status: ContainerStatus): void {
  restarts.count += status.restartCount;
  const finished = status.lastState?.terminated?.finishedAt;
  if (finished === undefined || finished === null) return;
  if (restarts.last === null || Date.parse(restarts.last) < Date.parse(finished)) restarts.last = finished;
}

function endOf(terminated: { reason?: string; signal?: number; exitCode: number }): string {
  if (terminated.reason !== undefined && terminated.reason !== '') return terminated.reason;
  if (terminated.signal !== undefined && terminated.signal !== 0) return `Signal:${terminated.signal}`;
  return `ExitCode:${terminated.exitCode}`;
}

function hasCondition(pod: Pod, type: string): boolean {
  return pod.status?.conditions?.find((condition) => condition.type === type)?.status === 'True';
}

function hasReadyCondition(pod: Pod): boolean {
  return (pod.status?.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True');
}

interface Progress {
  reason: string;
  ready: number;
  restarts: Restarts;
}

/** The init containers' part: the reason of the first that is not through, and what they add to READY and RESTARTS. */
function initialise(pod: Pod, sidecars: ReadonlySet<string>): Progress & { sidecarRestarts: Restarts } {
  const progress = { reason: '', ready: 0, restarts: { count: 0, last: null } as Restarts };
  const sidecarRestarts: Restarts = { count: 0, last: null };
  for (const [index, status] of (pod.status?.initContainerStatuses ?? []).entries()) {
    const sidecar = sidecars.has(status.name);
    addRestarts(progress.restarts, status);
    if (sidecar) addRestarts(sidecarRestarts, status);
    const { terminated, waiting } = status.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (sidecar && status.started === true) {
      if (status.ready) progress.ready += 1;
      continue;
    }
    if (terminated) progress.reason = `Init:${endOf(terminated)}`;
    else if (waiting?.reason && waiting.reason !== 'PodInitializing')
      progress.reason = `Init:${waiting.reason}`;
    else progress.reason = `Init:${index}/${pod.spec?.initContainers?.length ?? 0}`;
    break;
  }
  return { ...progress, sidecarRestarts };
}

/** The regular containers' part, last to first as kubectl goes, so that the first one's reason wins. */
function run(pod: Pod, progress: Progress): Progress {
  const { restarts } = progress;
  let { reason, ready } = progress;
  let running = false;
  let failure = '';
  for (const status of (pod.status?.containerStatuses ?? []).toReversed()) {
    addRestarts(restarts, status);
    const { terminated, waiting } = status.state ?? {};
    if (waiting?.reason) reason = waiting.reason;
    else if (terminated) {
      reason = endOf(terminated);
      if (terminated.exitCode !== 0) failure = reason;
    } else if (status.ready && status.state?.running) {
      running = true;
      ready += 1;
    }
  }
  if (reason === 'Completed') {
    if (running && hasReadyCondition(pod)) reason = 'Running';
    else if (failure !== '') reason = failure;
    else if (running) reason = 'NotReady';
  }
  return { reason, ready, restarts };
}

function initialReason(pod: Pod): string {
  const gated = pod.status?.conditions?.some(
    ({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated',
  );
  if (gated === true) return 'SchedulingGated';
  return pod.status?.reason || (pod.status?.phase ?? '');
}

function deletionReason(pod: Pod): string | null {
  if (pod.metadata?.deletionTimestamp === undefined) return null;
  if (pod.status?.reason === 'NodeLost') return 'Unknown';
  const phase = pod.status?.phase;
  return phase === 'Succeeded' || phase === 'Failed' ? null : 'Terminating';
}

/**
 * READY, STATUS and RESTARTS of a pod, rule by rule as `kubectl get pod` has them from the apiserver
 * (`kubernetes/pkg/printers/internalversion/printers.go`, `printPod`).
 */
export function podStatus(pod: Pod): PodStatus {
  const sidecars = new Set((pod.spec?.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
  const init = initialise(pod, sidecars);
  const begun = { reason: init.reason || initialReason(pod), ready: init.ready, restarts: init.restarts };
  const initialised = init.reason === '' || hasCondition(pod, 'Initialized');
  const { reason, ready, restarts } = initialised
    ? run(pod, { ...begun, restarts: init.sidecarRestarts })
    : begun;
  return {
    status: deletionReason(pod) ?? reason,
    ready,
    containers: (pod.spec?.containers.length ?? 0) + sidecars.size,
    restarts: restarts.count,
    lastRestart: restarts.last,
  };
}
