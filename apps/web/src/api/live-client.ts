import { liveServerMessage } from '@pilothouse/contract';
import type { z } from 'zod';

export type LiveServerMessage = z.output<typeof liveServerMessage>;
type SubscriptionMessage = Extract<LiveServerMessage, { id: number }>;
export type LiveEnd = Extract<LiveServerMessage, { type: 'end' }>;

export interface LiveQuestion {
  endpoint: string;
  params: Record<string, unknown>;
  query: Record<string, unknown>;
}

interface Subscription {
  question: LiveQuestion;
  onMessage: (message: SubscriptionMessage) => void;
}

export interface LiveClientOptions {
  /** A new socket with a fresh ticket. Rejects while the platform can't be reached or the session is over. */
  open: () => Promise<WebSocket>;
  /** The platform ended the socket and said why. */
  onEnd: (end: LiveEnd) => void;
  onConnected: (connected: boolean) => void;
}

const firstDelayMs = 500;
const longestDelayMs = 15_000;
const watchdogMs = 10_000;

/**
 * The tab's one live socket. It opens with the first subscription, comes back with growing pauses after a loss, and
 * then subscribes again to everything, so each subscriber just gets a new snapshot.
 */
export class LiveClient {
  readonly #options: LiveClientOptions;
  readonly #subscriptions = new Map<number, Subscription>();
  #nextId = 1;
  #socket: WebSocket | null = null;
  #opening = false;
  #isClosed = false;
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #watchdog: ReturnType<typeof setInterval> | null = null;
  readonly #onOnline = () => this.#reconnectNow();

  constructor(options: LiveClientOptions) {
    this.#options = options;
    globalThis.addEventListener('online', this.#onOnline);
  }

  /** Messages for this question until the returned function is called. */
  subscribe(question: LiveQuestion, onMessage: Subscription['onMessage']): () => void {
    const id = this.#nextId++;
    this.#subscriptions.set(id, { question, onMessage });
    if (this.#socket?.readyState === WebSocket.OPEN) this.#ask(id, question);
    else if (this.#retry === null) void this.#connect();
    return () => {
      this.#subscriptions.delete(id);
      this.#send({ type: 'unsubscribe', id });
    };
  }

  /** Ends everything; a closed client stays closed. */
  close(): void {
    this.#isClosed = true;
    globalThis.removeEventListener('online', this.#onOnline);
    if (this.#retry !== null) clearTimeout(this.#retry);
    if (this.#watchdog !== null) clearInterval(this.#watchdog);
    this.#subscriptions.clear();
    this.#socket?.close();
    this.#socket = null;
  }

  async #connect(): Promise<void> {
    if (this.#opening || this.#isClosed || this.#socket !== null) return;
    this.#opening = true;
    try {
      const socket = await this.#options.open();
      if (this.#isClosed) return socket.close();
      this.#attach(socket);
    } catch {
      this.#options.onConnected(false);
      this.#retryLater();
    } finally {
      this.#opening = false;
    }
  }

  #attach(socket: WebSocket): void {
    this.#socket = socket;
    socket.addEventListener('open', () => {
      this.#options.onConnected(true);
      for (const [id, { question }] of this.#subscriptions) this.#ask(id, question);
      this.#watchSleep();
    });
    socket.addEventListener('message', (event: MessageEvent<string>) => {
      if (this.#socket === socket) this.#receive(event.data);
    });
    socket.addEventListener('close', () => this.#lost(socket));
  }

  #receive(text: string): void {
    this.#attempt = 0;
    const parsed = liveServerMessage.safeParse(JSON.parse(text));
    // A newer platform may say what this page does not know yet.
    if (!parsed.success) return;
    if (parsed.data.type === 'end') return this.#options.onEnd(parsed.data);
    this.#subscriptions.get(parsed.data.id)?.onMessage(parsed.data);
  }

  #lost(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    this.#options.onConnected(false);
    if (this.#subscriptions.size > 0) this.#retryLater();
  }

  #retryLater(): void {
    if (this.#isClosed || this.#retry !== null) return;
    const longest = Math.min(longestDelayMs, firstDelayMs * 2 ** this.#attempt++);
    this.#retry = setTimeout(
      () => {
        this.#retry = null;
        void this.#connect();
      },
      longest * (0.5 + Math.random() / 2),
    );
  }

  #reconnectNow(): void {
    if (this.#retry === null) return;
    clearTimeout(this.#retry);
    this.#retry = null;
    void this.#connect();
  }

  /** After the machine slept the socket is dead but looks open: a late tick tells. */
  #watchSleep(): void {
    if (this.#watchdog !== null) clearInterval(this.#watchdog);
    let last = Date.now();
    this.#watchdog = setInterval(() => {
      const pause = Date.now() - last;
      last = Date.now();
      // Background tabs tick once a minute at worst; only a longer pause is sleep.
      if (pause > 90_000) this.#socket?.close();
    }, watchdogMs);
  }

  #ask(id: number, question: LiveQuestion): void {
    this.#send({ type: 'subscribe', id, ...question });
  }

  #send(message: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}
