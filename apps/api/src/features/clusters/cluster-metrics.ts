import { latencyBoundsMs, type TrafficSnapshot } from '@pilothouse/kube';
import { Counter, Gauge, type Metric, type MetricValueWithName, type Registry } from 'prom-client';

/** What one cluster costs and does, as this process sees it. */
export interface ClusterFigures {
  name: string;
  traffic: TrafficSnapshot;
}

type Labels = Record<string, string>;
type Sample = [labels: Labels, value: number];

const breakerStates: readonly TrafficSnapshot['breaker'][] = ['closed', 'open', 'halfOpen'];

/**
 * Adds what `figures` says at each scrape. Labels are the names of clusters this process has called, and words of our
 * own: nothing a cluster or a kubeconfig says becomes a label.
 */
export function addClusterMetrics(registry: Registry, figures: () => ClusterFigures[]): void {
  const collected = (
    Kind: typeof Counter | typeof Gauge,
    name: string,
    help: string,
    more: string[],
    samples: (cluster: ClusterFigures) => Sample[],
  ) =>
    new Kind({
      name: `pilothouse_cluster_${name}`,
      help,
      labelNames: ['cluster', ...more],
      registers: [registry],
      collect(this: Counter | Gauge) {
        this.reset();
        for (const cluster of figures())
          for (const [labels, value] of samples(cluster))
            this.inc({ cluster: cluster.name, ...labels }, value);
      },
    });
  const counter = (name: string, help: string, read: (cluster: ClusterFigures) => number) =>
    collected(Counter, name, help, [], (cluster) => [[{}, read(cluster)]]);
  const gauge = (name: string, help: string, read: (cluster: ClusterFigures) => number) =>
    collected(Gauge, name, help, [], (cluster) => [[{}, read(cluster)]]);

  counter('requests_total', 'Requests to the cluster that ended', ({ traffic }) => traffic.requests);
  collected(Counter, 'errors_total', 'Those that failed, by reason', ['reason'], ({ traffic }) =>
    Object.entries(traffic.errors).map(([reason, count]) => [{ reason }, count]),
  );
  counter('received_bytes_total', 'Bytes from the cluster', ({ traffic }) => traffic.bytesReceived);
  counter('sent_bytes_total', 'Bytes to the cluster', ({ traffic }) => traffic.bytesSent);
  counter(
    'breaker_openings_total',
    'Times the cluster was given up for a moment',
    ({ traffic }) => traffic.breakerOpenings,
  );
  collected(Gauge, 'breaker', '1 for the state the breaker is in', ['state'], ({ traffic }) =>
    breakerStates.map((state) => [{ state }, Number(traffic.breaker === state)]),
  );
  gauge('streams', 'Watches, logs and shells open now', ({ traffic }) => traffic.streams);
  gauge('running_requests', 'Requests under way', ({ traffic }) => traffic.running);
  gauge('waiting_requests', 'Requests that wait for their turn', ({ traffic }) => traffic.waiting);
  counter(
    'processor_seconds_total',
    'Processor time that reading its lists and watches took',
    ({ traffic }) => traffic.processor.spentMs / 1000,
  );
  counter(
    'paused_seconds_total',
    'Time that reading its lists and watches was held back for taking too much of the processor',
    ({ traffic }) => traffic.processor.pausedMs / 1000,
  );
  gauge('throttled', '1 while its reading is held back', ({ traffic }) =>
    Number(traffic.processor.throttledPercent !== null),
  );
  const latency = {
    name: 'pilothouse_cluster_request_duration_seconds',
    help: "Time until the cluster's answer began",
    type: 'histogram',
    aggregator: 'sum',
    get: () => Promise.resolve({ ...latency, values: figures().flatMap(latencyValues) }),
    reset: () => undefined,
  };
  // prom-client's own histogram counts by itself; this one is counted already
  registry.registerMetric(latency as unknown as Metric);
}

function latencyValues({ name: cluster, traffic }: ClusterFigures): MetricValueWithName<string>[] {
  const { counts, sumMs } = traffic.latency;
  const metric = 'pilothouse_cluster_request_duration_seconds';
  let below = 0;
  const buckets = counts.map((count, index) => {
    below += count;
    const bound = latencyBoundsMs[index];
    const le = bound === undefined ? '+Inf' : String(bound / 1000);
    return { metricName: `${metric}_bucket`, labels: { cluster, le }, value: below };
  });
  return [
    ...buckets,
    { metricName: `${metric}_sum`, labels: { cluster }, value: sumMs / 1000 },
    { metricName: `${metric}_count`, labels: { cluster }, value: below },
  ];
}
