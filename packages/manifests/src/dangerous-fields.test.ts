import { describe, expect, test } from 'vitest';
import { dangerousFields } from './dangerous-fields.ts';
import { application } from './testing/inputs.ts';

const found = (spec: unknown, secrets: string[] = []) =>
  dangerousFields(application(spec), { secrets }).map(({ field, path }) => `${field} ${path}`);

test('what stays within the Pod is none', () => {
  const harmless = {
    container: {
      env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } }],
      envFrom: [{ configMapRef: { name: 'c' } }],
      ports: [{ name: 'http', containerPort: 80 }],
      readinessProbe: { httpGet: { port: 'http' } },
      securityContext: {
        privileged: false,
        runAsUser: 0,
        procMount: 'Default',
        seccompProfile: { type: 'RuntimeDefault' },
        seLinuxOptions: { type: 'container_t', level: 's0:c1,c2' },
        capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE', 'CHOWN'] },
      },
    },
    pod: {
      serviceAccountName: 'default',
      hostNetwork: false,
      tolerations: [{ key: 'gpu', operator: 'Exists' }],
      nodeSelector: { 'node-role.kubernetes.io/worker': '' },
      securityContext: { fsGroup: 1, sysctls: [{ name: 'net.ipv4.tcp_syncookies', value: '1' }] },
      volumes: [
        { name: 'a', emptyDir: {} },
        { name: 'b', configMap: { name: 'c' } },
        { name: 'c', projected: { sources: [{ downwardAPI: { items: [] } }, { configMap: { name: 'c' } }] } },
      ],
      sidecars: [{ name: 's', image: 'x', ports: [{ containerPort: 1 }] }],
    },
  };
  expect(found(harmless)).toEqual([]);
  expect(found({})).toEqual([]);
});

describe('in every container', () => {
  const bad = {
    securityContext: { privileged: true, capabilities: { add: ['SYS_ADMIN'] } },
    livenessProbe: { tcpSocket: { host: '169.254.169.254', port: 80 } },
    lifecycle: { postStart: { httpGet: { host: 'localhost', port: 80 } } },
    env: [{ name: 'T', valueFrom: { secretKeyRef: { name: 'other', key: 'k' } } }],
    envFrom: [{ secretRef: { name: 'other' } }],
  };
  const expected = (path: string) => [
    `hostNamespaces ${path}.livenessProbe`,
    `hostNamespaces ${path}.lifecycle.postStart`,
    `privileged ${path}.securityContext`,
    `capabilities ${path}.securityContext.capabilities`,
    `foreignSecret ${path}.env.T`,
    `foreignSecret ${path}.envFrom`,
  ];

  test('the main one', () => expect(found({ container: bad })).toEqual(expected('container')));
  test.each(['initContainers', 'sidecars'])('%s, and their ports of the node', (list) => {
    const container = { ...bad, name: 'x', image: 'x', ports: [{ containerPort: 80, hostPort: 80 }] };
    const all = found({ pod: { [list]: [container] } });
    expect(all.toSorted()).toEqual(
      [...expected(`pod.${list}.x`), `hostNamespaces pod.${list}.x.ports`].toSorted(),
    );
  });
});

test.each([
  { procMount: 'Unmasked' },
  { seccompProfile: { type: 'Unconfined' } },
  { appArmorProfile: { type: 'Unconfined' } },
  { windowsOptions: { hostProcess: true } },
  { seLinuxOptions: { type: 'spc_t' } },
  { seLinuxOptions: { user: 'system_u' } },
  { sysctls: [{ name: 'kernel.msgmax', value: '1' }] },
])('%j is as good as privileged', (securityContext) => {
  expect(found({ pod: { securityContext } })).toEqual(['privileged pod.securityContext']);
});

test('the old annotation that takes AppArmor away', () => {
  const key = 'container.apparmor.security.beta.kubernetes.io/app';
  expect(found({ pod: { annotations: { [key]: 'unconfined' } } })).toEqual([
    `privileged pod.annotations.${key}`,
  ]);
  expect(found({ pod: { annotations: { [key]: 'runtime/default' } } })).toEqual([]);
});

test('host namespaces, accounts of others, the control plane', () => {
  const pod = {
    hostNetwork: true,
    hostPID: true,
    hostIPC: true,
    serviceAccountName: 'builder',
    tolerations: [
      { key: 'gpu' },
      { operator: 'Exists' },
      { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' },
      { key: 'node-role.kubernetes.io/master', effect: 'NoSchedule' },
    ],
    nodeSelector: { 'node-role.kubernetes.io/control-plane': '' },
  };
  expect(found({ pod })).toEqual([
    'hostNamespaces pod.hostNetwork',
    'hostNamespaces pod.hostPID',
    'hostNamespaces pod.hostIPC',
    'serviceAccount pod.serviceAccountName',
    'controlPlane pod.tolerations.1',
    'controlPlane pod.tolerations.2',
    'controlPlane pod.tolerations.3',
    'controlPlane pod.nodeSelector.node-role.kubernetes.io/control-plane',
  ]);
});

test('volumes of the node, of claims, of others’ Secrets by each way in', () => {
  const volumes = [
    { name: 'a', hostPath: { path: '/' } },
    { name: 'b', persistentVolumeClaim: { claimName: 'c' } },
    { name: 'c', secret: { secretName: 'other' } },
    { name: 'd', projected: { sources: [{ secret: { name: 'own' } }, { secret: { name: 'other' } }] } },
    { name: 'e', csi: { driver: 'd', nodePublishSecretRef: { name: 'other' } } },
    { name: 'f', secret: { secretName: 'own' } },
  ];
  expect(found({ pod: { volumes } }, ['own'])).toEqual([
    'hostPath pod.volumes.a',
    'foreignClaim pod.volumes.b',
    'foreignSecret pod.volumes.c',
    'foreignSecret pod.volumes.d',
    'foreignSecret pod.volumes.e',
  ]);
});

test('the project’s own Secrets may be named', () => {
  const spec = {
    container: { envFrom: [{ secretRef: { name: 'own' } }] },
    pod: { imagePullSecrets: [{ name: 'own' }, { name: 'other' }] },
  };
  expect(found(spec, ['own'])).toEqual(['foreignSecret pod.imagePullSecrets.other']);
});
