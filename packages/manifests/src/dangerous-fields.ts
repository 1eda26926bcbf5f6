import type { DangerousFieldName } from '@pilothouse/contract';
import {
  containersOf,
  record,
  records,
  type ContainerAndPod,
  type NamedContainer,
  type Wire,
} from './containers-of.ts';

interface Finding {
  field: DangerousFieldName;
  path: string;
}

/** What the Pod Security Standards let anybody add (`policy/check_capabilities_baseline.go`). */
const harmlessCapabilities = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);
/** Those of them that stay within the Pod (`policy/check_sysctls.go`). */
const harmlessSysctls = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
]);
const controlPlaneRoles = /^node-role\.kubernetes\.io\/(control-plane|master)$/;

/**
 * Which of them an effective spec uses, with the path at which it does. `own.secrets` are the names of the Secrets that
 * are the project's: those of its applications, and the ones it pulls images with. Rules are the baseline of the Pod
 * Security Standards, and what a Pod takes from its namespace besides.
 */
export function dangerousFields(spec: ContainerAndPod, own: { secrets: readonly string[] }): Finding[] {
  const containers = containersOf(spec);
  return [
    ...volumes(spec, own.secrets),
    ...hostNamespaces(spec),
    ...containers.flatMap(hostNetworkOf),
    ...[{ path: 'pod', fields: spec.pod as Wire }, ...containers].flatMap(({ path, fields }) =>
      privileges(record(fields, 'securityContext'), `${path}.securityContext`),
    ),
    ...appArmor(spec),
    ...serviceAccount(spec),
    ...containers.flatMap((container) => secretVariables(container, own.secrets)),
    ...pullSecrets(spec, own.secrets),
    ...controlPlane(spec),
  ];
}

function volumes({ pod }: ContainerAndPod, ownSecrets: readonly string[]): Finding[] {
  return (pod.volumes ?? []).flatMap((volume) => {
    const path = `pod.volumes.${volume.name}`;
    const secrets = [
      record(volume, 'secret')['secretName'],
      ...records(record(volume, 'projected'), 'sources').map((source) => record(source, 'secret')['name']),
      // of a CSI driver; other volumes that bring Secrets are not offered
      record(record(volume, 'csi'), 'nodePublishSecretRef')['name'],
    ];
    const findings: Finding[] = [];
    if ('hostPath' in volume) findings.push({ field: 'hostPath', path });
    if ('persistentVolumeClaim' in volume) findings.push({ field: 'foreignClaim', path });
    if (secrets.some((name) => isForeign(name, ownSecrets))) findings.push({ field: 'foreignSecret', path });
    return findings;
  });
}

function isForeign(name: unknown, ownSecrets: readonly string[]): boolean {
  return name !== undefined && !ownSecrets.some((own) => own === name);
}

function hostNamespaces({ pod }: ContainerAndPod): Finding[] {
  return (['hostNetwork', 'hostPID', 'hostIPC'] as const)
    .filter((key) => pod[key] === true)
    .map((key) => ({ field: 'hostNamespaces', path: `pod.${key}` }));
}

/** Ports of the node; and probes and hooks of another host, which the kubelet calls from the node's network. */
function hostNetworkOf({ path, fields }: NamedContainer): Finding[] {
  const handlers: (readonly [string, Wire])[] = [
    ...['startupProbe', 'readinessProbe', 'livenessProbe'].map((key) => [key, record(fields, key)] as const),
    ...['postStart', 'preStop'].map(
      (key) => [`lifecycle.${key}`, record(record(fields, 'lifecycle'), key)] as const,
    ),
  ];
  const callsHost = ([, handler]: readonly [string, Wire]) =>
    ['httpGet', 'tcpSocket'].some((key) => Boolean(record(handler, key)['host']));
  return [
    ...handlers
      .filter(callsHost)
      .map(([key]): Finding => ({ field: 'hostNamespaces', path: `${path}.${key}` })),
    ...(records(fields, 'ports').some(({ hostPort }) => Boolean(hostPort))
      ? [{ field: 'hostNamespaces', path: `${path}.ports` } satisfies Finding]
      : []),
  ];
}

