import { liveClientMessage, type Endpoint, type Requirement } from '@pilothouse/contract';
import type { z } from 'zod';
import type { Authoriser, Scope } from '../authz/authoriser.ts';
import type { Principal } from '../authz/principal.ts';
import { AppError } from '../http/app-error.ts';
import { toAppError } from '../http/error-handler.ts';
import { inputReader } from '../http/validate.ts';
import type { GuardedSocket } from './guarded-socket.ts';
import { RowsSubscription } from './live-rows.ts';
import { SnapshotSubscription } from './live-snapshots.ts';
import type { LiveOutlet, LiveSubscription } from './live-subscription.ts';
import type { LiveCall, LiveTopics } from './live-topics.ts';
import { streamErrorOf } from './stream-error.ts';

type ClientMessage = z.output<typeof liveClientMessage>;
type Question = Extract<ClientMessage, { type: 'subscribe' }>;

/** More than any page needs; each costs a store. */
const mostSubscriptions = 40;

/** Who asks for more while so much of what was sent is unread, reads nothing. */
const mostUnreadBytes = 4 * 1024 * 1024;

/** A subscription, being opened or open. */
interface Held {
  question: Question;
  scope: Scope | undefined;
  life: AbortController;
  subscription: LiveSubscription | undefined;
}

export interface LiveServices {
  topics: LiveTopics;
  authoriser: Pick<Authoriser, 'require'>;
  /** An error nobody foresaw; the browser only hears that there was one. */
  onError: (error: unknown) => void;
}

/** One tab's live socket: its subscriptions, each held to the rights it needs. */
export class LiveSession {
  readonly #socket: GuardedSocket;
  readonly #principal: Principal;
  readonly #services: LiveServices;
  readonly #held = new Map<number, Held>();

  constructor(socket: GuardedSocket, principal: Principal, services: LiveServices) {
    this.#socket = socket;
    this.#principal = principal;
    this.#services = services;
  }

  /** Serves until the socket ends. */
  start(): void {
    this.#socket.signal.addEventListener('abort', () => this.#closeAll(), { once: true });
    this.#socket.receive({ schema: liveClientMessage, onMessage: (message) => this.#take(message) });
  }

  /** Asks for every subscription whether it is still allowed, and for how much. */
  async recheck(): Promise<void> {
    await Promise.all(
      [...this.#held].map(async ([id, held]) => {
        try {
          const scope = await this.#authorise(held.question);
          if (this.#held.get(id) !== held || held.scope === undefined) return;
          if (JSON.stringify(scope) !== JSON.stringify(held.scope)) this.#open(id, held.question);
        } catch (error) {
          // a database that does not answer takes no rights away; the next round asks again
          const known = toAppError(error);
          if (known.code !== 'databaseUnavailable' && this.#held.get(id) === held)
            this.#fail(id, held, error);
        }
      }),
    );
  }

  #take(message: ClientMessage): void {
    if (message.type === 'unsubscribe') return this.#close(message.id);
    if (!this.#held.has(message.id) && this.#held.size >= mostSubscriptions)
      return this.#refuse('too many subscriptions');
    if (this.#socket.bufferedBytes > mostUnreadBytes) return this.#refuse('nothing is read');
    this.#open(message.id, message);
  }

  #refuse(reason: string): void {
    this.#socket.end('protocol', streamErrorOf(new AppError('invalid', { reason })));
  }

  /** Opens a subscription in the place of whatever had its id. */
  #open(id: number, question: Question): void {
    this.#close(id);
    const held: Held = { question, scope: undefined, life: new AbortController(), subscription: undefined };
    this.#held.set(id, held);
    this.#begin(id, held).catch((error: unknown) => this.#fail(id, held, error));
  }

  async #begin(id: number, held: Held): Promise<void> {
    const { endpoint, input } = this.#read(held.question);
    const topic = this.#services.topics.find(endpoint.id);
    if (topic === undefined) throw new AppError('notFound');
    const scope = await this.#authorise(held.question);
    held.scope = scope;
    const call = { ...input, principal: this.#principal, scope, signal: held.life.signal };
    const outlet = this.#outlet(id, held);
    if (topic.kind === 'rows') {
      const list = await topic.topic.open(call as Parameters<typeof topic.topic.open>[0]);
      if (held.life.signal.aborted) return list.release();
      held.subscription = new RowsSubscription(id, list, outlet);
      return;
    }
    const subscription = new SnapshotSubscription(
      id,
      { endpoint, topic: topic.topic, call: call as LiveCall<Endpoint> },
      outlet,
    );
    held.subscription = subscription;
    await subscription.open();
  }

  #outlet(id: number, held: Held): LiveOutlet {
    return {
      send: (message) => (held.life.signal.aborted ? Promise.resolve() : this.#socket.send(message)),
      fail: (error) => this.#fail(id, held, error),
      reopen: () => {
        if (this.#held.get(id) === held) this.#open(id, held.question);
      },
    };
  }

  #read({ endpoint: id, params, query }: Question) {
    const endpoint = this.#services.topics.find(id)?.endpoint;
    if (endpoint === undefined) throw new AppError('notFound');
    return { endpoint, input: inputReader(endpoint)({ params, query }) };
  }

  async #authorise(question: Question): Promise<Scope> {
    const { endpoint, input } = this.#read(question);
    if (this.#principal.mustChangePassword) throw new AppError('passwordChangeRequired');
    if (typeof endpoint.permission === 'string') return 'all';
    const requirements: Requirement[] = endpoint.permission(input as never);
    return this.#services.authoriser.require(this.#principal, requirements);
  }

  #fail(id: number, held: Held, error: unknown): void {
    if (this.#held.get(id) !== held) return;
    this.#close(id);
    const known = toAppError(error);
    if (known.code === 'internal') this.#services.onError(error);
    void this.#socket.send({ type: 'error', id, error: streamErrorOf(known) });
  }

  #close(id: number): void {
    const held = this.#held.get(id);
    if (held === undefined) return;
    this.#held.delete(id);
    held.life.abort();
    held.subscription?.close();
  }

  #closeAll(): void {
    for (const id of this.#held.keys()) this.#close(id);
  }
}
