import { expect, test } from 'vitest';
import type { KubernetesObject } from '../kind.ts';
import { descriptorFor } from '../registry.ts';

const anew = (group: string, plural: string, object: object) =>
  descriptorFor(group, plural).anew(object as KubernetesObject);

test('a Service anew has no addresses and no ports on the nodes; none on purpose stays none', () => {
  const ports = [
    { name: 'http', port: 80, nodePort: 30_080 },
    { name: 'https', port: 443, nodePort: 30_443 },
  ];
  const spec = {
    type: 'LoadBalancer',
    clusterIP: '10.0.0.7',
    clusterIPs: ['10.0.0.7'],
    healthCheckNodePort: 30_100,
    ports,
  };
  expect(anew('core', 'services', { spec })).toEqual({
    spec: {
      type: 'LoadBalancer',
      ports: [
        { name: 'http', port: 80 },
        { name: 'https', port: 443 },
      ],
    },
  });
  const headless = { spec: { clusterIP: 'None', clusterIPs: ['None'] } };
  expect(anew('core', 'services', headless)).toEqual(headless);
  expect(anew('core', 'services', {})).toEqual({});
});

test('a Job anew has no selector but one that somebody wrote', () => {
  const labels = { app: 'x', 'batch.kubernetes.io/controller-uid': 'u', 'job-name': 'a' };
  const spec = { selector: { matchLabels: { 'controller-uid': 'u' } }, template: { metadata: { labels } } };
  expect(anew('batch', 'jobs', { metadata: { labels }, spec })).toEqual({
    metadata: { labels: { app: 'x' } },
    spec: { template: { metadata: { labels: { app: 'x' } } } },
  });
  const byHand = { spec: { ...spec, manualSelector: true } };
  expect(anew('batch', 'jobs', byHand)).toEqual(byHand);
});

test('a claim, a volume and a Pod anew are bound to none', () => {
  const annotations = { 'pv.kubernetes.io/bind-completed': 'yes', note: 'x' };
  const metadata = { annotations: { note: 'x' } };
  const claim = { metadata: { annotations }, spec: { storageClassName: 'fast', volumeName: 'pv-1' } };
  expect(anew('core', 'persistentvolumeclaims', claim)).toEqual({
    metadata,
    spec: { storageClassName: 'fast' },
  });
  const volume = { metadata: { annotations }, spec: { capacity: {}, claimRef: { name: 'a' } } };
  expect(anew('core', 'persistentvolumes', volume)).toEqual({ metadata, spec: { capacity: {} } });
  expect(anew('core', 'pods', { spec: { nodeName: 'n', containers: [] } })).toEqual({
    spec: { containers: [] },
  });
});

test('of other kinds all stays', () => {
  const object = { spec: { clusterIP: '10.0.0.7', nodeName: 'n' } };
  expect(anew('example.com', 'things', object)).toBe(object);
});
