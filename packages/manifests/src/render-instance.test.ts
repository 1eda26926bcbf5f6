import type { Deployment, Ingress, KubernetesObject, PodSpec, Service } from '@pilothouse/kinds';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderInstance } from './render-instance.ts';
import { anyApplication, anyOverrides, inAnotherOrder } from './testing/arbitraries.ts';
import {
  application,
  applicationId,
  defaults,
  instance,
  instanceId,
  instanceToRender,
} from './testing/inputs.ts';

type Parts = NonNullable<Parameters<typeof instanceToRender>[0]>;

const render = (parts: Parts = {}) => renderInstance(instanceToRender(parts));
const kindsOf = (objects: KubernetesObject[]) => objects.map(({ kind }) => kind);
const find = <T extends KubernetesObject>(objects: KubernetesObject[], kind: string) =>
  objects.find((object) => object.kind === kind) as T;
const deploymentOf = (parts: Parts = {}) => find<Deployment>(render(parts), 'Deployment');
const templateOf = (parts: Parts = {}) => deploymentOf(parts).spec?.template;
const podOf = (parts: Parts = {}) => templateOf(parts)?.spec as PodSpec;
const containerOf = (parts: Parts = {}) => podOf(parts).containers[0];
const ports = [{ name: 'http', containerPort: 8080, servicePort: 80 }];

describe('which objects there are', () => {
  const service = { type: 'ClusterIP', over: 'instance' };
  const ingress = { rules: [{ host: 'a.example.com', port: 'http' }] };

  test('in the order in which they are applied', () => {
    const all = application({
      container: { ports },
      service,
      ingress,
      config: { mountPath: '/etc/a', files: { a: '1' } },
    });
    const autoscaling = { minReplicas: 2, maxReplicas: 3, cpuUtilization: 80 };
    expect(kindsOf(render({ application: all, instance: instance({ autoscaling }) }))).toEqual([
      'ConfigMap',
      'Deployment',
      'Service',
      'Ingress',
      'HorizontalPodAutoscaler',
      'PodDisruptionBudget',
    ]);
    expect(kindsOf(render())).toEqual(['Deployment']);
  });

  test('a budget from the second replica on', () => {
    expect(kindsOf(render({ instance: instance({ replicas: 1 }) }))).not.toContain('PodDisruptionBudget');
    const budget = find<KubernetesObject & { spec: object }>(
      render({ instance: instance({ replicas: 2 }) }),
      'PodDisruptionBudget',
    );
    expect(budget.spec).toEqual({
      maxUnavailable: 1,
      selector: { matchLabels: { 'pilothouse.io/instance': instanceId } },
    });
    const scaling = (minReplicas: number) =>
      instance({ replicas: 5, autoscaling: { minReplicas, maxReplicas: 9, cpuUtilization: 80 } });
    expect(kindsOf(render({ instance: scaling(1) }))).not.toContain('PodDisruptionBudget');
    expect(kindsOf(render({ instance: scaling(2) }))).toContain('PodDisruptionBudget');
  });

  test('no replicas where an autoscaler sets them, and none is a figure as well', () => {
    const autoscaling = { minReplicas: 1, maxReplicas: 3, cpuUtilization: 80 };
    expect(deploymentOf({ instance: instance({ replicas: 5, autoscaling }) }).spec).not.toHaveProperty(
      'replicas',
    );
    expect(deploymentOf({ instance: instance({ replicas: 0 }) }).spec?.replicas).toBe(0);
  });

  test('an Ingress goes with the Service: to the shared one only where it is the instance’s own', () => {
    const shared = application({
      container: { ports },
      service: { ...service, over: 'application' },
      ingress,
    });
    expect(kindsOf(render({ application: shared }))).toEqual(['Deployment']);
    const own = render({
      application: shared,
      instance: instance({ overrides: { ingress: { rules: [{ host: 'b.example.com', port: 'http' }] } } }),
    });
    const rule = find<Ingress>(own, 'Ingress').spec?.rules?.[0];
    expect(rule?.host).toBe('b.example.com');
    expect(rule?.http?.paths[0]?.backend.service).toEqual({ name: 'cart', port: { name: 'http' } });
  });

  test('no ConfigMap of no files', () => {
    expect(kindsOf(render({ application: application({ config: { mountPath: '/a', files: {} } }) }))).toEqual(
      ['Deployment'],
    );
  });
});

