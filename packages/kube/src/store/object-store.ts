import type { KubernetesObject } from '../objects/kubernetes-object.ts';
import type { Selection } from '../objects/selection.ts';
import type { PathRef, ResourceRef } from '../transport/api-path.ts';
import type { ClusterConnection } from '../transport/connection.ts';
import { KubeError } from '../transport/kube-error.ts';
import { ChangeFeed, type StoreChange } from './change-feed.ts';
import type { RowFilter } from './query.ts';
import { poll } from './poll.ts';
import { defaultTiming, reflect, type ReflectorTiming } from './reflector.ts';
import { MalformedItems, placeName } from './malformed-items.ts';
import { RowSet, type RowChanges } from './row-set.ts';
import { RowBudget } from './row-budget.ts';
import { RowTable, type PageQuery, type Rows } from './row-table.ts';
import type { Labels } from './selectors.ts';
import type { Place, StoreRow } from './store-row.ts';
import { isDenial, type StoreState } from './store-state.ts';

/** What a store mirrors and what it keeps of it. */
export interface ObjectStoreOptions<R extends StoreRow> {
  connection: ClusterConnection;
  resource: ResourceRef;
  /** Absent: all namespaces, or a cluster-scoped kind. */
  namespace?: string | undefined;
  /** What of it; managed fields are left out unless it says otherwise. */
  selection?: Selection;
  /** What is kept of an object. Pure; must not keep a reference into the object. */
  project: (object: KubernetesObject) => R;
  /** Paths of field selectors and the cells that hold them: `{ 'spec.nodeName': 'node' }`. */
  fields?: Record<string, string>;
  /** Cells that `q` looks into; absent: every text. */
  textFields?: readonly string[];
  /** For kinds that cannot be watched: milliseconds from one list to the next; the rows are at most so much older. */
  pollMs?: number | undefined;
  timing?: Partial<ReflectorTiming>;
  /** Bytes of rows held at most, about; a larger collection is KubeError `tooLarge`. Default: what all of a cluster may, 96 MiB. */
  mostBytes?: number;
}

/** One page of a store's rows, and how good they are. */
export interface Page<R> extends Rows<R> {
  /** RFC 3339. */
  asOf: string;
  state: StoreState;
}

/**
 * The objects of one resource in one cluster (or one of its namespaces) as rows, kept up to date by list and watch.
 * Nothing happens before `start` and after `stop`; when to stop is the owner's to know.
 */
export class ObjectStore<R extends StoreRow> {
  readonly #connection: ClusterConnection;
  readonly #ref: PathRef;
  readonly #selection: Selection;
  readonly #table: RowTable<R>;
  readonly #rows: RowSet<R>;
  readonly #pollMs: number | undefined;
  readonly #timing: ReflectorTiming;
  readonly #feed: ChangeFeed<R>;
  #running: AbortController | undefined;
  #state: StoreState = 'syncing';
  #synced = false;
  #toldThrottled = false;
  #heardAt = new Date(0);
  #lastError: KubeError | null = null;
  #malformed = new MalformedItems();
  /** Where they are counted: those of a list count when it is complete. */
  #counting = this.#malformed;
  #waiting = new Set<(error: KubeError | null) => void>();