function privileges(context: Wire, path: string): Finding[] {
  const isUnconfined = (key: string) => record(context, key)['type'] === 'Unconfined';
  const isPrivileged =
    context['privileged'] === true ||
    record(context, 'windowsOptions')['hostProcess'] === true ||
    (context['procMount'] ?? 'Default') !== 'Default' ||
    isUnconfined('seccompProfile') ||
    isUnconfined('appArmorProfile') ||
    hasSeLinux(record(context, 'seLinuxOptions')) ||
    records(context, 'sysctls').some(({ name }) => !harmlessSysctls.has(String(name)));
  const added = record(context, 'capabilities')['add'];
  const findings: Finding[] = [];
  if (isPrivileged) findings.push({ field: 'privileged', path });
  if (Array.isArray(added) && added.some((name) => !harmlessCapabilities.has(String(name))))
    findings.push({ field: 'capabilities', path: `${path}.capabilities` });
  return findings;
}

/** `policy/check_seLinuxOptions.go`: a user or role of its own, or a type that is none of containers. */
function hasSeLinux({ type, user, role }: Wire): boolean {
  const types = ['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t'];
  return Boolean(user) || Boolean(role) || !types.includes(String(type ?? ''));
}

/** The annotation that came before `appArmorProfile`, and still holds. */
function appArmor({ pod }: ContainerAndPod): Finding[] {
  return Object.entries(pod.annotations ?? {})
    .filter(
      ([key, value]) =>
        key.startsWith('container.apparmor.security.beta.kubernetes.io/') && value === 'unconfined',
    )
    .map(([key]) => ({ field: 'privileged', path: `pod.annotations.${key}` }));
}

function serviceAccount({ pod }: ContainerAndPod): Finding[] {
  const isDefault = (pod.serviceAccountName ?? 'default') === 'default';
  return isDefault ? [] : [{ field: 'serviceAccount', path: 'pod.serviceAccountName' }];
}

function secretVariables({ path, fields }: NamedContainer, ownSecrets: readonly string[]): Finding[] {
  const variables = records(fields, 'env')
    .filter((variable) =>
      isForeign(record(record(variable, 'valueFrom'), 'secretKeyRef')['name'], ownSecrets),
    )
    .map(({ name }): Finding => ({ field: 'foreignSecret', path: `${path}.env.${String(name)}` }));
  const all = records(fields, 'envFrom').some((source) =>
    isForeign(record(source, 'secretRef')['name'], ownSecrets),
  );
  return all ? [...variables, { field: 'foreignSecret', path: `${path}.envFrom` }] : variables;
}

function pullSecrets({ pod }: ContainerAndPod, ownSecrets: readonly string[]): Finding[] {
  return (pod.imagePullSecrets ?? [])
    .filter(({ name }) => isForeign(name, ownSecrets))
    .map(({ name }) => ({ field: 'foreignSecret', path: `pod.imagePullSecrets.${name}` }));
}

/** A toleration of a control plane's taint, or of all; a choice of nodes by that role. */
function controlPlane({ pod }: ContainerAndPod): Finding[] {
  const tolerations = (pod.tolerations ?? []).flatMap(({ key }, index): Finding[] =>
    !key || controlPlaneRoles.test(String(key))
      ? [{ field: 'controlPlane', path: `pod.tolerations.${index}` }]
      : [],
  );
  const selected = Object.keys(pod.nodeSelector ?? {})
    .filter((key) => controlPlaneRoles.test(key))
    .map((key): Finding => ({ field: 'controlPlane', path: `pod.nodeSelector.${key}` }));
  return [...tolerations, ...selected];
}
