import { Gauge, type Registry } from 'prom-client';

/** What is kept of one cluster because somebody looks. */
export interface StoreFigures {
  name: string;
  stores: number;
  rows: number;
}

/** Adds what `figures` says at each scrape. */
export function addStoreMetrics(registry: Registry, figures: () => StoreFigures[]): void {
  const gauge = (name: string, help: string, read: (cluster: StoreFigures) => number) =>
    registry.registerMetric(
      new Gauge({
        name: `pilothouse_cluster_${name}`,
        help,
        labelNames: ['cluster'],
        registers: [],
        collect() {
          this.reset();
          for (const cluster of figures()) this.set({ cluster: cluster.name }, read(cluster));
        },
      }),
    );
  gauge('stores', 'Kinds kept up to date because somebody looks', ({ stores }) => stores);
  gauge('store_rows', 'Objects held in them as rows', ({ rows }) => rows);
}
