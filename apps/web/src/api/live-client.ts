import { liveServerMessage } from '@pilothouse/contract';
import { parseExactJson } from '@pilothouse/kinds';
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
  /** Something cheap that every user may ask, to hear whether anybody is still there. */
  pulse: LiveQuestion;
  /** A new socket with a fresh ticket. Rejects while the platform can't be reached or the session is over. */
  open: () => Promise<WebSocket>;
  /** The platform ended the socket and said why. */
  onEnd: (end: LiveEnd) => void;
  onConnected: (connected: boolean) => void;
}

const firstDelayMs = 500;
const longestDelayMs = 15_000;
/** After so much silence the socket is asked for something; after so much more it is taken for dead. */
const quietMs = 30_000;
const deadMs = 45_000;
const pulseMs = 5_000;

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
  #pulse: ReturnType<typeof setInterval> | null = null;
  #heardAt = 0;
  #endPulse: (() => void) | null = null;
  readonly #onOnline = () => this.#reconnectNow();
  readonly #onOffline = () => this.#drop();

  constructor(options: LiveClientOptions) {
    this.#options = options;
    globalThis.addEventListener('online', this.#onOnline);
    globalThis.addEventListener('offline', this.#onOffline);
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
    globalThis.removeEventListener('offline', this.#onOffline);
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#stopPulse();
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
      this.#startPulse();
    });
    socket.addEventListener('message', (event: MessageEvent<string>) => {
      if (this.#socket === socket) this.#receive(event.data);
    });
    socket.addEventListener('close', () => this.#lost(socket));
  }

  #receive(text: string): void {
    this.#attempt = 0;
    this.#heardAt = Date.now();
    const parsed = liveServerMessage.safeParse(parseExactJson(text));
    // A newer platform may say what this page does not know yet.
    if (!parsed.success) return;
    if (parsed.data.type === 'end') return this.#options.onEnd(parsed.data);
    this.#subscriptions.get(parsed.data.id)?.onMessage(parsed.data);
  }

  #lost(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    this.#stopPulse();
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

  /**
   * A browser does not show the server's pings, so a connection that was cut without a word, or that died while the
   * machine slept, looks open: silence tells.
   */
  #startPulse(): void {
    this.#stopPulse();
    this.#heardAt = Date.now();
    this.#pulse = setInterval(() => {
      const quiet = Date.now() - this.#heardAt;
      if (quiet > deadMs) this.#drop();
      else if (quiet > quietMs)
        this.#endPulse ??= this.subscribe(this.#options.pulse, () => {
          this.#endPulse?.();
          this.#endPulse = null;
        });
    }, pulseMs);
  }

  #stopPulse(): void {
    if (this.#pulse !== null) clearInterval(this.#pulse);
    this.#pulse = null;
    this.#endPulse?.();
    this.#endPulse = null;
  }

  /** Closing a dead socket takes its time; nobody waits for it. */
  #drop(): void {
    const socket = this.#socket;
    if (socket === null) return;
    this.#lost(socket);
    socket.close();
  }

  #ask(id: number, question: LiveQuestion): void {
    this.#send({ type: 'subscribe', id, ...question });
  }

  #send(message: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}
