import { describe, expect, test } from 'vitest';
import { effectiveSpec } from './effective-spec.ts';
import { application, defaults, overrides } from './testing/inputs.ts';

const merged = (app: unknown, own: unknown = {}, project: unknown = {}) => {
  const { spec, origins } = effectiveSpec({
    application: application(app),
    instance: overrides(own),
    defaults: defaults(project),
  });
  return { spec, origins: Object.fromEntries(origins) };
};

describe('values', () => {
  test('an own one replaces the application’s, null takes it away, silence leaves it', () => {
    const app = { container: { command: ['/a'], args: ['x'], workingDir: '/srv' } };
    const { spec, origins } = merged(app, { container: { command: ['/b', 'c'], workingDir: null } });
    expect(spec.container).toEqual({ command: ['/b', 'c'], args: ['x'] });
    expect(origins).toEqual({
      'container.command': 'instance',
      'container.args': 'application',
      // it says where it has gone
      'container.workingDir': 'instance',
    });
  });

  test('are taken whole: nothing of the application’s probe, Service or files is left in an own one', () => {
    const app = {
      container: { readinessProbe: { httpGet: { port: 'http' }, periodSeconds: 5 } },
      service: { type: 'ClusterIP', over: 'application', headless: true },
      config: { mountPath: '/etc/a', files: { a: '1', b: '2' } },
    };
    const own = {
      container: { readinessProbe: { tcpSocket: { port: 80 } } },
      service: { type: 'NodePort', over: 'instance' },
      config: { mountPath: '/etc/a', files: { a: '3' } },
    };
    const { spec } = merged(app, own);
    expect(spec.container.readinessProbe).toEqual({ tcpSocket: { port: 80 } });
    expect(spec.service).toEqual({ type: 'NodePort', over: 'instance' });
    expect(spec.config?.files).toEqual({ a: '3' });
  });

  test('an empty command, or one of a single empty word, is none', () => {
    for (const line of [[], ['']]) {
      expect(merged({ container: { command: line, args: line } }).spec.container).toEqual({});
      const own = merged({ container: { command: ['/a'] } }, { container: { command: line } });
      expect(own.spec.container).toEqual({});
      expect(own.origins).toEqual({ 'container.command': 'instance' });
    }
    expect(merged({ container: { args: ['', 'x'] } }).spec.container.args).toEqual(['', 'x']);
  });
});

describe('named items', () => {
  test('merge by name: own wins whole and in place, unset takes away, new ones follow', () => {
    const app = {
      container: {
        env: [
          { name: 'A', value: '1' },
          { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'C', value: '3' },
        ],
      },
    };
    const own = {
      container: {
        env: [
          { name: 'NEW', value: 'n' },
          { name: 'B', value: '2' },
          { name: 'A', unset: true },
          { name: 'NOT_THERE', unset: true },
        ],
      },
    };
    const { spec, origins } = merged(app, own);
    expect(spec.container.env).toEqual([
      { name: 'B', value: '2' },
      { name: 'C', value: '3' },
      { name: 'NEW', value: 'n' },
    ]);
    expect(origins).toEqual({
      'container.env.A': 'instance',
      'container.env.B': 'instance',
      'container.env.C': 'application',
      'container.env.NEW': 'instance',
    });
  });

  test('mounts merge by their path: the same volume may be mounted twice', () => {
    const app = { container: { volumeMounts: [{ name: 'data', mountPath: '/a' }] } };
    const own = {
      container: {
        volumeMounts: [
          { name: 'data', mountPath: '/b', readOnly: true },
          { mountPath: '/a', unset: true },
        ],
      },
    };
    expect(merged(app, own).spec.container.volumeMounts).toEqual([
      { name: 'data', mountPath: '/b', readOnly: true },
    ]);
  });

  test('a volume that an instance has of its own is of one source only', () => {
    const app = { pod: { volumes: [{ name: 'data', emptyDir: {} }] } };
    const own = { pod: { volumes: [{ name: 'data', configMap: { name: 'x' } }] } };
    expect(merged(app, own).spec.pod.volumes).toEqual([{ name: 'data', configMap: { name: 'x' } }]);
  });

  test('a list of which nothing is left is none', () => {
    const app = { container: { ports: [{ name: 'http', containerPort: 80 }] } };
    expect(merged(app, { container: { ports: [{ name: 'http', unset: true }] } }).spec.container).toEqual({});
  });
});

