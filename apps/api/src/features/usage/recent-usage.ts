import { isRecord, nodeUsage, podUsage, rowOf } from '@pilothouse/kinds';
import { apiPath, KubeError, type ClusterConnection, type KubernetesObject } from '@pilothouse/kube';

/** metrics-server has new figures so often. */
const everyMs = 15_000;
/** An hour of them. */
const mostSamples = 240;
/** Somebody who turns a page comes back within this. */
const idleMs = 60_000;

/** When it was measured, cpu in millicores, memory in bytes. */
export type RecentSample = [at: string, cpu: number, memory: number];

export interface RecentTarget {
  plural: 'nodes' | 'pods';
  namespace: string | undefined;
  name: string;
}

interface Series {
  samples: RecentSample[];
  isMeasured: boolean;
  /** Throws what keeps the figures from coming, once nothing is known of them. */
  error: KubeError | null;
  listeners: Set<() => void>;
  timer: NodeJS.Timeout | undefined;
  idle: NodeJS.Timeout | undefined;
  first: Promise<void>;
}

/** What single nodes and pods use, measured every 15 seconds while somebody looks; in memory only. */
export class RecentUsage {
  readonly #series = new Map<ClusterConnection, Map<string, Series>>();
  readonly #everyMs: number;

  constructor(options: { everyMs?: number } = {}) {
    this.#everyMs = options.everyMs ?? everyMs;
  }

  /** What has been measured since somebody began to look; the first to ask waits for one round. */
  async read(
    connection: ClusterConnection,
    target: RecentTarget,
  ): Promise<{ isMeasured: boolean; samples: RecentSample[] }> {
    const series = this.#seriesOf(connection, target);
    this.#rest(connection, target, series);
    await series.first;
    if (series.error !== null && series.samples.length === 0) throw series.error;
    return { isMeasured: series.isMeasured, samples: series.samples };
  }

  /** Calls `changed` after each round that brought something; returns how to stop. */
  watch(connection: ClusterConnection, target: RecentTarget, changed: () => void): () => void {
    const series = this.#seriesOf(connection, target);
    clearTimeout(series.idle);
    series.listeners.add(changed);
    return () => {
      series.listeners.delete(changed);
      this.#rest(connection, target, series);
    };
  }

  /** Ends everything. */
  stop(): void {
    for (const series of this.#series.values()) for (const each of series.values()) end(each);
    this.#series.clear();
  }

  #seriesOf(connection: ClusterConnection, target: RecentTarget): Series {
    connection.closed.throwIfAborted();
    const known = this.#series.get(connection) ?? new Map<string, Series>();
    if (!this.#series.has(connection)) {
      this.#series.set(connection, known);
      const forget = () => {
        for (const each of known.values()) end(each);
        this.#series.delete(connection);
      };
      connection.closed.addEventListener('abort', forget, { once: true });
    }
    const key = keyOf(target);
    const series = known.get(key) ?? this.#begin(connection, target);
    known.set(key, series);
    return series;
  }

  #begin(connection: ClusterConnection, target: RecentTarget): Series {
    const series: Series = {
      samples: [],
      isMeasured: false,
      error: null,
      listeners: new Set(),
      timer: undefined,
      idle: undefined,
      first: Promise.resolve(),
    };
    const round = async () => {
      const before = [series.samples, series.isMeasured, series.error];
      await measure(connection, target, series);
      const after = [series.samples, series.isMeasured, series.error];
      if (after.some((value, index) => value !== before[index]))
        for (const listener of series.listeners) listener();
    };
    series.first = round();
    series.timer = setInterval(() => void round(), this.#everyMs).unref();
    return series;
  }

  #rest(connection: ClusterConnection, target: RecentTarget, series: Series): void {
    clearTimeout(series.idle);
    if (series.listeners.size > 0) return;
    series.idle = setTimeout(() => {
      end(series);
      this.#series.get(connection)?.delete(keyOf(target));
    }, idleMs).unref();
  }
}

function keyOf({ plural, namespace = '_', name }: RecentTarget): string {
  return `${plural}/${namespace}/${name}`;
}

function end({ timer, idle }: Series): void {
  clearInterval(timer);
  clearTimeout(idle);
}

/** One round; never rejects. */
async function measure(connection: ClusterConnection, target: RecentTarget, series: Series): Promise<void> {
  const { plural, namespace, name } = target;
  const kind = plural === 'nodes' ? nodeUsage : podUsage;
  const ref = {
    group: kind.group,
    version: 'v1beta1',
    plural,
    name,
    ...(namespace !== undefined && { namespace }),
  };
  try {
    const object = await connection.json<KubernetesObject>(
      { path: apiPath(ref) },
      { signal: connection.closed, priority: 'interactive' },
    );
    const { cpu, memory } = rowOf(kind, object).cells;
    const at = new Date(Date.parse(String(isRecord(object) ? object['timestamp'] : ''))).toISOString();
    series.error = null;
    series.isMeasured = typeof cpu === 'number' && typeof memory === 'number';
    if (typeof cpu !== 'number' || typeof memory !== 'number' || series.samples.at(-1)?.[0] === at) return;
    series.samples = [...series.samples.slice(1 - mostSamples), [at, cpu, memory]];
  } catch (error) {
    series.isMeasured = false;
    const isAbsent = error instanceof KubeError && [404, 503].some((status) => error.is(status));
    series.error = isAbsent || !(error instanceof KubeError) ? null : error;
  }
}
