import { describe, expect, test } from 'vitest';
import { checkCronJob, checkSpec } from './check-spec.ts';
import { effectiveSpec } from './effective-spec.ts';
import { application, cronJob, defaults, overrides } from './testing/inputs.ts';

interface Around {
  own?: unknown;
  project?: object;
  autoscaling?: { minReplicas: number; maxReplicas: number; cpuUtilization: number };
}

function problems(app: unknown, { own = {}, project = {}, autoscaling }: Around = {}) {
  const of = defaults(project);
  const effective = effectiveSpec({ application: application(app), instance: overrides(own), defaults: of });
  return checkSpec(effective, { ingressHosts: of.ingressHosts, ...(autoscaling && { autoscaling }) });
}

const ports = [{ name: 'http', containerPort: 8080 }];
const problem = (path: string, code: string, params: object = {}) => ({ path, code, params });

test('what runs has no problems', () => {
  const app = {
    container: {
      command: ['/bin/cart'],
      ports,
      volumeMounts: [{ name: 'data', mountPath: '/data' }],
      resources: { requests: { cpu: '100m', memory: '1Gi' }, limits: { memory: '1024Mi' } },
      readinessProbe: { httpGet: { path: '/', port: 'http' } },
      livenessProbe: { tcpSocket: { port: 8080 } },
      lifecycle: { preStop: { sleep: { seconds: 5 } } },
    },
    pod: {
      volumes: [{ name: 'data', emptyDir: {} }],
      sidecars: [{ name: 'proxy', image: 'proxy', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
    },
    service: { type: 'ClusterIP', over: 'application' },
    ingress: { rules: [{ host: 'cart.example.com', port: 'http' }] },
    config: { mountPath: '/etc/cart', files: { a: '1' } },
    strategy: { type: 'RollingUpdate', maxSurge: 1, maxUnavailable: 0 },
  };
  expect(problems(app, { project: { ingressHosts: ['*.example.com'] } })).toEqual([]);
  expect(problems({})).toEqual([]);
});

describe('volumes', () => {
  test('one that is taken away while it is mounted', () => {
    const app = {
      container: { volumeMounts: [{ name: 'data', mountPath: '/data' }] },
      pod: { volumes: [{ name: 'data', emptyDir: {} }] },
    };
    expect(problems(app, { own: { pod: { volumes: [{ name: 'data', unset: true }] } } })).toEqual([
      problem('container.volumeMounts./data', 'volumeMissing', { name: 'data', mountPath: '/data' }),
    ]);
  });

  test('one that a sidecar mounts', () => {
    const sidecar = { name: 'proxy', image: 'proxy', volumeMounts: [{ name: 'x', mountPath: '/x' }] };
    expect(problems({ pod: { sidecars: [sidecar] } })).toEqual([
      problem('pod.sidecars.proxy.volumeMounts./x', 'volumeMissing', { name: 'x', mountPath: '/x' }),
    ]);
  });

  test('of no source, of two, of one that is not offered, or named as the one of files', () => {
    const volumes = [
      { name: 'none' },
      { name: 'two', emptyDir: {}, configMap: { name: 'x' } },
      { name: 'share', nfs: { server: 'nas', path: '/' } },
      { name: 'pilothouse-config', emptyDir: {} },
    ];
    expect(problems({ pod: { volumes } })).toEqual([
      problem('pod.volumes.none', 'volumeSource', { name: 'none', count: 0 }),
      problem('pod.volumes.two', 'volumeSource', { name: 'two', count: 2 }),
      problem('pod.volumes.share', 'volumeNotOffered', { name: 'share', source: 'nfs' }),
      problem('pod.volumes.pilothouse-config', 'reservedVolume', { name: 'pilothouse-config' }),
    ]);
  });

  test('files where a volume is mounted already; too many bytes of them', () => {
    const app = {
      container: { volumeMounts: [{ name: 'data', mountPath: '/etc/a' }] },
      pod: { volumes: [{ name: 'data', emptyDir: {} }] },
      config: { mountPath: '/etc/a', files: { a: '1' } },
    };
    expect(problems(app)).toEqual([
      problem('container.volumeMounts./etc/a', 'mountPathTwice', { mountPath: '/etc/a' }),
    ]);
    const large = Object.fromEntries(['a', 'b'].map((name) => [name, 'ü'.repeat(262_144)]));
    expect(problems({ config: { mountPath: '/etc/a', files: large } })).toEqual([
      problem('config', 'configTooLarge', { bytes: 1_048_578, limit: 1_048_576 }),
    ]);
  });
});

describe('containers', () => {
  test('two of one name, the main one’s among them', () => {
    const sidecars = [
      { name: 'app', image: 'x' },
      { name: 'proxy', image: 'x' },
    ];
    const initContainers = [{ name: 'proxy', image: 'x' }];
    expect(problems({ pod: { sidecars, initContainers } })).toEqual([
      problem('pod.sidecars.app', 'containerNameTwice', { name: 'app' }),
      problem('pod.sidecars.proxy', 'containerNameTwice', { name: 'proxy' }),
    ]);
  });

  test('a command whose first word is empty is told; one that is nothing else is none', () => {
    expect(problems({ container: { command: ['', '-c', 'ls'] } })).toEqual([
      problem('container.command', 'commandBeginsEmpty'),
    ]);
    expect(problems({ container: { command: [''] } })).toEqual([]);
    expect(problems({ container: { args: ['', 'x'] } })).toEqual([]);
  });

  test('the same port twice', () => {
    const twice = [
      ...ports,
      { name: 'web', containerPort: 8080 },
      { name: 'dns', containerPort: 8080, protocol: 'UDP' },
    ];
    expect(problems({ container: { ports: twice } })).toEqual([
      problem('container.ports.web', 'containerPortTwice', { port: 8080, protocol: 'TCP' }),
    ]);
  });

  test('a port without a name, in a form that has not been sent yet', () => {
    const effective = {
      spec: { container: { ports: [{ name: '', containerPort: 80 }] }, pod: {} },
      origins: new Map(),
    };
    expect(checkSpec(effective, { ingressHosts: [] })).toEqual([
      problem('container.ports.', 'portWithoutName', { port: 80 }),
    ]);
  });

  test('probes and hooks that say nothing, two things, or name a port that is not there', () => {
    const container = {
      ports,
      startupProbe: { periodSeconds: 5 },
      livenessProbe: { httpGet: { port: 'http' }, tcpSocket: { port: 'http' } },
      readinessProbe: { httpGet: { port: 'web' } },
      lifecycle: { preStop: { httpGet: { port: 'gone' } } },
    };
    expect(problems({ container })).toEqual([
      problem('container.startupProbe', 'probeHandler', { count: 0 }),
      problem('container.readinessProbe', 'portUnknown', { port: 'web' }),
      problem('container.livenessProbe', 'probeHandler', { count: 2 }),
      problem('container.lifecycle.preStop', 'portUnknown', { port: 'gone' }),
    ]);
  });

  test('a port that an instance takes away, and a probe of the application that is of it', () => {
    const app = { container: { ports, readinessProbe: { tcpSocket: { port: 'http' } } } };
    expect(problems(app, { own: { container: { ports: [{ name: 'http', unset: true }] } } })).toEqual([
      problem('container.readinessProbe', 'portUnknown', { port: 'http' }),
    ]);
  });
});

describe('figures', () => {
  test('a request from one layer above the limit from another', () => {
    const app = { container: { resources: { limits: { cpu: '200m', memory: '1Gi' } } } };
    const project = { resources: { requests: { cpu: '0.5', memory: '1024Mi' } } };
    expect(problems(app, { project })).toEqual([
      problem('container.resources.requests.cpu', 'requestAboveLimit', {
        resource: 'cpu',
        request: '0.5',
        limit: '200m',
      }),
    ]);
  });

  test('an autoscaler that has no request to measure against', () => {
    const autoscaling = { minReplicas: 1, maxReplicas: 2, cpuUtilization: 80 };
    expect(problems({}, { autoscaling })).toEqual([
      problem('container.resources.requests.cpu', 'autoscalingWithoutRequest'),
    ]);
    expect(problems({}, { autoscaling, project: { resources: { requests: { cpu: '1' } } } })).toEqual([]);
  });

  test('a rolling update that may neither add nor take away', () => {
    for (const none of [0, '0%'])
      expect(problems({ strategy: { type: 'RollingUpdate', maxSurge: none, maxUnavailable: 0 } })).toEqual([
        problem('strategy', 'strategyCannotMove'),
      ]);
    expect(problems({ strategy: { type: 'RollingUpdate', maxUnavailable: 0 } })).toEqual([]);
  });
});

test('labels and annotations that the platform sets itself', () => {
  const app = {
    pod: {
      labels: {
        team: 'a',
        'pilothouse.io/instance': 'x',
        'app.kubernetes.io/name': 'y',
        'app.kubernetes.io/version': '1',
      },
      annotations: { 'pilothouse.io/path': 'x' },
    },
  };
  expect(problems(app)).toEqual([
    problem('pod.labels.pilothouse.io/instance', 'reservedLabel', { key: 'pilothouse.io/instance' }),
    problem('pod.labels.app.kubernetes.io/name', 'reservedLabel', { key: 'app.kubernetes.io/name' }),
    problem('pod.annotations.pilothouse.io/path', 'reservedLabel', { key: 'pilothouse.io/path' }),
  ]);
});

describe('how it is reached', () => {
  const service = { type: 'ClusterIP', over: 'instance' };

  test('a Service without a port, unless it is headless', () => {
    expect(problems({ service })).toEqual([problem('service', 'serviceWithoutPort')]);
    expect(problems({ service: { ...service, headless: true } })).toEqual([]);
  });

  test('headless is of a ClusterIP only', () => {
    expect(
      problems({ container: { ports }, service: { ...service, type: 'NodePort', headless: true } }),
    ).toEqual([problem('service.headless', 'headlessType', { type: 'NodePort' })]);
  });

  test('two ports of one number at the Service', () => {
    const two = [
      { name: 'http', containerPort: 8080, servicePort: 80 },
      { name: 'web', containerPort: 8081, servicePort: 80 },
    ];
    expect(problems({ container: { ports: two }, service })).toEqual([
      problem('container.ports.web', 'servicePortTwice', { port: 80, protocol: 'TCP' }),
    ]);
    expect(problems({ container: { ports: two } })).toEqual([]);
  });

  test('an Ingress without a Service, to a port that is not there, or of a host that may not be', () => {
    const ingress = (host: string, port = 'http') => ({ rules: [{ host, port }] });
    expect(problems({ ingress: ingress('a.example.com') })).toEqual([
      problem('ingress', 'ingressWithoutService'),
    ]);
    const hosts = (host: string, ingressHosts: string[], port?: string) =>
      problems(
        { container: { ports }, service, ingress: ingress(host, port) },
        { project: { ingressHosts } },
      ).map(({ path, code }) => `${path} ${code}`);
    expect(hosts('a.example.com', ['a.example.com'], 'web')).toEqual(['ingress.rules.0.port portUnknown']);
    const refused = ['ingress.rules.0.host hostNotAllowed'];
    expect(hosts('a.example.com', [])).toEqual(refused);
    expect(hosts('a.example.com', ['*.example.com'])).toEqual([]);
    expect(hosts('*.example.com', ['*.example.com'])).toEqual([]);
    expect(hosts('example.com', ['*.example.com'])).toEqual(refused);
    expect(hosts('a.b.example.com', ['*.example.com'])).toEqual(refused);
    expect(hosts('*.example.com', ['a.example.com'])).toEqual(refused);
    expect(hosts('a.badexample.com', ['*.example.com'])).toEqual(refused);
  });
});

test('a cron job is checked with the project’s defaults', () => {
  const spec = cronJob({
    container: {
      volumeMounts: [{ name: 'out', mountPath: '/out' }],
      resources: { limits: { cpu: '100m' } },
    },
  });
  const of = defaults({ resources: { requests: { cpu: '1' } } });
  expect(checkCronJob(spec, of).map(({ code }) => code)).toEqual(['requestAboveLimit', 'volumeMissing']);
});