  constructor(options: ObjectStoreOptions<R>) {
    this.#connection = options.connection;
    this.#ref = { ...options.resource, namespace: options.namespace };
    this.#selection = { withoutManagedFields: true, ...options.selection };
    this.#table = new RowTable(
      { fields: options.fields ?? {}, textFields: options.textFields },
      new RowBudget(options.mostBytes, options.connection),
    );
    this.#rows = new RowSet(this.#table, options.project);
    this.#pollMs = options.pollMs;
    this.#timing = { ...defaultTiming, ...options.timing };
    this.#feed = new ChangeFeed<R>(() => ({ state: this.state, asOf: this.asOf }));
  }

  get state(): StoreState {
    return this.#state;
  }

  /** The moment the rows are known to be true for: the end of the last list, the last event or bookmark. */
  get asOf(): Date {
    return this.#heardAt;
  }

  /** Why it is not live; null while it is. */
  get lastError(): KubeError | null {
    return this.#lastError;
  }

  /** That its cluster is read more slowly than it sends; null where it is not. */
  get throttled(): KubeError | null {
    return this.#connection.processor.problem;
  }

  /** What the cluster has in the place of objects that is none; null where all of it is right. The rows are the others. */
  get malformed(): KubeError | null {
    return this.#malformed.problem;
  }

  /** Whether `ready` has nothing to wait for. */
  get isComplete(): boolean {
    return this.#synced && this.#state !== 'syncing';
  }

  /** Rows held. */
  get size(): number {
    return this.#table.size;
  }

  /** Begins to list and watch. Does nothing when it has begun. */
  start(): void {
    if (this.#running) return;
    const running = new AbortController();
    this.#running = running;
    const [signal, timing, everyMs] = [running.signal, this.#timing, this.#pollMs];
    const { kind } = this.#selection;
    const target = this.#target();
    if (everyMs === undefined) {
      void reflect(this.#connection, this.#ref, target, { signal, timing, ...this.#selection });
    } else void poll(this.#connection, this.#ref, target, { signal, timing, everyMs, kind });
  }

  /** Ends it; the rows stay as they are, and age. */
  stop(): void {
    if (!this.#running) return;
    this.#running.abort();
    this.#running = undefined;
    this.#table.release();
    this.#state = this.#synced ? 'stale' : 'syncing';
    this.#settle(new KubeError('aborted', 'The store was stopped'));
    this.#feed.stop();
  }

  /**
   * Resolves when the first list is complete and watched, at once when it was. Rejects with its KubeError when it
   * fails, at once while it is between two attempts; and when `signal` aborts.
   */
  ready(signal?: AbortSignal): Promise<void> {
    if (this.isComplete) return Promise.resolve();
    if (this.#lastError) return Promise.reject(this.#lastError);
    return new Promise((resolve, reject) => {
      const aborted = () =>
        settle(new KubeError('aborted', 'Nobody waits any more', { cause: signal?.reason }));
      const settle = (error: KubeError | null) => {
        this.#waiting.delete(settle);
        signal?.removeEventListener('abort', aborted);
        if (error) reject(error);
        else resolve();
      };
      this.#waiting.add(settle);
      signal?.addEventListener('abort', aborted, { once: true });
      if (signal?.aborted) aborted();
    });
  }

  /** One page of the rows that match. Throws KubeError `badSelector`. */
  page(query: PageQuery<R>): Page<R> {
    return { ...this.#table.page(query), asOf: this.asOf.toISOString(), state: this.#state };
  }

  /** A predicate for rows of this store, deleted ones included as long as no labels are asked for. */
  matcher(filter: RowFilter<R>): (row: R) => boolean {
    return this.#table.matcher(filter);
  }

  /** The object at a place; a name has one at a time. */
  get(place: Place): R | undefined {
    return this.#table.get(place)?.row;
  }

  rows(): R[] {
    return this.#table.rows();
  }

  labelsOf(row: R): Labels {
    return this.#table.labelsOf(row);
  }

  /** Tells of changes, at most every 100 ms, in one batch; and of a new state. Returns a function that ends it. */
  onChange(listener: (change: StoreChange<R>) => void): () => void {
    return this.#feed.subscribe(listener);
  }

  #target() {
    return {
      listBegins: () => {
        this.#counting = new MalformedItems();
        this.#rows.beginList();
      },
      listed: (object: KubernetesObject) => this.#take(object, () => this.#rows.listed(object)),
      malformed: (what: string) => this.#isMalformed(what),
      discarded: () => {
        this.#feed.add(this.#rows.clear());
        this.#malformed = this.#counting = new MalformedItems();
        this.#synced = false;
      },
      listComplete: () => {
        this.#feed.add(this.#rows.endList());
        if (this.#malformed.count + this.#counting.count > 0) this.#feed.touch();
        this.#malformed = this.#counting;
        this.#synced = true;
        this.#heardAt = new Date();
      },
      changed: (events: { type: string; object: KubernetesObject }[]) => {
        this.#heardAt = new Date();
        const isThrottled = this.throttled !== null;
        if (isThrottled !== this.#toldThrottled) this.#feed.touch();
        this.#toldThrottled = isThrottled;
        for (const { type, object } of events) {
          if (type === 'DELETED') this.#take(object, () => this.#rows.delete(object));
          else if (type !== 'BOOKMARK') this.#take(object, () => this.#rows.upsert(object));
        }
      },
      live: () => this.#isLive(),
      polled: () => {
        this.#isLive();
        // the rows may be the same: their age is not
        this.#feed.touch();
      },
      failed: (error: KubeError) => {
        this.#lastError = error;
        const notAsked = this.#synced ? 'stale' : 'syncing';
        this.#become(isDenial(error) ? 'denied' : notAsked);
        this.#settle(this.#synced ? null : error);
      },
    };
  }

  /** What is no object is counted, and in nobody's way. */
  #take(object: KubernetesObject, take: () => RowChanges<R>): void {
    try {
      this.#feed.add(take());
    } catch (error) {
      if (!(error instanceof KubeError) || error.reason !== 'protocol') throw error;
      const { namespace, name } = (object as Partial<KubernetesObject>)?.metadata ?? {};
      if (typeof name !== 'string') return this.#isMalformed('');
      this.#feed.add(this.#rows.forget({ namespace, name }));
      return this.#isMalformed(placeName(object.metadata));
    }
    if (this.#counting.count > 0 && this.#counting.delete(placeName(object.metadata))) this.#feed.touch();
  }

  #isMalformed(what: string): void {
    if (this.#counting.add(what) && this.#counting === this.#malformed) this.#feed.touch();
  }

  /** Whoever waits for the rows and follows them has them all then. */
  #isLive(): void {
    this.#lastError = null;
    const becomesLive = this.#state !== 'live';
    this.#become('live');
    if (becomesLive) this.#feed.flush();
    this.#settle(null);
  }

  #become(state: StoreState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#feed.touch();
  }

  #settle(error: KubeError | null): void {
    for (const settle of this.#waiting) settle(error);
  }
}
