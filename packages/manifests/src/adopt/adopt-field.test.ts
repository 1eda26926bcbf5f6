import type { ApplicationSpec, InstanceSpec } from '@pilothouse/contract';
import { valueAt } from '@pilothouse/kinds';
import { expect, test } from 'vitest';
import { application, defaults, instance } from '../testing/inputs.ts';
import { adoptField } from './adopt-field.ts';
import type { Path } from './with-value.ts';

const cart = application({
  container: {
    ports: [{ name: 'http', containerPort: 8080 }],
    readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
    securityContext: { capabilities: { drop: ['ALL'] } },
  },
  pod: {
    sidecars: [
      { name: 'proxy', image: 'envoy:1' },
      { name: 'log', image: 'log:1' },
    ],
  },
  service: { type: 'ClusterIP', over: 'instance' },
  ingress: { rules: [{ host: 'cart.example.com', port: 'http' }] },
});

interface Case {
  kind?: string;
  path: Path;
  live: object;
  of?: ApplicationSpec;
  by?: InstanceSpec;
}
function adopted({ kind = 'Deployment', path, live, of = cart, by = instance() }: Case) {
  const layers = { application: of, instance: by, defaults: defaults() };
  return adoptField(layers, { kind, path, at: (place) => valueAt(live, place) });
}

const podPath: Path = ['spec', 'template', 'spec'];
const container: Path = [...podPath, 'containers', { name: 'app' }];
const podOf = (spec: object) => ({ spec: { template: { spec } } });
const appOf = (fields: object) => podOf({ containers: [{ name: 'app', ...fields }] });

test('a value that replaces as a whole is changed where it was changed', () => {
  const spec = adopted({
    path: [...container, 'readinessProbe', 'httpGet', 'path'],
    live: appOf({ readinessProbe: { httpGet: { path: '/up', port: 'http' }, timeoutSeconds: 1 } }),
  });
  expect(spec?.overrides.container).toEqual({
    readinessProbe: { httpGet: { path: '/up', port: 'http' } },
  });
});

test('where something was taken out, what stands in its place is adopted with it', () => {
  const tcpSocket = { port: 8080 };
  const path = [...container, 'readinessProbe', 'httpGet'];
  expect(adopted({ path, live: appOf({ readinessProbe: { tcpSocket } }) })?.overrides.container).toEqual({
    readinessProbe: { tcpSocket },
  });
  const gone = adopted({ path: [...container, 'readinessProbe'], live: appOf({}) });
  expect(gone?.overrides.container).toEqual({ readinessProbe: null });
});

test('a port that has moved keeps its name, and its Service its number', () => {
  const path = [...container, 'ports', { containerPort: 8080, protocol: 'TCP' }];
  const moved = appOf({ ports: [{ name: 'http', containerPort: 9090, protocol: 'TCP' }] });
  expect(adopted({ path, live: moved })?.overrides.container.ports).toEqual([
    { name: 'http', containerPort: 9090, protocol: 'TCP', servicePort: 8080 },
  ]);
  expect(adopted({ path, live: appOf({}) })?.overrides.container.ports).toEqual([
    { name: 'http', unset: true },
  ]);
});

test('of the containers beside it one is changed or taken away, and the others stay', () => {
  const image = [...podPath, 'initContainers', { name: 'proxy' }, 'image'];
  const initContainers = [{ name: 'proxy', image: 'envoy:2' }, { name: 'log' }];
  expect(adopted({ path: image, live: podOf({ initContainers }) })?.overrides.pod.sidecars).toEqual([
    { name: 'proxy', image: 'envoy:2' },
    { name: 'log', image: 'log:1' },
  ]);
  const gone = adopted({ path: image.slice(0, -1), live: podOf({ initContainers: [{ name: 'log' }] }) });
  expect(gone?.overrides.pod.sidecars).toEqual([{ name: 'log', image: 'log:1' }]);
});

test('the rollout, the autoscaler, the Service and the Ingress', () => {
  const recreate = { spec: { strategy: { type: 'Recreate' } } };
  for (const field of ['type', 'rollingUpdate'])
    expect(adopted({ path: ['spec', 'strategy', field], live: recreate })?.overrides.strategy).toEqual({
      type: 'Recreate',
    });
  const surge = { spec: { strategy: { rollingUpdate: { maxSurge: 2 } } } };
  expect(
    adopted({ path: ['spec', 'strategy', 'rollingUpdate', 'maxSurge'], live: surge })?.overrides.strategy,
  ).toEqual({ type: 'RollingUpdate', maxSurge: 2 });

  const by = instance({ autoscaling: { minReplicas: 1, maxReplicas: 3, cpuUtilization: 80 } });
  const scaler = { kind: 'HorizontalPodAutoscaler', by };
  const target = { type: 'Utilization', averageUtilization: 60 };
  const live = {
    spec: { maxReplicas: 5, metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }] },
  };
  expect(adopted({ ...scaler, path: ['spec', 'maxReplicas'], live })?.autoscaling?.maxReplicas).toBe(5);
  expect(adopted({ ...scaler, path: ['spec', 'metrics'], live })?.autoscaling?.cpuUtilization).toBe(60);
  expect(adopted({ ...scaler, path: [], live: {} })?.autoscaling).toBeNull();

  const type = adopted({ kind: 'Service', path: ['spec', 'type'], live: { spec: { type: 'NodePort' } } });
  expect(type?.overrides.service).toEqual({ type: 'NodePort', over: 'instance' });
  expect(adopted({ kind: 'Service', path: [], live: {} })?.overrides.service).toBeNull();

  const backend = { service: { name: 'cart-main', port: { name: 'http' } } };
  const paths = [{ path: '/shop', pathType: 'Exact', backend }];
  const ingress = { spec: { rules: [{ host: 'cart.example.com', http: { paths } }] } };
  expect(adopted({ kind: 'Ingress', path: ['spec', 'rules'], live: ingress })?.overrides.ingress).toEqual({
    rules: [{ host: 'cart.example.com', path: '/shop', pathType: 'Exact', port: 'http' }],
  });
});

test.each<[string, Path]>([
  ['Deployment', ['metadata', 'labels', 'app.kubernetes.io/name']],
  ['Deployment', ['spec', 'selector']],
  ['Deployment', [...podPath, 'containers', { name: 'other' }, 'image']],
  ['Deployment', [...podPath, 'volumes', { name: 'pilothouse-config' }, 'configMap', 'name']],
  ['Deployment', [...container, 'volumeMounts', { mountPath: '/etc/app' }, 'readOnly']],
  ['Deployment', [...container, 'ports', { containerPort: 8080, protocol: 'TCP' }, 'name']],
  ['Deployment', []],
  ['Service', ['spec', 'selector', 'a']],
  ['PodDisruptionBudget', ['spec', 'maxUnavailable']],
])('of a %s nothing says %j', (kind, path) => {
  expect(adopted({ kind, path, live: {} })).toBeNull();
});
