import type { endpoints, InputOf, OutputOf } from '@pilothouse/contract';
import {
  KubeError,
  queryRange,
  type AddressPolicy,
  type PrometheusServer,
  type RangeQuery,
} from '@pilothouse/kube';
import { AppError } from '../../http/app-error.ts';
import type { PrometheusRepository } from './prometheus.repository.ts';
import { figures, usageQuery, type Measured } from './usage-query.ts';

type Points = OutputOf<typeof endpoints.getUsageHistory>['points'];

export interface PrometheusServiceOptions {
  repository: PrometheusRepository;
  addressPolicy: AddressPolicy;
}

/** Where the Prometheus of a cluster is, and what it knows of its nodes and pods. */
export class PrometheusService {
  readonly #options: PrometheusServiceOptions;

  constructor(options: PrometheusServiceOptions) {
    this.#options = options;
  }

  async get(clusterId: string): Promise<OutputOf<typeof endpoints.getPrometheus>> {
    const server = await this.#options.repository.find(clusterId);
    return { prometheus: server && shown(server) };
  }

  /**
   * Stores it, once it has answered. A stored token goes nowhere but where it was stored for. Throws
   * `prometheusUnavailable`.
   */
  async set(
    clusterId: string,
    { url, token }: InputOf<typeof endpoints.setPrometheus>['body'],
    signal: AbortSignal,
  ): Promise<OutputOf<typeof endpoints.setPrometheus>> {
    const { repository } = this.#options;
    const before = await repository.find(clusterId);
    const kept = before?.url === url ? before.token : null;
    const server = { url, token: token === undefined ? kept : token };
    const now = Math.floor(Date.now() / 1000);
    await this.#ask(server, { query: 'vector(1)', start: now, end: now, step: 60 }, signal);
    await repository.set(clusterId, server);
    return { prometheus: shown(server) };
  }

  async remove(clusterId: string): Promise<void> {
    await this.#options.repository.remove(clusterId);
  }

  /**
   * What was used between two moments on the steps of a resolution, in seconds; null where the cluster has no
   * Prometheus. Throws `prometheusUnavailable`.
   */
  async history(
    clusterId: string,
    measured: Measured,
    { from, to, step }: { from: number; to: number; step: number },
  ): Promise<Points | null> {
    const server = await this.#options.repository.find(clusterId);
    if (server === null) return null;
    const known = figures.map(() => new Map<number, number>());
    const query = usageQuery(measured, step);
    // a value is of the time before it
    const series =
      query === null ? [] : await this.#ask(server, { query, start: from + step, end: to, step });
    for (const { labels, values } of series) {
      const figure = known[figures.findIndex((name) => name === labels['figure'])];
      for (const [at, value] of values) figure?.set(Math.round((at - from) / step) - 1, Math.round(value));
    }
    return Array.from({ length: (to - from) / step }, (_, index) => {
      const [cpu, cpuPeak, memory, memoryPeak, ...promised] = known.map(
        (values) => values.get(index) ?? null,
      );
      if (cpu == null || memory == null) return null;
      const [cpuRequests = null, cpuLimits = null, memoryRequests = null, memoryLimits = null] = promised;
      const used = [cpu, cpuPeak ?? cpu, memory, memoryPeak ?? memory] as const;
      return [...used, cpuRequests, cpuLimits, memoryRequests, memoryLimits];
    });
  }

  async #ask(server: PrometheusServer, range: RangeQuery, signal?: AbortSignal) {
    try {
      return await queryRange(server, range, { addressPolicy: this.#options.addressPolicy, signal });
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      const { reason } = error;
      throw new AppError(
        'prometheusUnavailable',
        { reason: reason === 'notAnApiserver' ? 'notPrometheus' : reason },
        undefined,
        { cause: error },
      );
    }
  }
}

function shown({ url, token }: PrometheusServer) {
  return { url, hasToken: token !== null };
}
