import type { TrafficSnapshot } from '@pilothouse/kube';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { addClusterMetrics, type ClusterFigures } from './cluster-metrics.ts';

const traffic: TrafficSnapshot = {
  requests: 7,
  errors: { timeout: 2, api: 1 },
  latency: { sumMs: 1500, counts: [3, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2] },
  streams: 4,
  running: 1,
  waiting: 0,
  breaker: 'open',
  breakerOpenings: 1,
  processor: { spentMs: 2500, pausedMs: 500, throttledPercent: 30 },
  bytesReceived: 1000,
  bytesSent: 200,
};

test('a cluster’s figures are as its connection has counted them, at each scrape', async () => {
  const registry = new Registry();
  let clusters: ClusterFigures[] = [{ name: 'berlin', traffic }];
  addClusterMetrics(registry, () => clusters);
  const lines = (await registry.metrics()).split('\n');
  const label = '{cluster="berlin"';
  for (const line of [
    `requests_total${label}} 7`,
    `errors_total${label},reason="timeout"} 2`,
    `errors_total${label},reason="api"} 1`,
    `received_bytes_total${label}} 1000`,
    `sent_bytes_total${label}} 200`,
    `streams${label}} 4`,
    `running_requests${label}} 1`,
    `waiting_requests${label}} 0`,
    `breaker${label},state="open"} 1`,
    `breaker${label},state="closed"} 0`,
    `breaker_openings_total${label}} 1`,
    `processor_seconds_total${label}} 2.5`,
    `paused_seconds_total${label}} 0.5`,
    `throttled${label}} 1`,
    `request_duration_seconds_bucket${label},le="0.005"} 3`,
    `request_duration_seconds_bucket${label},le="0.05"} 5`,
    `request_duration_seconds_bucket${label},le="10"} 5`,
    `request_duration_seconds_bucket${label},le="+Inf"} 7`,
    `request_duration_seconds_sum${label}} 1.5`,
    `request_duration_seconds_count${label}} 7`,
  ])
    expect(lines).toContain(`pilothouse_cluster_${line}`);

  // what is counted already is not counted twice, and who is gone is gone
  expect((await registry.metrics()).split('\n')).toEqual(lines);
  clusters = [];
  expect(await registry.metrics()).not.toContain('berlin');
});
