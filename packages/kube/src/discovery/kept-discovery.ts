import { isDeepStrictEqual } from 'node:util';
import type { ClusterConnection } from '../transport/connection.ts';
import { discoverAgain, type Discovered } from './discover.ts';
import type { Discovery } from './discovery.ts';
import { hearChanges } from './hear-changes.ts';

/** How often a kept discovery asks, all in milliseconds. */
export interface KeptDiscoveryTiming {
  /** Between questions while it is in use, whatever the watches say; a question is two requests by etag. */
  pollMs: number;
  /** Unused for so long, the cluster is left alone. */
  idleMs: number;
  /** What is not served is not asked about more often than this. */
  renewMs: number;
  /** After a change the cluster is asked again and again for so long: it takes its time to serve a new kind. */
  settleMs: number;
}

const defaultTiming: KeptDiscoveryTiming = {
  pollMs: 30_000,
  idleMs: 120_000,
  renewMs: 1000,
  settleMs: 5000,
};

/** What makes kinds come and go. */
const causes = [
  { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions' },
  { group: 'apiregistration.k8s.io', version: 'v1', plural: 'apiservices' },
];
const firstLookMs = 200;
const nextLookMs = 1000;

/**
 * What a cluster serves, kept up to date while somebody uses it: asked again by etag when a CustomResourceDefinition
 * or an APIService changed, and by the clock. Nothing is asked before the first use, nor after the last for long.
 */
export class KeptDiscovery {
  readonly #connection: ClusterConnection;
  readonly #timing: KeptDiscoveryTiming;
  readonly #listeners = new Set<(discovery: Discovery) => void>();
  #known: Discovered | undefined;
  #asking: Promise<Discovered> | undefined;
  #askedAt = -Infinity;
  #usedAt = -Infinity;
  #changedAt = -Infinity;
  #following: AbortController | undefined;
  #looking: NodeJS.Timeout | undefined;

  constructor(connection: ClusterConnection, timing: Partial<KeptDiscoveryTiming> = {}) {
    this.#connection = connection;
    this.#timing = { ...defaultTiming, ...timing };
  }

  /** Whether the cluster is being watched for changes. */
  get following(): boolean {
    return this.#following !== undefined;
  }

  /** What is known; asks where nothing is. Rejects with KubeError. */
  async get(): Promise<Discovery> {
    this.#use();
    return (this.#known ?? (await this.#ask('interactive'))).discovery;
  }

  /** As {@link get}, asked for just now; for whoever found something missing. */
  async renew(): Promise<Discovery> {
    this.#use();
    const isNew = performance.now() - this.#askedAt < this.#timing.renewMs;
    if (this.#known !== undefined && isNew) return this.#known.discovery;
    return (await this.#ask('interactive')).discovery;
  }

  /** Called when something else is served than before; counts as use until it is stopped by what it returns. */
  onChange(listener: (discovery: Discovery) => void): () => void {
    this.#use();
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      this.#usedAt = performance.now();
    };
  }

  #use(): void {
    this.#usedAt = performance.now();
    if (this.#following !== undefined || this.#connection.closed.aborted) return;
    const life = new AbortController();
    this.#following = life;
    const { signal } = life;
    for (const ref of causes)
      void hearChanges(this.#connection, ref, () => this.#changed(signal), { signal });
    const clock = setInterval(() => this.#tick(life), this.#timing.pollMs).unref();
    const closed = () => life.abort();
    this.#connection.closed.addEventListener('abort', closed, { once: true });
    signal.addEventListener('abort', () => {
      this.#connection.closed.removeEventListener('abort', closed);
      clearInterval(clock);
      clearTimeout(this.#looking);
      this.#looking = undefined;
      this.#following = undefined;
    });
    // what is known from an earlier use may be old
    if (this.#known !== undefined) this.#askAside();
  }

  #tick(life: AbortController): void {
    const idle = performance.now() - this.#usedAt > this.#timing.idleMs;
    if (idle && this.#listeners.size === 0) life.abort();
    else this.#askAside();
  }

  #changed(signal: AbortSignal): void {
    this.#changedAt = performance.now();
    if (!signal.aborted) this.#looking ??= setTimeout(() => void this.#look(signal), firstLookMs).unref();
  }

  async #look(signal: AbortSignal): Promise<void> {
    await this.#ask('background').catch(() => undefined);
    if (signal.aborted) return;
    const settled = performance.now() - this.#changedAt > this.#timing.settleMs;
    this.#looking = settled ? undefined : setTimeout(() => void this.#look(signal), nextLookMs).unref();
  }

  /** Where it fails, what is known stays; whoever calls the cluster meets the reason. */
  #askAside(): void {
    this.#ask('background').catch(() => undefined);
  }

  /** One question at a time, for all who wonder. */
  #ask(priority: 'interactive' | 'background'): Promise<Discovered> {
    this.#asking ??= discoverAgain(this.#connection, this.#known, { priority })
      .then((found) => this.#take(found))
      .finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  #take(found: Discovered): Discovered {
    this.#askedAt = performance.now();
    const before = this.#known;
    const same =
      before !== undefined &&
      (before === found ||
        (isDeepStrictEqual(before.discovery.resources, found.discovery.resources) &&
          isDeepStrictEqual(before.discovery.broken, found.discovery.broken)));
    this.#known = same ? { ...found, discovery: before.discovery } : found;
    if (before !== undefined && !same) for (const tell of this.#listeners) tell(found.discovery);
    return this.#known;
  }
}