describe('maps', () => {
  test('labels merge by key, null takes away', () => {
    const app = { pod: { labels: { a: '1', b: '2', c: '3' } } };
    const { spec, origins } = merged(app, { pod: { labels: { b: '', c: null, d: '4' } } });
    expect(spec.pod.labels).toEqual({ a: '1', b: '', d: '4' });
    expect(origins).toEqual({
      'pod.labels.a': 'application',
      'pod.labels.b': 'instance',
      'pod.labels.c': 'instance',
      'pod.labels.d': 'instance',
    });
  });

  test('resources are the instance’s, then the application’s, then the project’s, figure by figure, then none', () => {
    const { spec, origins } = merged(
      { container: { resources: { requests: { cpu: '200m' }, limits: { memory: '1Gi' } } } },
      { container: { resources: { requests: { memory: '64Mi' }, limits: { cpu: null } } } },
      {
        resources: {
          requests: { cpu: '50m', memory: '32Mi', 'ephemeral-storage': '1Gi' },
          limits: { cpu: '1' },
        },
      },
    );
    expect(spec.container.resources).toEqual({
      requests: { cpu: '200m', memory: '64Mi', 'ephemeral-storage': '1Gi' },
      limits: { memory: '1Gi' },
    });
    expect(origins).toEqual({
      'container.resources.requests.cpu': 'application',
      'container.resources.requests.memory': 'instance',
      'container.resources.requests.ephemeral-storage': 'project',
      'container.resources.limits.cpu': 'instance',
      'container.resources.limits.memory': 'application',
    });
    expect(merged({}).spec.container.resources).toBeUndefined();
  });
});

describe('of the project', () => {
  const project = {
    tolerations: [{ operator: 'Exists', key: 'pool' }],
    imagePullSecrets: [{ name: 'shop' }],
    nodeSelector: { pool: 'shop', zone: 'a' },
  };

  test('tolerations and pull secrets are added to the others', () => {
    const app = {
      pod: { tolerations: [{ key: 'gpu' }], imagePullSecrets: [{ name: 'shop' }, { name: 'own' }] },
    };
    const { spec, origins } = merged(app, {}, project);
    expect(spec.pod.tolerations).toEqual([{ key: 'gpu' }, { operator: 'Exists', key: 'pool' }]);
    expect(spec.pod.imagePullSecrets).toEqual([{ name: 'shop' }, { name: 'own' }]);
    expect(origins).toMatchObject({
      'pod.tolerations.0': 'application',
      'pod.tolerations.1': 'project',
      'pod.imagePullSecrets.shop': 'application',
    });
  });

  test('they stay where the instance takes the application’s away, and are not added twice', () => {
    const app = { pod: { tolerations: [{ key: 'gpu' }] } };
    expect(merged(app, { pod: { tolerations: null } }, project).spec.pod.tolerations).toEqual(
      project.tolerations,
    );
    const same = { pod: { tolerations: [{ key: 'pool', operator: 'Exists' }] } };
    expect(merged(same, {}, project).spec.pod.tolerations).toHaveLength(1);
  });

  test('the node selector holds where the others name no such key', () => {
    const own = { pod: { nodeSelector: { zone: 'b' } } };
    const { spec, origins } = merged({}, own, project);
    expect(spec.pod.nodeSelector).toEqual({ pool: 'shop', zone: 'b' });
    expect(origins).toMatchObject({
      'pod.nodeSelector.pool': 'project',
      'pod.nodeSelector.zone': 'instance',
    });
  });
});
