import type { Container, ContainerState, ContainerStatus, EphemeralContainer, Pod } from '../wire/core.ts';

/** A sidecar is an init container that keeps running (`restartPolicy: Always`). */
export type ContainerRole = 'init' | 'sidecar' | 'regular' | 'ephemeral';

export interface PodContainer {
  name: string;
  role: ContainerRole;
  spec: Container | EphemeralContainer;
  /** Absent until the kubelet reports on it. */
  status: ContainerStatus | null;
  state: 'running' | 'waiting' | 'terminated' | 'unknown';
  /** The state's reason in the cluster's words: `CrashLoopBackOff`, `Completed`; empty where it gives none. */
  reason: string;
  message: string;
  ready: boolean;
  restarts: number;
}

/** Whether an init container is a sidecar (`kubernetes/pkg/api/pod.IsRestartableInitContainer`). */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always';
}

function stateOf(state: ContainerState | undefined): Pick<PodContainer, 'state' | 'reason' | 'message'> {
  if (state?.running) return { state: 'running', reason: '', message: '' };
  const kind = state?.terminated ? 'terminated' : state?.waiting ? 'waiting' : 'unknown';
  const detail = state?.terminated ?? state?.waiting;
  return { state: kind, reason: detail?.reason ?? '', message: detail?.message ?? '' };
}

function describe(
  spec: Container | EphemeralContainer,
  role: ContainerRole,
  statuses: ContainerStatus[] | undefined,
): PodContainer {
  const status = statuses?.find(({ name }) => name === spec.name) ?? null;
  return {
    name: spec.name,
    role,
    spec,
    status,
    ...stateOf(status?.state),
    ready: status?.ready ?? false,
    restarts: status?.restartCount ?? 0,
  };
}

/** Every container of a pod with its state: init and sidecar in their order, then regular, then ephemeral. */
export function containersOf(pod: Pod): PodContainer[] {
  const { spec, status } = pod;
  return [
    ...(spec?.initContainers ?? []).map((container) =>
      describe(container, isSidecar(container) ? 'sidecar' : 'init', status?.initContainerStatuses),
    ),
    ...(spec?.containers ?? []).map((container) => describe(container, 'regular', status?.containerStatuses)),
    ...(spec?.ephemeralContainers ?? []).map((container) =>
      describe(container, 'ephemeral', status?.ephemeralContainerStatuses),
    ),
  ];
}

/**
 * The container `kubectl logs` and `kubectl exec` take when none is named: the one of annotation
 * `kubectl.kubernetes.io/default-container` where it exists, else the first regular one
 * (`kubectl/pkg/cmd/util/podcmd.FindOrDefaultContainerByName`). Null for a pod without containers.
 */
export function defaultContainer(pod: Pod): string | null {
  const chosen = pod.metadata?.annotations?.['kubectl.kubernetes.io/default-container'];
  const exists = containersOf(pod).some(({ name }) => name === chosen);
  return exists && chosen !== undefined ? chosen : (pod.spec?.containers[0]?.name ?? null);
}

/** TCP ports that a Pod's containers name, each once. */
export function portsOf(pod: Pod): { name: string; port: number }[] {
  const named = containersOf(pod).flatMap(({ spec }) => spec.ports ?? []);
  const tcp = named.filter(({ protocol = 'TCP' }) => protocol === 'TCP');
  const ports = new Map(tcp.map(({ name = '', containerPort: port }) => [port, { name, port }]));
  return [...ports.values()];
}
