import type { KubernetesObject } from '@pilothouse/kinds';
import { renderCronJob, renderInstance, renderShared } from '../index.ts';
import {
  application,
  applicationId,
  cronJob,
  cronJobToRender,
  defaults,
  instance,
  instanceToRender,
} from './inputs.ts';

/** An application that says something of everything. */
const full = application({
  container: {
    command: ['/bin/cart'],
    args: ['--listen', ':8080'],
    workingDir: '/srv',
    imagePullPolicy: 'IfNotPresent',
    env: [
      { name: 'LOG_LEVEL', value: 'info' },
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'CPUS', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
      { name: 'REGION', valueFrom: { configMapKeyRef: { name: 'region', key: 'name', optional: true } } },
      { name: 'DATABASE_URL', value: 'postgres://cart:$(DATABASE_PASSWORD)@db/cart' },
    ],
    envFrom: [{ prefix: 'SHARED_', configMapRef: { name: 'shared', optional: true } }],
    ports: [
      { name: 'http', containerPort: 8080, servicePort: 80 },
      { name: 'metrics', containerPort: 9090 },
      { name: 'dns', containerPort: 8053, protocol: 'UDP', servicePort: 53 },
    ],
    volumeMounts: [
      { name: 'scratch', mountPath: '/tmp' },
      { name: 'extra', mountPath: '/etc/extra/a.conf', subPath: 'a.conf', readOnly: true },
    ],
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    startupProbe: { httpGet: { path: '/ready', port: 'http' }, failureThreshold: 30 },
    readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 5 },
    livenessProbe: { grpc: { port: 9090 } },
    lifecycle: { preStop: { exec: { command: ['sleep', '5'] } } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  },
  pod: {
    labels: { team: 'cart' },
    annotations: { 'prometheus.io/scrape': 'true' },
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    tolerations: [{ key: 'dedicated', operator: 'Equal', value: 'shop', effect: 'NoSchedule' }],
    imagePullSecrets: [{ name: 'cart-registry' }],
    serviceAccountName: 'default',
    terminationGracePeriodSeconds: 60,
    priorityClassName: 'shop-high',
    securityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 1000 },
    volumes: [
      { name: 'scratch', emptyDir: { sizeLimit: '1Gi' } },
      {
        name: 'extra',
        configMap: { name: 'extra', optional: true, items: [{ key: 'a', path: 'a.conf', mode: 288 }] },
      },
      {
        name: 'tokens',
        projected: { sources: [{ serviceAccountToken: { path: 'token', audience: 'shop' } }] },
      },
    ],
    initContainers: [{ name: 'migrate', image: 'shop/migrate:7', command: ['/migrate'] }],
    sidecars: [{ name: 'proxy', image: 'envoyproxy/envoy:v1.35', ports: [{ containerPort: 15001 }] }],
  },
  service: { type: 'ClusterIP', over: 'instance', sessionAffinity: 'ClientIP' },
  ingress: {
    className: 'nginx',
    rules: [
      { host: 'cart.example.com', path: '/', pathType: 'Prefix', port: 'http' },
      { host: 'status.example.com', path: '/metrics', pathType: 'Exact', port: 'metrics' },
      { host: 'cart.example.com', path: '/api', pathType: 'ImplementationSpecific', port: 'http' },
    ],
    tlsSecretName: 'cart-tls',
  },
  config: { mountPath: '/etc/cart', files: { 'cart.yaml': 'a: 1\n', 'b.properties': 'b = ü  \r\n' } },
  strategy: { type: 'RollingUpdate', maxSurge: '50%', maxUnavailable: 0 },
});

const ofProject = defaults({
  resources: { requests: { cpu: '50m', 'ephemeral-storage': '1Gi' }, limits: { cpu: '1' } },
  tolerations: [{ key: 'pool', operator: 'Exists' }],
  nodeSelector: { pool: 'shop', 'kubernetes.io/os': 'windows' },
  imagePullSecrets: [{ name: 'shop-registry' }],
  registryPrefix: 'registry.example.com/mirror',
  ingressHosts: ['*.example.com'],
});

