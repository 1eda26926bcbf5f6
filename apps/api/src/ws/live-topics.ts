import type { Endpoint, InputOf, OutputOf, resourceEndpoints } from '@pilothouse/contract';
import type { Row } from '@pilothouse/kinds';
import type { Scope } from '../authz/authoriser.ts';
import type { Principal } from '../authz/principal.ts';

/** What a subscription asks for, after validation and authorisation. */
export type LiveCall<E extends Endpoint> = InputOf<E> & {
  principal: Principal;
  scope: Scope;
  /** Aborted when the subscription is over. */
  signal: AbortSignal;
};

/** An endpoint whose answer is read again whenever it may be different. */
export interface SnapshotTopic<E extends Endpoint> {
  read(call: LiveCall<E>): Promise<OutputOf<E>>;
  /**
   * Calls `changed` whenever the answer may have become another; returns how to stop that. A call too many costs a
   * read, so it may be generous.
   */
  watch(call: LiveCall<E>, changed: () => void): Promise<() => void> | (() => void);
}

/** As `watch`, and at an interval besides: for an answer that is kept fresh only while somebody reads it. */
export function atLeastEvery<Call>(
  ms: number,
  watch: (call: Call, changed: () => void) => () => void,
): (call: Call, changed: () => void) => () => void {
  return (call, changed) => {
    const stop = watch(call, changed);
    const timer = setInterval(changed, ms);
    return () => {
      clearInterval(timer);
      stop();
    };
  };
}

type ListEndpoint = typeof resourceEndpoints.listResources;

/** A list of rows that is kept up to date in place. */
export interface LiveList {
  readonly state: OutputOf<ListEndpoint>['state'];
  readonly asOf: Date;
  readonly problems: OutputOf<ListEndpoint>['problems'];
  /** The page as a GET would answer it now. */
  page(): OutputOf<ListEndpoint>;
  /** Every row that matches now, on all pages. */
  matching(): Row[];
  matches(row: Row): boolean;
  /** Batches of changes; both lists are empty when only the state changed. Returns how to stop listening. */
  onChange(listener: (changes: { upserted: Row[]; deleted: Row[] }) => void): () => void;
  /** Aborted when this list is fed no more: the cluster or the kind is gone, or the credential was replaced. */
  closed: AbortSignal;
  release(): void;
}

/** Where lists of rows come from. */
export interface RowsTopic {
  open(call: LiveCall<ListEndpoint>): Promise<LiveList>;
}

type Topic = { endpoint: Endpoint } & (
  | { kind: 'snapshot'; topic: SnapshotTopic<Endpoint> }
  | { kind: 'rows'; topic: RowsTopic }
);

/** The endpoints the live socket serves, by id. Features add theirs; every endpoint marked `live` has one. */
export class LiveTopics {
  readonly #topics = new Map<string, Topic>();

  add<E extends Endpoint>(endpoint: E, topic: SnapshotTopic<E>): void {
    this.#register({ endpoint, kind: 'snapshot', topic: topic as unknown as SnapshotTopic<Endpoint> });
  }

  addRows(endpoint: ListEndpoint, topic: RowsTopic): void {
    this.#register({ endpoint, kind: 'rows', topic });
  }

  find(id: string): Topic | undefined {
    return this.#topics.get(id);
  }

  /** Called once everything is added: throws when an endpoint marked `live` is served by nobody. */
  finish(endpoints: Iterable<Endpoint>): void {
    for (const { id, live } of endpoints) {
      if (live && !this.#topics.has(id)) throw new Error(`${id} is marked live and nobody serves it`);
    }
  }

  #register(topic: Topic): void {
    const { id, live } = topic.endpoint;
    if (!live) throw new Error(`${id} is not marked live in the contract`);
    if (this.#topics.has(id)) throw new Error(`${id} is served twice`);
    this.#topics.set(id, topic);
  }
}
