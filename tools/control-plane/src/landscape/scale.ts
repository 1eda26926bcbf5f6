import { busyboxImage } from '../node/images.ts';
import { objectList } from '../kubectl.ts';
import type { LocalCluster } from '../local-cluster.ts';
import { waitFor } from '../wait-for.ts';
import { deployment, namespace, podSpec } from './workloads.ts';

/** How much there is of everything; the nodes are the cluster's own (`kwokNodes`). */
export interface ScaleShape {
  /** Spread over the namespaces. */
  deployments: number;
  podsPerDeployment: number;
  /** Named `scale-1` and so on. */
  namespaces: number;
}

export interface FillOptions {
  /** Told how many pods run, every few seconds. */
  onProgress?: (progress: { running: number; total: number }) => void;
  signal?: AbortSignal | undefined;
}

/**
 * Fills a cluster of fake nodes with Deployments of two-container pods and returns when every pod is Ready: 20,000 take 12 minutes of
 * 2 cores. `startScaleCluster` keeps what this made for the next time.
 */
export async function fillScale(
  cluster: LocalCluster,
  shape: ScaleShape,
  { onProgress, signal }: FillOptions = {},
): Promise<void> {
  const total = shape.deployments * shape.podsPerDeployment;
  await cluster.apply(objectList(scaleLandscape(shape)));
  await waitFor(
    `${total} pods to be Ready`,
    async () => {
      const ready = await cluster.kubectl(...readyReplicas);
      const running = ready.split(' ').reduce((sum, count) => sum + Number(count), 0);
      onProgress?.({ running, total });
      return running === total;
    },
    // ten times what 2 cores need for 20,000
    { milliseconds: 60_000 + total * 360, pause: 5000, signal },
  );
}

const readyReplicas = [
  'get',
  'deployments',
  '--all-namespaces',
  '--selector=landscape=scale',
  '--output=jsonpath={.items[*].status.readyReplicas}',
];

/** The namespaces and Deployments of a shape. */
export function scaleLandscape({ deployments, podsPerDeployment, namespaces }: ScaleShape): object[] {
  const names = Array.from({ length: namespaces }, (_, index) => `scale-${index + 1}`);
  const workloads = Array.from({ length: deployments }, (_, index) =>
    deployment(
      { name: `app-${index + 1}`, namespace: names[index % namespaces] ?? '' },
      podsPerDeployment,
      podSpec('fake', { containers: [server(index), sidecar()] }),
      { landscape: 'scale' },
    ),
  );
  return [...names.map(namespace), ...workloads];
}

/** As long as a real one: ports, probes, environment, requests and limits. */
const server = (index: number) => ({
  name: 'server',
  image: busyboxImage,
  ports: [{ name: 'http', containerPort: 8080 }],
  env: [
    { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'DATABASE_URL', value: `mysql://app-${index + 1}@database.internal:3306/app` },
    { name: 'LOG_LEVEL', value: 'info' },
  ],
  readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 10 },
  livenessProbe: { httpGet: { path: '/alive', port: 'http' }, periodSeconds: 10 },
  resources: {
    requests: { cpu: `${50 + (index % 5) * 50}m`, memory: '128Mi' },
    limits: { cpu: '1', memory: '256Mi' },
  },
});

const sidecar = () => ({
  name: 'proxy',
  image: busyboxImage,
  resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '64Mi' } },
});
