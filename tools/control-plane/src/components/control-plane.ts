import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterSpec } from '../state.ts';
import { flags, type ClusterContext, type Component } from './component.ts';
import { leaseSeconds } from './kwok.ts';

/** Allocatable addresses of Services; nothing routes them. */
const serviceRange = '10.0.0.0/24';

const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
rules:
  - level: Metadata
`;

/** Thousands of fake nodes tell of themselves rarely. */
const kwokPatience = (spec: ClusterSpec) => ({
  'node-monitor-period': '25s',
  'node-monitor-grace-period': `${leaseSeconds(spec)}s`,
});
/** A node is told from a dead one as soon as a busy machine allows. */
const realPatience = { 'node-monitor-grace-period': '30s' };

export function etcd({ layout, tools, ports }: ClusterContext): Component {
  const client = `https://127.0.0.1:${ports.etcd}`;
  const peer = `http://127.0.0.1:${ports.etcdPeer}`;
  return {
    name: 'etcd',
    command: tools.etcd,
    arguments: flags({
      name: 'etcd',
      'data-dir': join(layout.data, 'etcd'),
      'unsafe-no-fsync': true,
      'quota-backend-bytes': 4 * 1024 ** 3,
      'listen-client-urls': client,
      'advertise-client-urls': client,
      'listen-peer-urls': peer,
      'initial-advertise-peer-urls': peer,
      'initial-cluster': `etcd=${peer}`,
      'client-cert-auth': true,
      'trusted-ca-file': join(layout.pki, 'ca.crt'),
      'cert-file': join(layout.pki, 'etcd-server.crt'),
      'key-file': join(layout.pki, 'etcd-server.key'),
      'log-level': 'warn',
    }),
  };
}

export async function apiServer({ spec, layout, tools, ports }: ClusterContext): Promise<Component> {
  const policy = join(layout.configs, 'audit-policy.yaml');
  await mkdir(layout.configs, { recursive: true });
  await writeFile(policy, auditPolicy);
  const pki = (file: string) => join(layout.pki, file);
  return {
    name: 'kube-apiserver',
    command: tools['kube-apiserver'],
    arguments: flags({
      'bind-address': '127.0.0.1',
      'secure-port': ports.apiserver,
      'cert-dir': join(layout.data, 'apiserver'),
      'tls-cert-file': pki('kube-apiserver.crt'),
      'tls-private-key-file': pki('kube-apiserver.key'),
      'client-ca-file': pki('ca.crt'),
      'etcd-servers': `https://127.0.0.1:${ports.etcd}`,
      'etcd-cafile': pki('ca.crt'),
      'etcd-certfile': pki('etcd-client.crt'),
      'etcd-keyfile': pki('etcd-client.key'),
      'authorization-mode': 'Node,RBAC',
      'anonymous-auth': false,
      'allow-privileged': true,
      'endpoint-reconciler-type': 'none',
      'service-cluster-ip-range': serviceRange,
      'service-account-issuer': 'https://kubernetes.default.svc',
      'service-account-key-file': pki('service-account.pub'),
      'service-account-signing-key-file': pki('service-account.key'),
      'kubelet-client-certificate': pki('kubelet-client.crt'),
      'kubelet-client-key': pki('kubelet-client.key'),
      'kubelet-certificate-authority': pki('ca.crt'),
      'kubelet-preferred-address-types': 'InternalIP,Hostname',
      'requestheader-client-ca-file': pki('front-proxy-ca.crt'),
      'requestheader-allowed-names': 'front-proxy-client',
      'requestheader-username-headers': 'X-Remote-User',
      'requestheader-group-headers': 'X-Remote-Group',
      'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
      'proxy-client-cert-file': pki('front-proxy-client.crt'),
      'proxy-client-key-file': pki('front-proxy-client.key'),
      'audit-policy-file': policy,
      'audit-log-path': layout.auditLog,
      // so that there is a server to try that has none, as most had until then
      ...(spec.kubernetes === '1.34' && { 'feature-gates': 'WatchList=false' }),
    }),
  };
}

export function controllerManager({ spec, layout, tools }: ClusterContext): Component {
  return {
    name: 'kube-controller-manager',
    command: tools['kube-controller-manager'],
    arguments: flags({
      kubeconfig: join(layout.kubeconfigs, 'kube-controller-manager'),
      // no port: its own health is seen by what it does
      'secure-port': 0,
      'leader-elect': false,
      'kube-api-qps': 5000,
      'kube-api-burst': 10000,
      'use-service-account-credentials': true,
      'root-ca-file': join(layout.pki, 'ca.crt'),
      'service-account-private-key-file': join(layout.pki, 'service-account.key'),
      'cluster-signing-cert-file': join(layout.pki, 'ca.crt'),
      'cluster-signing-key-file': join(layout.pki, 'ca.key'),
      ...(spec.kwokNodes > 0 ? kwokPatience(spec) : realPatience),
    }),
  };
}

export function scheduler({ layout, tools }: ClusterContext): Component {
  return {
    name: 'kube-scheduler',
    command: tools['kube-scheduler'],
    arguments: flags({
      kubeconfig: join(layout.kubeconfigs, 'kube-scheduler'),
      'secure-port': 0,
      'leader-elect': false,
      'kube-api-qps': 5000,
      'kube-api-burst': 10000,
    }),
  };
}
