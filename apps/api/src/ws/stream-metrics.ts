import { Gauge, type Registry } from 'prom-client';
import type { StreamPurpose } from './stream-guard.ts';

/** Adds how many streams are open, at each scrape. */
export function addStreamMetrics(registry: Registry, counts: () => Record<StreamPurpose, number>): void {
  const streams = new Gauge({
    name: 'pilothouse_streams',
    help: 'Streams open to browsers: live sockets, logs, shells, downloads, port forwards',
    labelNames: ['purpose'],
    registers: [],
    collect() {
      for (const [purpose, count] of Object.entries(counts())) this.set({ purpose }, count);
    },
  });
  registry.registerMetric(streams);
}
