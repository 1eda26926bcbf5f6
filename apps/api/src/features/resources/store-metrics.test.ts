import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { addStoreMetrics, type StoreFigures } from './store-metrics.ts';

test('stores and their rows are told by cluster, and who is gone is gone', async () => {
  const registry = new Registry();
  let clusters: StoreFigures[] = [{ name: 'berlin', stores: 2, rows: 123 }];
  addStoreMetrics(registry, () => clusters);
  const text = await registry.metrics();
  expect(text).toContain('pilothouse_cluster_stores{cluster="berlin"} 2');
  expect(text).toContain('pilothouse_cluster_store_rows{cluster="berlin"} 123');
  clusters = [];
  expect(await registry.metrics()).not.toContain('berlin');
});
