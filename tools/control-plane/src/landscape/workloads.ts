import { fakeNodeLabels, fakeNodeTaint } from '../components/kwok.ts';
import { busyboxImage } from '../node/images.ts';

/** Where a pod runs: on the real node (or wherever there is room), or on a fake one. */
export type Placement = 'anywhere' | 'fake';

export interface Metadata {
  name: string;
  namespace: string;
}

/** A container that runs a shell script. */
export const shellContainer = (name: string, script: string, more: object = {}): object => ({
  name,
  image: busyboxImage,
  imagePullPolicy: 'IfNotPresent',
  command: ['sh', '-c', script],
  resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } },
  ...more,
});

export const namespace = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name },
});

export function podSpec(placement: Placement, spec: object): object {
  // none of the scripts has anything to put away, and the cluster has no DNS of its own
  const common = { terminationGracePeriodSeconds: 2, dnsPolicy: 'Default', ...spec };
  if (placement === 'anywhere') return common;
  const { key, value, effect } = fakeNodeTaint;
  const tolerations = [{ key, value, effect, operator: 'Equal' }];
  return { ...common, nodeSelector: fakeNodeLabels, tolerations };
}

export const pod = (metadata: Metadata, spec: object): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { ...metadata, labels: labelsOf(metadata.name) },
  spec,
});

/** `labels` are the Deployment's own, beside those that its pods have too. */
export const deployment = (
  metadata: Metadata,
  replicas: number,
  spec: object,
  labels: Record<string, string> = {},
): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { ...metadata, labels: { ...labels, ...labelsOf(metadata.name) } },
  spec: {
    replicas,
    selector: { matchLabels: labelsOf(metadata.name) },
    template: { metadata: { labels: labelsOf(metadata.name) }, spec },
  },
});

export const service = (metadata: Metadata, targetPort: number): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { ...metadata, labels: labelsOf(metadata.name) },
  spec: { selector: labelsOf(metadata.name), ports: [{ name: 'http', port: 80, targetPort }] },
});

const labelsOf = (name: string) => ({ 'app.kubernetes.io/name': name });
