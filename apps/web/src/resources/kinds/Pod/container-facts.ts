import type { Container, PodContainer } from '@pilothouse/kinds';

type Probe = NonNullable<Container['livenessProbe']>;

/** A probe in one line, as `kubectl describe pod` writes it. */
export function probeText(probe: Probe): string {
  const timing = `delay=${probe.initialDelaySeconds ?? 0}s timeout=${probe.timeoutSeconds ?? 1}s period=${probe.periodSeconds ?? 10}s #success=${probe.successThreshold ?? 1} #failure=${probe.failureThreshold ?? 3}`;
  return `${probeAction(probe)} ${timing}`;
}

function probeAction({ exec, httpGet, tcpSocket, grpc }: Probe): string {
  if (exec) return `exec [${(exec.command ?? []).join(' ')}]`;
  if (httpGet)
    return `http-get ${(httpGet.scheme ?? 'HTTP').toLowerCase()}://${httpGet.host ?? ''}:${httpGet.port}${httpGet.path ?? ''}`;
  if (tcpSocket) return `tcp-socket ${tcpSocket.host ?? ''}:${tcpSocket.port}`;
  return grpc ? `grpc <pod>:${grpc.port} ${grpc.service ?? ''}`.trim() : 'unknown';
}

/** `8080/TCP (http)`, comma separated. */
export function portsText(container: Pick<Container, 'ports'>): string {
  return (container.ports ?? [])
    .map(
      ({ containerPort, protocol = 'TCP', name }) =>
        `${containerPort}/${protocol}${name === undefined ? '' : ` (${name})`}`,
    )
    .join(', ');
}

/** Where an environment variable's value comes from; a literal is itself. Secrets' values are never here. */
export function environmentOf(
  container: Pick<Container, 'env' | 'envFrom'>,
): { name: string; value: string }[] {
  const single = (container.env ?? []).map(({ name, value, valueFrom }) => {
    if (valueFrom?.secretKeyRef)
      return { name, value: `Secret ${valueFrom.secretKeyRef.name}/${valueFrom.secretKeyRef.key}` };
    if (valueFrom?.configMapKeyRef)
      return { name, value: `ConfigMap ${valueFrom.configMapKeyRef.name}/${valueFrom.configMapKeyRef.key}` };
    if (valueFrom?.fieldRef) return { name, value: valueFrom.fieldRef.fieldPath };
    if (valueFrom?.resourceFieldRef) return { name, value: valueFrom.resourceFieldRef.resource };
    return { name, value: value ?? '' };
  });
  const whole = (container.envFrom ?? []).map(({ prefix = '', configMapRef, secretRef }) => ({
    name: `${prefix}*`,
    value: secretRef ? `Secret ${secretRef.name}` : `ConfigMap ${configMapRef?.name ?? ''}`,
  }));
  return [...single, ...whole];
}

/** How worried one should be about a container, and the words for it. */
export function containerState(container: PodContainer): {
  tone: 'ok' | 'progress' | 'warning' | 'error' | 'neutral';
  text: string;
} {
  const { state, reason, role, ready } = container;
  const exitCode = container.status?.state?.terminated?.exitCode;
  if (state === 'running') return { tone: ready || role === 'ephemeral' ? 'ok' : 'warning', text: 'Running' };
  if (state === 'terminated')
    return {
      tone: exitCode === 0 ? 'neutral' : 'error',
      text: exitCode === 0 ? reason : `${reason} (${exitCode})`,
    };
  const isUsual = reason === '' || reason === 'ContainerCreating' || reason === 'PodInitializing';
  return { tone: isUsual ? 'progress' : 'error', text: reason === '' ? 'Waiting' : reason };
}
