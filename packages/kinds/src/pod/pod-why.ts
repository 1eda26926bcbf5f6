import type { Event, Pod } from '../wire/core.ts';
import { containerWhy } from './container-why.ts';
import { containersOf } from './containers.ts';
import { newestMessage } from './pod-events.ts';
import { why, type PodWhy } from './why.ts';

/** What a kubelet says of itself when it will not run a Pod, or no more (`status.reason`). */
const endedByNode: ReadonlyMap<
  string,
  'evicted' | 'nodeLost' | 'nodeShutdown' | 'deadlineExceeded' | 'preempted'
> = new Map([
  ['Evicted', 'evicted'],
  ['NodeLost', 'nodeLost'],
  ['NodeShutdown', 'nodeShutdown'],
  ['Terminated', 'nodeShutdown'],
  ['DeadlineExceeded', 'deadlineExceeded'],
  ['Preempting', 'preempted'],
]);
const mountEvents = ['FailedMount', 'FailedAttachVolume', 'FailedMapVolume'];

/**
 * Why a Pod does not run, or runs but is not ready, the most telling first cause only; null where it runs, has done what
 * it was to do, is being deleted, or nobody can tell (yet). `events` may be any; those that are not of the Pod are left
 * out. `message` is in the cluster's own words where it has some.
 */
export function podWhy(pod: Pod, events: readonly Event[] = []): PodWhy | null {
  const { metadata, status } = pod;
  if (metadata?.deletionTimestamp !== undefined || status?.phase === 'Succeeded') return null;
  const own = events.filter(({ involvedObject }) =>
    involvedObject.uid === undefined
      ? involvedObject.kind === 'Pod' && involvedObject.name === metadata?.name
      : involvedObject.uid === metadata?.uid,
  );
  return ofNode(pod) ?? ofScheduler(pod) ?? ofContainers(pod, own) ?? ofPreparation(pod, own) ?? ofGates(pod);
}

/** The Pod has ended, and not by its containers. */
function ofNode({ status }: Pod): PodWhy | null {
  if (!status?.reason || status.phase === 'Running') return null;
  const { reason, message = '' } = status;
  const code = endedByNode.get(reason);
  if (code !== undefined) return why(code, message);
  return status.phase === 'Failed' ? why('refusedByNode', message, { reason }) : null;
}

function ofScheduler({ status }: Pod): PodWhy | null {
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status !== 'False') return null;
  const { reason, message = '' } = scheduled;
  if (reason === 'SchedulingGated') return why('schedulingGated', message);
  // what preempting others would bring is of no help to whoever looks for room
  const cause = message.replace(/\s*preemption: .*$/s, '').replace(/\.$/, '');
  return why('unschedulable', message, { reason: cause || (reason ?? '') });
}

function ofContainers(pod: Pod, events: readonly Event[]): PodWhy | null {
  const containers = containersOf(pod).filter(({ role }) => role !== 'ephemeral');
  for (const container of containers) {
    const cause = containerWhy(container, pod, events);
    if (cause !== null) return cause;
  }
  const init = containers.find(({ role, state }) => role === 'init' && state === 'running');
  return init === undefined ? null : why('initRunning', '', { container: init.name });
}

/** Bound to a node, and no container there yet: volumes and the sandbox come first. */
function ofPreparation({ status }: Pod, events: readonly Event[]): PodWhy | null {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const hasBegun = statuses.some(({ state }) => state?.running ?? state?.terminated);
  if (status?.phase !== 'Pending' || hasBegun) return null;
  const volume = newestMessage(events, mountEvents);
  if (volume !== null) return why('volumeNotMounted', volume, { message: volume });
  const sandbox = newestMessage(events, ['FailedCreatePodSandBox', 'NetworkNotReady']);
  return sandbox === null ? null : why('sandbox', sandbox, { message: sandbox });
}

/** All containers are ready, and others are to say that the Pod is. */
function ofGates({ spec, status }: Pod): PodWhy | null {
  if (status?.phase !== 'Running') return null;
  const open = (spec?.readinessGates ?? []).find(
    ({ conditionType }) => status.conditions?.find(({ type }) => type === conditionType)?.status !== 'True',
  );
  return open === undefined ? null : why('readinessGate', '', { condition: open.conditionType });
}
