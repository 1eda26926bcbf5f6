import { Gauge, type Registry } from 'prom-client';

/** Adds how many units are due and how many cannot be applied, at each scrape. */
export function addReconcileMetrics(
  registry: Registry,
  counts: () => Promise<Record<'due' | 'failing', number>>,
): void {
  const units = new Gauge({
    name: 'pilothouse_reconcile_units',
    help: 'Instances and cron jobs that wait to be written to their clusters, and those that could not be',
    labelNames: ['state'],
    registers: [],
    async collect() {
      for (const [state, count] of Object.entries(await counts())) this.set({ state }, count);
    },
  });
  registry.registerMetric(units);
}
