import { join } from 'node:path';
import { flags, type ClusterContext, type Component } from './component.ts';

/** Collects what kubelets measure, for `kubectl top`. */
export function metricsServer({ layout, tools, ports }: ClusterContext): Component {
  const kubeconfig = join(layout.kubeconfigs, 'metrics-server');
  return {
    name: 'metrics-server',
    command: tools['metrics-server'],
    arguments: flags({
      kubeconfig,
      'authentication-kubeconfig': kubeconfig,
      'authorization-kubeconfig': kubeconfig,
      'bind-address': '127.0.0.1',
      'secure-port': ports.metrics,
      'cert-dir': join(layout.data, 'metrics-server'),
      'kubelet-use-node-status-port': true,
      'kubelet-insecure-tls': true,
      'kubelet-preferred-address-types': 'InternalIP',
      'metric-resolution': '15s',
    }),
  };
}

/** The objects by which the apiserver finds it. */
export function metricsObjects(port: number): object[] {
  const name = 'metrics-server';
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: 'kube-system' },
      spec: { type: 'ExternalName', externalName: '127.0.0.1', ports: [{ port, protocol: 'TCP' }] },
    },
    {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: 'v1beta1.metrics.k8s.io' },
      spec: {
        group: 'metrics.k8s.io',
        version: 'v1beta1',
        service: { name, namespace: 'kube-system', port },
        insecureSkipTLSVerify: true,
        groupPriorityMinimum: 100,
        versionPriority: 100,
      },
    },
  ];
}