const shared = application({
  container: { ports: [{ name: 'http', containerPort: 8080 }] },
  service: { type: 'LoadBalancer', over: 'application' },
  ingress: { rules: [{ host: 'cart.example.com', port: 'http' }] },
});

const sharedToRender = {
  application: { id: applicationId, name: 'cart' },
  path: 'acme.games.shop.cart',
  project: 'shop',
  namespace: 'shop-test',
};

const registries = [{ host: 'registry.example.com:5000', username: 'tiger', password: 'p"ä$s:word' }];

/** What `golden/<name>.yaml` holds. */
export const goldenCases: Record<string, () => KubernetesObject[]> = {
  'instance-of-nothing-said': () => renderInstance(instanceToRender()),
  'instance-of-everything-said': () =>
    renderInstance(
      instanceToRender({
        application: full,
        instance: instance({ image: 'shop/cart:7', replicas: 3 }),
        defaults: ofProject,
        secrets: ['DATABASE_PASSWORD', 'API_KEY'],
        hasRegistries: true,
        with: { isPaused: true, restartedAt: '2026-11-28T22:00:00Z' },
      }),
    ),
  'instance-with-overrides': () =>
    renderInstance(
      instanceToRender({
        application: full,
        defaults: ofProject,
        instance: instance({
          image: 'ghcr.io/shop/cart@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
          replicas: 0,
          overrides: {
            container: {
              command: null,
              args: [''],
              env: [
                { name: 'LOG_LEVEL', value: 'debug' },
                { name: 'REGION', unset: true },
                { name: 'LANE', value: 'blue' },
              ],
              ports: [{ name: 'metrics', unset: true }],
              volumeMounts: [{ mountPath: '/etc/extra/a.conf', unset: true }],
              resources: { requests: { memory: null }, limits: { cpu: '500m' } },
              startupProbe: null,
              readinessProbe: null,
              livenessProbe: null,
            },
            pod: {
              labels: { team: null, lane: 'blue' },
              volumes: [{ name: 'extra', unset: true }],
              initContainers: null,
              tolerations: null,
              spread: 'none',
              priorityClassName: null,
            },
            service: { type: 'ClusterIP', over: 'instance', headless: true },
            ingress: null,
            config: null,
            strategy: { type: 'Recreate' },
          },
        }),
      }),
    ),
  'instance-that-scales-itself': () =>
    renderInstance(
      instanceToRender({
        application: shared,
        instance: instance({
          replicas: 1,
          autoscaling: { minReplicas: 2, maxReplicas: 8, cpuUtilization: 70 },
          overrides: { ingress: { rules: [{ host: 'blue.example.com', port: 'http' }] } },
        }),
      }),
    ),
  'what-instances-share': () =>
    renderShared({
      ...sharedToRender,
      spec: shared,
      secrets: { DATABASE_PASSWORD: 'geheim – 密码', API_KEY: '' },
      registries,
    }),
  'cron-job-of-nothing-said': () => renderCronJob(cronJobToRender()),
  'cron-job-of-everything-said': () =>
    renderCronJob(
      cronJobToRender(
        cronJob({
          image: 'shop/report:3',
          timeZone: 'Asia/Shanghai',
          suspended: true,
          concurrencyPolicy: 'Replace',
          startingDeadlineSeconds: 300,
          activeDeadlineSeconds: 3600,
          backoffLimit: 0,
          successfulJobsHistoryLimit: 1,
          failedJobsHistoryLimit: 5,
          container: {
            command: ['/report'],
            args: ['--yesterday'],
            env: [{ name: 'MODE', value: 'batch' }],
            volumeMounts: [{ name: 'out', mountPath: '/out' }],
            resources: { requests: { cpu: '1' } },
          },
          pod: { labels: { team: 'cart' }, volumes: [{ name: 'out', emptyDir: {} }] },
        }),
        ofProject,
        registries,
      ),
    ),
};