describe('labels', () => {
  test('a user’s never take the place of ours, and stand in the template alone', () => {
    const labels = { team: 'a', 'pilothouse.io/instance': 'other', 'app.kubernetes.io/managed-by': 'Helm' };
    const annotations = { note: 'n', 'pilothouse.io/restartedAt': 'never' };
    const { metadata, spec } = deploymentOf({ application: application({ pod: { labels, annotations } }) });
    expect(metadata?.labels).toEqual({
      'app.kubernetes.io/name': 'cart',
      'app.kubernetes.io/instance': 'cart-main',
      'app.kubernetes.io/part-of': 'shop',
      'app.kubernetes.io/managed-by': 'pilothouse',
      'pilothouse.io/application': applicationId,
      'pilothouse.io/instance': instanceId,
    });
    expect(spec?.template.metadata).toEqual({
      labels: {
        team: 'a',
        'app.kubernetes.io/instance': 'cart-main',
        'app.kubernetes.io/managed-by': 'pilothouse',
        'pilothouse.io/application': applicationId,
        'pilothouse.io/instance': instanceId,
      },
      annotations: { note: 'n' },
    });
    expect(spec?.selector).toEqual({ matchLabels: { 'pilothouse.io/instance': instanceId } });
  });

  test('a renamed node of the tree restarts nothing', () => {
    const input = instanceToRender({ secrets: ['TOKEN'] });
    const renamed = {
      ...input,
      application: { ...input.application, name: 'basket' },
      path: 'acme.toys.store.basket',
      project: 'store',
    };
    const [before, after] = [input, renamed].map((each) =>
      find<Deployment>(renderInstance(each), 'Deployment'),
    );
    expect(after?.metadata?.annotations).toEqual({ 'pilothouse.io/path': 'acme.toys.store.basket' });
    expect(after?.spec).toEqual(before?.spec);
  });

  test('a long name of a project is still a label', () => {
    const [deployment] = renderInstance({
      ...instanceToRender(),
      project: `${'a'.repeat(50)}-${'b'.repeat(30)}`,
    });
    expect(deployment?.metadata?.labels?.['app.kubernetes.io/part-of']).toMatch(/^a[-a-z0-9]{0,61}[a-z0-9]$/);
  });
});

describe('what restarts Pods', () => {
  const annotationsOf = (parts: Parts) => templateOf(parts)?.metadata?.annotations ?? {};
  const files = (text: string) => ({
    application: application({ config: { mountPath: '/etc/a', files: { a: text } } }),
  });

  test('another text of a file', () => {
    const hash = (text: string) => annotationsOf(files(text))['pilothouse.io/config-hash'];
    expect(hash('1')).toBe(hash('1'));
    expect(hash('1')).not.toBe(hash('2'));
  });

  test('other secrets, and a restart', () => {
    expect(annotationsOf({ secrets: ['TOKEN'], with: { restartedAt: '2026-01-01T00:00:00Z' } })).toEqual({
      'pilothouse.io/secrets-hash': 'hmac-of-secrets',
      'pilothouse.io/restartedAt': '2026-01-01T00:00:00Z',
    });
    expect(annotationsOf({})).toEqual({});
  });
});

describe('the container', () => {
  test('has no command where the first word is all there is, and empty', () => {
    const app = application({ container: { command: [''], args: [''] } });
    expect(containerOf({ application: app })).not.toHaveProperty('command');
    expect(containerOf({ application: app })).not.toHaveProperty('args');
  });

  test('gets the application’s secrets first, in order, so that its variables can refer to them; own ones win', () => {
    const env = [
      { name: 'URL', value: 'x://$(TOKEN)' },
      { name: 'KEY', value: 'by hand' },
    ];
    const parts = { application: application({ container: { env } }), secrets: ['TOKEN', 'KEY', 'ID'] };
    const name = `app-secrets-${applicationId}`;
    expect(containerOf(parts)?.env).toEqual([
      { name: 'ID', valueFrom: { secretKeyRef: { name, key: 'ID' } } },
      { name: 'TOKEN', valueFrom: { secretKeyRef: { name, key: 'TOKEN' } } },
      ...env,
    ]);
  });

  test('has its files read-only beside its own volumes', () => {
    const app = application({
      container: { volumeMounts: [{ name: 'data', mountPath: '/data' }] },
      pod: { volumes: [{ name: 'data', emptyDir: {} }] },
      config: { mountPath: '/etc/a', files: { b: '2', a: '1' } },
    });
    const objects = render({ application: app });
    const config = find<KubernetesObject & { data: object }>(objects, 'ConfigMap');
    expect(config.metadata?.name).toBe('cart-main-config');
    expect(Object.keys(config.data)).toEqual(['a', 'b']);
    const pod = find<Deployment>(objects, 'Deployment').spec?.template.spec;
    expect(pod?.volumes).toEqual([
      { name: 'data', emptyDir: {} },
      { name: 'pilothouse-config', configMap: { name: 'cart-main-config' } },
    ]);
    expect(pod?.containers[0]?.volumeMounts).toEqual([
      { name: 'data', mountPath: '/data' },
      { name: 'pilothouse-config', mountPath: '/etc/a', readOnly: true },
    ]);
  });

  test('a port of the Service is none of the container’s', () => {
    const app = application({ container: { ports } });
    expect(containerOf({ application: app })?.ports).toEqual([
      { name: 'http', containerPort: 8080, protocol: 'TCP' },
    ]);
  });
});

