import { isDeepStrictEqual } from 'node:util';
import { isPage, pageDelta, type Endpoint } from '@pilothouse/contract';
import { Coalescer } from './coalescer.ts';
import {
  messageIntervalMs,
  type LiveMessage,
  type LiveOutlet,
  type LiveSubscription,
} from './live-subscription.ts';
import type { LiveCall, SnapshotTopic } from './live-topics.ts';

/** An endpoint's answer, read again when it may have changed; of a page only what has changed is sent. */
export class SnapshotSubscription implements LiveSubscription {
  readonly #id: number;
  readonly #endpoint: Endpoint;
  readonly #topic: SnapshotTopic<Endpoint>;
  readonly #call: LiveCall<Endpoint>;
  readonly #outlet: LiveOutlet;
  readonly #reads: Coalescer;
  #end: (() => void) | undefined;
  #closed = false;
  #last: unknown;

  constructor(
    id: number,
    {
      endpoint,
      topic,
      call,
    }: { endpoint: Endpoint; topic: SnapshotTopic<Endpoint>; call: LiveCall<Endpoint> },
    outlet: LiveOutlet,
  ) {
    this.#id = id;
    this.#endpoint = endpoint;
    this.#topic = topic;
    this.#call = call;
    this.#outlet = outlet;
    this.#reads = new Coalescer(() => this.#read(), messageIntervalMs);
  }

  /** Watches first, then reads, so that nothing falls between. Rejects where the topic cannot be watched. */
  async open(): Promise<void> {
    const end = await this.#topic.watch(this.#call, () => this.#reads.request());
    if (this.#closed) return end();
    this.#end = end;
    this.#reads.request();
  }

  close(): void {
    this.#closed = true;
    this.#end?.();
    this.#reads.close();
  }

  async #read(): Promise<void> {
    try {
      const data = this.#endpoint.response?.parse(await this.#topic.read(this.#call));
      if (this.#closed) return;
      const message = this.#messageOf(data);
      if (message === undefined) return;
      this.#last = data;
      await this.#outlet.send(message);
    } catch (error) {
      if (!this.#closed) this.#outlet.fail(error);
    }
  }

  #messageOf(data: unknown): LiveMessage | undefined {
    if (isPage(data) && isPage(this.#last)) {
      const delta = pageDelta(this.#last, data, isDeepStrictEqual);
      return delta && { type: 'page', id: this.#id, ...delta };
    }
    return isDeepStrictEqual(data, this.#last) ? undefined : { type: 'snapshot', id: this.#id, data };
  }
}
