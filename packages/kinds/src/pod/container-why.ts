import type { ContainerStatus, Event, Pod } from '../wire/core.ts';
import type { PodContainer } from './containers.ts';
import { newestMessage } from './pod-events.ts';
import { why, type PodWhy } from './why.ts';

type Terminated = NonNullable<NonNullable<ContainerStatus['state']>['terminated']>;

/** The image manager's (`kubernetes/pkg/kubelet/images/types.go`). */
const pulling = [
  'ImagePullBackOff',
  'ErrImagePull',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
];
const configuring = ['CreateContainerConfigError'];
/** A container that could not be made or begun; as an end they come with exit code 128. */
const starting = [
  'CreateContainerError',
  'RunContainerError',
  'PreCreateHookError',
  'PreStartHookError',
  'PostStartHookError',
];
const notBegun = ['StartError', 'ContainerCannotRun'];
/** Of a message of termination, which may be 4 KiB. */
const longestMessage = 500;

/** Why one container does not run or is not ready; null where it does, or where it may just need a moment. */
export function containerWhy(container: PodContainer, pod: Pod, events: readonly Event[]): PodWhy | null {
  if (container.state === 'waiting') return ofWaiting(container, events);
  if (container.state === 'terminated') return ofTerminated(container, pod, events);
  return container.state === 'running' ? ofRunning(container, pod, events) : null;
}

function ofWaiting(container: PodContainer, events: readonly Event[]): PodWhy | null {
  const { name, reason, message, status } = container;
  if (pulling.includes(reason)) return ofImage(container, events);
  const image = container.spec.image ?? '';
  if (reason === 'InvalidImageName') return why('imageInvalid', message, { container: name, image });
  if (reason === 'ErrImageNeverPull') return why('imageNeverPulled', message, { container: name, image });
  if (configuring.includes(reason)) return why('containerConfig', message, { container: name, message });
  if (starting.includes(reason)) return why('containerStart', message, { container: name, message });
  const last = status?.lastState?.terminated;
  return reason === 'CrashLoopBackOff' ? ofEnd(container, last, events, message) : null;
}

/** "Back-off pulling image" says nothing; the event before it, or the rest of the message, does. */
function ofImage({ name, spec, message }: PodContainer, events: readonly Event[]): PodWhy {
  const event = newestMessage(events, ['Failed'], { container: name, begins: /^Failed to pull image/ });
  const isTelling = !/^Back-off pulling image "[^"]*"$/.test(message);
  const words = isTelling || event === null ? message : event;
  const params = { container: name, image: spec.image ?? '', message: words };
  // registries that do not tell strangers whether an image is there say both
  if (/unauthorized|authentication required|no basic auth|denied|40[13]/i.test(words))
    return why('imageUnauthorized', words, params);
  if (/not found|manifest unknown|unknown manifest/i.test(words)) return why('imageNotFound', words, params);
  return why('imagePull', words, params);
}

function ofTerminated(container: PodContainer, pod: Pod, events: readonly Event[]): PodWhy | null {
  const end = container.status?.state?.terminated;
  const isThrough = end?.exitCode === 0 && (container.role === 'init' || !restarts(pod));
  return isThrough ? null : ofEnd(container, end, events, container.message, !restarts(pod));
}

function restarts({ spec }: Pod): boolean {
  return (spec?.restartPolicy ?? 'Always') === 'Always';
}

/** How a container ended that is not to end so. */
function ofEnd(
  container: PodContainer,
  end: Terminated | undefined,
  events: readonly Event[],
  otherwise: string,
  isLast = false,
): PodWhy {
  const { name, spec, status } = container;
  const message = (end?.message ?? '').trim().slice(-longestMessage);
  if (end !== undefined && notBegun.includes(end.reason ?? ''))
    return why('containerStart', message, { container: name, message });
  if (end?.reason === 'OOMKilled') {
    const limit = (spec.resources?.limits as Record<string, string> | undefined)?.['memory'];
    return limit === undefined
      ? why('nodeOutOfMemory', message, { container: name })
      : why('outOfMemory', message, { container: name, limit });
  }
  const params = { container: name, exitCode: end?.exitCode ?? 0, restarts: status?.restartCount ?? 0 };
  if (end?.exitCode !== 0) {
    const killed = killedByProbe(name, events);
    if (killed !== null) return killed;
    const words = message || otherwise;
    return why(isLast ? 'exited' : 'crashing', words, { ...params, message });
  }
  return why('endsAtOnce', message || otherwise, params);
}

/** A probe that fails is told by events alone; the end looks like any other. */
function killedByProbe(container: string, events: readonly Event[]): PodWhy | null {
  for (const [code, begins] of [
    ['livenessFailing', /^Liveness probe (failed|errored)/],
    ['startupFailing', /^Startup probe (failed|errored)/],
  ] as const) {
    const isKilled = newestMessage(events, ['Killing'], {
      container,
      begins: code === 'livenessFailing' ? /failed liveness probe/ : /failed startup probe/,
    });
    const message = newestMessage(events, ['Unhealthy'], { container, begins });
    if (isKilled !== null && message !== null) return why(code, message, { container, message });
  }
  return null;
}

function ofRunning(container: PodContainer, pod: Pod, events: readonly Event[]): PodWhy | null {
  const { name, spec, status, ready, role } = container;
  if (ready || role === 'init' || pod.status?.phase === 'Failed') return null;
  if (status?.started === false && 'startupProbe' in spec && spec.startupProbe !== undefined) {
    const message = newestMessage(events, ['Unhealthy'], { container: name, begins: /^Startup probe/ });
    return message === null
      ? why('starting', '', { container: name })
      : why('startupFailing', message, { container: name, message });
  }
  const message = newestMessage(events, ['Unhealthy'], { container: name, begins: /^Readiness probe/ });
  return message === null
    ? why('notReady', '', { container: name })
    : why('readinessFailing', message, { container: name, message });
}