describe('readiness', () => {
  const probeOf = (container: object, own: object = {}) =>
    containerOf({
      application: application({ container }),
      instance: instance({ overrides: { container: own } }),
    })?.readinessProbe;
  const withPorts = {
    ports: [
      { name: 'dns', containerPort: 53, protocol: 'UDP' },
      { name: 'http', containerPort: 8080 },
    ],
  };

  test('is by default that the first TCP port takes connections', () => {
    expect(probeOf(withPorts)).toEqual({ tcpSocket: { port: 'http' } });
    expect(probeOf({ ports: [withPorts.ports[0]] })).toBeUndefined();
    expect(probeOf({})).toBeUndefined();
  });

  test('is what is said; null of an instance and an empty one of an application take the default away', () => {
    const said = { exec: { command: ['true'] } };
    expect(probeOf({ ...withPorts, readinessProbe: said })).toEqual(said);
    expect(probeOf({ ...withPorts, readinessProbe: said }, { readinessProbe: null })).toBeUndefined();
    expect(probeOf(withPorts, { readinessProbe: null })).toBeUndefined();
    expect(probeOf({ ...withPorts, readinessProbe: {} })).toBeUndefined();
  });
});

describe('the Pod', () => {
  test('is spread over nodes where there is room, unless it is not to be', () => {
    expect(podOf().topologySpreadConstraints).toEqual([
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: { 'pilothouse.io/instance': instanceId } },
      },
    ]);
    const none = application({ pod: { spread: 'none' } });
    expect(podOf({ application: none })).not.toHaveProperty('topologySpreadConstraints');
    expect(podOf({ application: none })).not.toHaveProperty('spread');
  });

  test('starts init containers first, then sidecars that stay; every image comes from the project’s registry', () => {
    const app = application({
      pod: {
        initContainers: [{ name: 'migrate', image: 'shop/migrate' }],
        sidecars: [{ name: 'proxy', image: 'ghcr.io/proxy:1' }],
      },
    });
    const pod = podOf({ application: app, defaults: defaults({ registryPrefix: 'r.example.com' }) });
    expect(pod.initContainers).toEqual([
      { name: 'migrate', image: 'r.example.com/shop/migrate' },
      { name: 'proxy', image: 'ghcr.io/proxy:1', restartPolicy: 'Always' },
    ]);
    expect(pod.containers.map(({ name, image }) => [name, image])).toEqual([
      ['app', 'r.example.com/nginx:1.29'],
    ]);
  });
});

describe('strategy', () => {
  const strategyOf = (strategy?: object) =>
    deploymentOf({ application: application({ strategy }) }).spec?.strategy;

  test('says Kubernetes’ own figures aloud, so that they go where Pods are to be recreated', () => {
    const rolling = (maxSurge: string, maxUnavailable: string | number) => ({
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge, maxUnavailable },
    });
    expect(strategyOf()).toEqual(rolling('25%', '25%'));
    expect(strategyOf({ type: 'RollingUpdate' })).toEqual(rolling('25%', '25%'));
    expect(strategyOf({ type: 'RollingUpdate', maxSurge: '50%', maxUnavailable: 0 })).toEqual(
      rolling('50%', 0),
    );
    expect(strategyOf({ type: 'Recreate', maxSurge: 1 })).toEqual({ type: 'Recreate' });
  });
});

test('a Service of its own finds one instance, by the names of its ports', () => {
  const app = application({ container: { ports }, service: { type: 'NodePort', over: 'instance' } });
  expect(find<Service>(render({ application: app }), 'Service').spec).toEqual({
    type: 'NodePort',
    selector: { 'pilothouse.io/instance': instanceId },
    ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 'http' }],
  });
});

test('any sequence of edits keeps name and selector', () => {
  const edits = fc.array(fc.tuple(anyApplication, anyOverrides, fc.nat(3)), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(edits, (sequence) => {
      for (const [spec, own, replicas] of sequence) {
        const objects = render({
          application: spec,
          instance: { ...instance({ replicas }), overrides: own },
        });
        const { metadata, spec: deployment } = find<Deployment>(objects, 'Deployment');
        expect(metadata?.name).toBe('cart-main');
        expect(deployment?.selector).toEqual({ matchLabels: { 'pilothouse.io/instance': instanceId } });
        expect(deployment?.template.metadata?.labels).toMatchObject(deployment?.selector.matchLabels ?? {});
      }
    }),
  );
});

test('the same input renders the same bytes, in whichever order its keys are', () => {
  fc.assert(
    fc.property(anyApplication, anyOverrides, (spec, own) => {
      const parts: Parts = {
        application: spec,
        instance: { ...instance({ replicas: 2 }), overrides: own },
        secrets: ['B', 'A'],
        with: { restartedAt: '2026-01-01T00:00:00Z' },
      };
      const bytes = JSON.stringify(renderInstance(instanceToRender(parts)));
      expect(JSON.stringify(renderInstance(instanceToRender(inAnotherOrder(parts))))).toBe(bytes);
    }),
  );
});
