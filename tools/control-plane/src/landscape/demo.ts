import { busyboxImage } from '../node/images.ts';
import type { ClusterSpec } from '../state.ts';
import { deployment, namespace, pod, podSpec, service, shellContainer, type Metadata } from './workloads.ts';

const demo = (name: string): Metadata => ({ name, namespace: 'demo' });
const shop = (name: string): Metadata => ({ name, namespace: 'shop' });

/**
 * A small living landscape in the namespaces `demo` and `shop`. What only a real container can show (a crash, an image that can't be
 * pulled) is left out where there are fake nodes only; without any fake node nothing waits for one.
 */
export function demoLandscape(spec: ClusterSpec): object[] {
  return [
    namespace('demo'),
    namespace('shop'),
    ...web(),
    finishedJob(),
    manyContainers(),
    pod(demo('shell'), podSpec('anywhere', { containers: [shellContainer('shell', idle)] })),
    ...(spec.realNode ? [crashing(), unpullable()] : []),
    ...(spec.kwokNodes > 0 ? catalog() : []),
  ];
}

const idle = 'trap exit TERM; while :; do sleep 3600 & wait $!; done';

const numberedLines = (text: string) =>
  `trap exit TERM; i=0; while :; do i=$((i+1)); echo "${text} $i"; sleep 1 & wait $!; done`;

/** Serves a page and logs a numbered line per second. */
function web(): object[] {
  const probe = { httpGet: { path: '/', port: 8080 }, periodSeconds: 5 };
  const container = shellContainer('web', `httpd -p 8080 -h /var/www && ${numberedLines('request')}`, {
    ports: [{ name: 'http', containerPort: 8080 }],
    readinessProbe: probe,
    livenessProbe: probe,
    volumeMounts: [{ name: 'pages', mountPath: '/var/www' }],
    envFrom: [{ configMapRef: { name: 'web-settings' } }],
  });
  const volumes = [{ name: 'pages', configMap: { name: 'web-pages' } }];
  return [
    configMap('web-pages', { 'index.html': '<h1>Hello from the demo cluster</h1>\n' }),
    configMap('web-settings', { GREETING: 'Hello', LOG_LEVEL: 'info' }),
    deployment(demo('web'), 2, podSpec('anywhere', { containers: [container], volumes })),
    service(demo('web'), 8080),
  ];
}

const crashing = () =>
  pod(
    demo('crashing'),
    podSpec('anywhere', {
      containers: [
        shellContainer('app', 'echo starting; sleep 2; echo "fatal: cannot reach the database" >&2; exit 1'),
      ],
    }),
  );

const unpullable = () =>
  pod(
    demo('unpullable'),
    podSpec('anywhere', {
      containers: [{ ...shellContainer('app', idle), image: 'localhost/none:1' }],
    }),
  );

const finishedJob = () => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: demo('migrate'),
  spec: {
    backoffLimit: 2,
    template: {
      spec: podSpec('anywhere', {
        restartPolicy: 'Never',
        containers: [shellContainer('migrate', 'for i in 1 2 3; do echo "step $i of 3"; done')],
      }),
    },
  },
});

/** An init container, a sidecar and two containers in one pod. */
const manyContainers = () =>
  pod(
    demo('many-containers'),
    podSpec('anywhere', {
      initContainers: [
        shellContainer('prepare', 'echo prepared > /scratch/state; cat /scratch/state', scratchMount),
        shellContainer('proxy', numberedLines('proxy'), { restartPolicy: 'Always' }),
      ],
      containers: [
        shellContainer('app', numberedLines('app'), scratchMount),
        shellContainer('reporter', numberedLines('reporter')),
      ],
      volumes: [{ name: 'scratch', emptyDir: {} }],
    }),
  );

const scratchMount = { volumeMounts: [{ name: 'scratch', mountPath: '/scratch' }] };

/** A container that only kwok will play. */
const fakeContainer = (name: string, cpu: string, memory: string) => ({
  name,
  image: busyboxImage,
  resources: { requests: { cpu, memory }, limits: { cpu, memory } },
});

/** Pods on the fake nodes. */
function catalog(): object[] {
  const containers = [fakeContainer('catalog', '250m', '256Mi'), fakeContainer('cache', '100m', '128Mi')];
  return [
    deployment(shop('catalog'), 6, podSpec('fake', { containers })),
    service(shop('catalog'), 8080),
    deployment(shop('cart'), 2, podSpec('fake', { containers: [fakeContainer('cart', '1', '1Gi')] })),
  ];
}

const configMap = (name: string, data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: demo(name),
  data,
});
