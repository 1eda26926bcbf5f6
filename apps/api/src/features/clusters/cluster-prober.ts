import {
  KubeError,
  probe,
  type ClusterConnection,
  type KubeErrorReason,
  type ProbeResult,
  type RequestEvent,
} from '@pilothouse/kube';
import type { ClusterHandle } from '../../clusters/cluster-handle.ts';
import type { ClusterHealthRepository, HealthStamp, Probe } from './cluster-health.repository.ts';
import type { ClusterRegistry } from '../../clusters/cluster-registry.ts';

/** Between probes of a cluster nobody looks at. With jitter, tick and timeout a change is seen within 45 s. */
const intervalMs = 30_000;
/** Between probes of a cluster somebody looks at: seen within 15 s. */
const lookedAtMs = 8000;
const tickMs = 1000;
/** A cluster that takes longer to say its version is not healthy. */
const probeTimeoutMs = 5000;
const maxConcurrent = 16;
/** At most this often is a cluster probed because of what a request met. */
const triggerMs = 3000;

/** What a request met when it says something about the cluster rather than about the request. */
const troubles: ReadonlySet<KubeErrorReason> = new Set([
  'dns',
  'refused',
  'timeout',
  'unreachable',
  'certificateExpired',
  'certificateNotYetValid',
  'certificateUnknownAuthority',
  'certificateWrongName',
  'tls',
  'addressForbidden',
  'unauthorized',
  'serverError',
  'notAnApiserver',
] satisfies KubeErrorReason[]);

export interface ClusterProberOptions {
  registry: ClusterRegistry;
  repository: ClusterHealthRepository;
  onError: (error: unknown) => void;
}

/** Keeps every cluster's health known: regularly, when asked, and at once when a request meets something unexpected. */
export class ClusterProber {
  readonly #options: ClusterProberOptions;
  readonly #probing = new Map<string, Promise<void>>();
  /** What the last probe of this process said, and when. */
  readonly #last = new Map<string, { ok: boolean; at: number }>();
  readonly #hastenedAt = new Map<string, number>();
  readonly #stopping = new AbortController();
  #stamps: Map<string, string | null> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #unsubscribe: (() => void)[] = [];

  constructor(options: ClusterProberOptions) {
    this.#options = options;
  }

  start(): void {
    const { registry, onError } = this.#options;
    this.#unsubscribe = [
      registry.onRequest((id, event) => this.#onRequest(id, event)),
      registry.onRemoved(({ id }) => {
        this.#last.delete(id);
        this.#hastenedAt.delete(id);
      }),
    ];
    this.#timer = setInterval(() => void this.#tick().catch(onError), tickMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#stopping.abort(new KubeError('aborted', 'The platform is stopping'));
    await Promise.allSettled(this.#probing.values());
  }

  /** Probes now and resolves when the result is recorded; a probe under way is joined. */
  async probeNow(clusterId: string): Promise<void> {
    await this.#probe(clusterId);
  }

  /** Somebody has these clusters on the screen: their next probes come soon. */
  lookedAt(clusterIds: string[]): void {
    const now = performance.now();
    const stale = clusterIds.filter((id) => now - (this.#hastenedAt.get(id) ?? -Infinity) > lookedAtMs / 4);
    if (stale.length === 0) return;
    for (const id of stale) this.#hastenedAt.set(id, now);
    this.#options.repository.hasten(stale, lookedAtMs).catch(this.#options.onError);
  }

  async #tick(): Promise<void> {
    const { repository } = this.#options;
    const rows = await repository.stamps();
    this.#noticeOthers(rows);
    const free = maxConcurrent - this.#probing.size;
    if (free === 0 || !rows.some(({ due }) => due)) return;
    for (const id of await repository.takeDue(free, intervalMs)) this.#probe(id).catch(this.#options.onError);
  }

  /** Other replicas' probes are news here as well. */
  #noticeOthers(rows: HealthStamp[]): void {
    const before = this.#stamps;
    this.#stamps = new Map(rows.map(({ id, stamp }) => [id, stamp]));
    for (const { id, stamp } of rows) {
      if (before !== undefined && before.get(id) !== stamp) this.#options.registry.announce(id);
    }
  }

  #probe(clusterId: string): Promise<void> {
    const running = this.#probing.get(clusterId) ?? this.#probeOnce(clusterId);
    this.#probing.set(clusterId, running);
    const forget = () => {
      if (this.#probing.get(clusterId) === running) this.#probing.delete(clusterId);
    };
    running.then(forget, forget);
    return running;
  }

  async #probeOnce(clusterId: string): Promise<void> {
    const { registry, repository } = this.#options;
    const handle = registry.byId(clusterId);
    if (handle === undefined) return;
    const result = await this.#ask(handle);
    if (result === undefined || this.#stopping.signal.aborted) return;
    this.#last.set(clusterId, { ok: result.ok, at: performance.now() });
    if (await repository.record(clusterId, result)) registry.announce(clusterId);
  }

  /** Undefined where the connection was replaced meanwhile: what it said is about another credential. */
  async #ask(handle: ClusterHandle): Promise<Probe | undefined> {
    let connection: ClusterConnection;
    try {
      ({ connection } = handle);
    } catch (error) {
      this.#options.onError(error);
      return unreadable();
    }
    const result = await probeWithin(connection, this.#stopping.signal);
    return connection.closed.aborted ? undefined : result;
  }

  /** A request that met what the last probe does not say: the cluster went away, or came back. */
  #onRequest(clusterId: string, { error, status }: RequestEvent): void {
    const last = this.#last.get(clusterId);
    const inTrouble = error !== null && troubles.has(error.reason);
    const answered = status !== null && !inTrouble;
    const isNews = inTrouble ? last?.ok !== false : answered && last?.ok === false;
    if (!isNews || this.#probing.has(clusterId)) return;
    if (last !== undefined && performance.now() - last.at < triggerMs) {
      this.#options.repository.hasten([clusterId], triggerMs).catch(this.#options.onError);
      return;
    }
    this.#probe(clusterId).catch(this.#options.onError);
  }
}

/** The probe of a cluster whose credential cannot be opened; why is in the log. */
function unreadable(): Probe {
  const at = new Date().toISOString();
  const nothing = { detail: null, version: null, latencyMs: null, nodes: null };
  return { at, ok: false, reason: 'credentialUnreadable', ...nothing };
}

/** Probes with the time limit of probes. Never rejects. */
export async function probeWithin(connection: ClusterConnection, signal?: AbortSignal): Promise<ProbeResult> {
  const late = new AbortController();
  const seconds = probeTimeoutMs / 1000;
  const timer = setTimeout(
    () => late.abort(new KubeError('timeout', `No answer within ${seconds} s`)),
    probeTimeoutMs,
  );
  try {
    return await probe(connection, {
      signal: signal === undefined ? late.signal : AbortSignal.any([late.signal, signal]),
    });
  } finally {
    clearTimeout(timer);
  }
}
