import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { Pool } from 'undici';
import type { AddressPolicy } from './address-policy.ts';
import { errorOf, LargeBodies, readBody, readObject, type WholeAnswer } from './answer.ts';
import { fixedPaths, queryText, type ApiPath, type Query } from './api-path.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import type { ClusterCredential } from './credential.ts';
import { startDeadline } from './deadline.ts';
import { informationalCounter } from './informational.ts';
import { KubeError, type KubeErrorReason } from './kube-error.ts';
import { networkError } from './network-error.ts';
import { OneByOne } from './one-by-one.ts';
import { openSocket } from './open-socket.ts';
import type { Integers } from './parse-json.ts';
import { ProcessorBudget, type ProcessorLimits } from './processor-budget.ts';
import { refillWhenTaken } from './small-chunks.ts';
import { Traffic, type TrafficSnapshot } from './traffic.ts';
import { defaultTurnLimits, Turns, type Priority } from './turns.ts';

/** How a cluster is connected to. */
export interface ConnectOptions {
  /** Milliseconds a request may take from beginning to end. Default 10,000. */
  timeoutMs?: number;
  addressPolicy: AddressPolicy;
  /** How often WebSockets are pinged, in milliseconds. Default 25,000: proxies cut what is silent for 60 s. */
  pingMs?: number;
  /** Told about every request when it has ended, streams included. */
  onRequest?: (event: RequestEvent) => void;
  /** Processor time for what its lists and watches bring. */
  processor?: ProcessorLimits;
  /** Headers to add to a request. */
  headers?: (request: ApiRequest) => Record<string, string>;
}

/** One request that has ended. `durationMs` of a stream is the time to its headers. */
export interface RequestEvent {
  method: string;
  path: string;
  status: number | null;
  durationMs: number;
  error: KubeError | null;
}

/** A request to the API. */
export interface ApiRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: ApiPath;
  query?: Query;
  /** Sent as JSON. */
  body?: unknown;
  /** Of the body; default `application/json`. */
  contentType?: string;
  /** Default `application/json`. */
  accept?: string;
  /** `If-None-Match`; then 304 is an answer, without a body. */
  etag?: string | undefined;
  /** Statuses other than 2xx that are answers, and no errors. */
  alsoAnswers?: readonly number[];
}

/** How a call is made, whatever it asks. */
export interface CallOptions {
  signal?: AbortSignal;
  /** Instead of the connection's own, in milliseconds. */
  timeoutMs?: number;
  /** Sent as `Audit-ID`, by which the cluster's audit log and ours are joined. */
  auditId?: string;
  /** Whose turn it is where many call at once. Default `interactive`. */
  priority?: Priority;
  /** Most bytes the answer may have. Default 8 MiB. */
  maxBytes?: number;
}

/** An answer whose body is still coming. Whoever has it must read it to its end or destroy it. */
export interface StreamedAnswer {
  headers: IncomingHttpHeaders;
  body: Readable;
}

const defaultMaxBytes = 8 * 1024 * 1024;
/** Of an answer that nobody takes at the moment; then no more of it is parsed, however small its chunks are. */
const heldBytes = 1024;
/** Sockets for requests, one of them for the question whether the server is there; streams have one each. */
const requestSockets = defaultTurnLimits.most + 1;
/** Failures that say nothing about whether the server is there. */
const ownFailures: ReadonlySet<KubeErrorReason> = new Set([
  'aborted',
  'closed',
  'invalidName',
  'unavailable',
  'busy',
]);

/** Connects to a cluster: nothing is sent before the first call. */
export function connect(credential: ClusterCredential, options: ConnectOptions): ClusterConnection {
  return new ClusterConnection(credential, options);
}

/** One cluster's HTTP connections. Every call has a deadline and fails with KubeError; redirects are refused. */
export class ClusterConnection {
  /** The server's URL. */
  readonly server: string;
  /** Milliseconds a request may take. */
  readonly timeoutMs: number;
  /** Milliseconds between pings of a WebSocket. */
  readonly pingMs: number;
  /** Processor time that its lists and watches take. */
  readonly processor: ProcessorBudget;
  readonly #credential: ClusterCredential;
  readonly #options: ConnectOptions;
  readonly #basePath: string;
  readonly #requests: Pool;
  readonly #streams: Pool;
  readonly #sockets = new Set<TLSSocket>();
  readonly #turns = new Turns();
  readonly #largeBodies = new OneByOne();
  readonly #traffic = new Traffic();
  readonly #breaker = new CircuitBreaker(() =>
    this.request({ path: fixedPaths.version }, { timeoutMs: 5000 }),
  );
  readonly #closing = new AbortController();
  /** By the clock that nobody sets. */
  #lastAnswerAt = -Infinity;
  #aliveCheck: Promise<void> | undefined;

  constructor(credential: ClusterCredential, options: ConnectOptions) {
    const url = new URL(credential.server);
    if (url.protocol !== 'https:') throw new KubeError('tls', 'The server is not an https URL');
    this.server = credential.server;
    this.timeoutMs = options.timeoutMs ?? 10_000;
    this.pingMs = options.pingMs ?? 25_000;
    this.processor = new ProcessorBudget(options.processor);
    this.#credential = credential;
    this.#options = options;
    this.#basePath = url.pathname.replace(/\/+$/, '');
    this.#requests = this.#pool(url.origin, requestSockets);
    this.#streams = this.#pool(url.origin, null);
  }

  /** Aborted when the connection is closed. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  /** What went over it so far. */
  traffic(): TrafficSnapshot {
    const { running, waiting } = this.#turns;
    const { state: breaker, openings: breakerOpenings } = this.#breaker;
    const processor = this.processor.snapshot();
    return { ...this.#traffic.snapshot(), running, waiting, breaker, breakerOpenings, processor };
  }

  /** Sends a request and reads its JSON answer whole. */
  async json<T = unknown>(request: ApiRequest, call: CallOptions = {}): Promise<T> {
    return (await this.object<T>(request, call)).object;
  }

  /**
   * As {@link json}, with what came beside it; of an unchanged answer (304) there is no object.
   * @param integers `exact` keeps those beyond 2^53 as `ExactInteger`: where somebody may send the object back
   */
  async object<T = unknown>(
    request: ApiRequest,
    call: CallOptions = {},
    integers?: Integers,
  ): Promise<Omit<WholeAnswer, 'body'> & { object: T }> {
    const large = new LargeBodies(this.#largeBodies);
    try {
      const { statusCode, headers, body } = await this.#request(request, call, large);
      const isUnchanged = statusCode === 304;
      const object = isUnchanged ? undefined : await readObject(this.processor, { headers, body }, integers);
      return { statusCode, headers, object: object as T };
    } finally {
      large.end();
    }
  }

  /** Sends a request and reads its answer whole, whatever it is. */
  async request(request: ApiRequest, call: CallOptions = {}): Promise<WholeAnswer> {
    const large = new LargeBodies(this.#largeBodies);
    try {
      return await this.#request(request, call, large);
    } finally {
      large.end();
    }
  }

  async #request(request: ApiRequest, call: CallOptions, large: LargeBodies): Promise<WholeAnswer> {
    const deadline = startDeadline(call.timeoutMs ?? this.timeoutMs, [call.signal, this.closed]);
    let endTurn: (() => void) | undefined;
    try {
      endTurn = await this.takeTurn(request, call, deadline.signal);
      const { statusCode, headers, body } = await this.#send(this.#requests, request, call, deadline.signal);
      return { statusCode, headers, body: await readBody(body, call.maxBytes ?? defaultMaxBytes, large) };
    } catch (error) {
      throw networkError(error);
    } finally {
      endTurn?.();
      deadline.end();
    }
  }

  /**
   * Sends a request and returns when its headers are there; the deadline counts until then. `signal` and `close` end
   * the body as well, with a KubeError as the stream's error.
   */
  async stream(request: ApiRequest, call: CallOptions = {}): Promise<StreamedAnswer> {
    const life = startDeadline(undefined, [call.signal, this.closed]);
    const deadline = startDeadline(call.timeoutMs ?? this.timeoutMs, [life.signal]);
    let endTurn: (() => void) | undefined;
    try {
      endTurn = await this.takeTurn(request, call, deadline.signal);
      const answer = await this.#send(this.#streams, request, call, deadline.signal);
      this.#traffic.streaming(answer.body);
      // one that nobody reads on is destroyed with an error, which must not end the process
      answer.body.on('error', () => undefined);
      const cut = () => answer.body.destroy(life.signal.reason as KubeError);
      life.signal.addEventListener('abort', cut, { once: true });
      answer.body.once('close', life.end);
      return answer;
    } catch (error) {
      life.end();
      throw networkError(error);
    } finally {
      endTurn?.();
      deadline.end();
    }
  }

  /**
   * Waits until a call may go, and returns what ends its turn: a request's with its answer, a stream's when it has
   * begun. Rejects with KubeError `unavailable` or `busy`, or with the signal's reason.
   */
  async takeTurn(request: ApiRequest, call: CallOptions, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    // it is how everybody else learns that the server is back
    if (request.path === fixedPaths.version) return () => undefined;
    await this.#breaker.pass(signal);
    const endTurn = await this.#turns.take(call.priority ?? 'interactive', signal);
    try {
      await this.#breaker.pass(signal);
      return endTurn;
    } catch (error) {
      endTurn();
      throw error;
    }
  }

  /** A TLS socket of its own, for a stream that is not plain HTTP; ended by `close`. */
  async openStreamSocket(): Promise<TLSSocket> {
    const socket = await this.#openSocket();
    this.#traffic.streaming(socket);
    return socket;
  }

  async #openSocket(): Promise<TLSSocket> {
    if (this.closed.aborted) throw this.closed.reason;
    const socket = await openSocket(this.#credential, this.#options.addressPolicy);
    if (this.closed.aborted) {
      socket.destroy();
      throw this.closed.reason;
    }
    this.#sockets.add(socket);
    this.#traffic.socket(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    return socket;
  }

  /** What a request line and its headers look like, for protocols other than plain HTTP. */
  describe(request: ApiRequest, call: CallOptions): { target: string; headers: Record<string, string> } {
    const { token, username, password } = this.#credential;
    const basic = () => Buffer.from(`${username}:${password ?? ''}`).toString('base64');
    return {
      target: `${this.#basePath}${request.path}${queryText(request.query)}`,
      headers: {
        accept: request.accept ?? 'application/json',
        'user-agent': 'pilothouse',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(username === undefined ? {} : { authorization: `Basic ${basic()}` }),
        ...(call.auditId === undefined ? {} : { 'audit-id': call.auditId }),
        ...(request.etag === undefined ? {} : { 'if-none-match': request.etag }),
        ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
        ...this.#options.headers?.(request),
      },
    };
  }

  /** Begins to measure a request; the function it returns tells `onRequest` how it ended. */
  reporter(request: ApiRequest): (status: number | null, error: KubeError | null) => void {
    const startedAt = performance.now();
    return (status, error) => {
      const durationMs = performance.now() - startedAt;
      this.#traffic.ended(durationMs, error?.reason);
      if (status !== null) {
        this.#lastAnswerAt = performance.now();
        this.#breaker.answered();
      } else if (error && !ownFailures.has(error.reason)) this.#breaker.failed(error);
      const { method = 'GET', path } = request;
      this.#options.onRequest?.({ method, path, status, durationMs, error });
    };
  }

  /**
   * Makes sure that the server answered something, whatever it is, in the last `withinMs`; asks for its version if
   * need be, for all who wonder at once. Rejects with KubeError when it does not answer within 5 s.
   */
  async checkAlive(withinMs: number): Promise<void> {
    if (performance.now() - this.#lastAnswerAt < withinMs) return;
    this.#aliveCheck ??= this.request({ path: fixedPaths.version }, { timeoutMs: 5000 })
      .then(
        () => undefined,
        (error: KubeError) => {
          if (error.status === undefined) throw error;
        },
      )
      .finally(() => {
        this.#aliveCheck = undefined;
      });
    return this.#aliveCheck;
  }

  /** Ends every request, stream and socket of this connection, for good. */
  async close(): Promise<void> {
    if (this.closed.aborted) return;
    this.#closing.abort(new KubeError('closed', 'The connection to the cluster was closed'));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all([this.#requests.destroy(), this.#streams.destroy()]);
  }

  async #send(
    pool: Pool,
    request: ApiRequest,
    call: CallOptions,
    signal: AbortSignal,
  ): Promise<StreamedAnswer & { statusCode: number }> {
    const report = this.reporter(request);
    try {
      const answer = await this.#dispatch(pool, request, call, signal);
      const isAnswer =
        (answer.statusCode === 304 && request.etag !== undefined) ||
        request.alsoAnswers?.includes(answer.statusCode) === true;
      if (!isAnswer && (answer.statusCode < 200 || answer.statusCode > 299)) {
        throw await errorOf(answer.statusCode, answer.headers, answer.body);
      }
      report(answer.statusCode, null);
      return answer;
    } catch (error) {
      const failure = networkError(error);
      report(failure.status ?? null, failure);
      throw failure;
    }
  }

  async #dispatch(pool: Pool, request: ApiRequest, call: CallOptions, signal: AbortSignal) {
    signal.throwIfAborted();
    const { target, headers } = this.describe(request, call);
    const countInformational = informationalCounter();
    const send = async () => {
      const answer = await pool.request({
        method: request.method ?? 'GET',
        path: target,
        headers,
        body: request.body === undefined ? null : JSON.stringify(request.body),
        signal,
        // each has its own bound on bytes
        onInfo: countInformational,
        // our own deadlines count
        headersTimeout: 0,
        bodyTimeout: 0,
        highWaterMark: heldBytes,
      });
      refillWhenTaken(answer.body, heldBytes);
      return answer;
    };
    try {
      return await send();
    } catch (error) {
      // a kept-alive socket may have been closed by the server in the moment we used it
      const lost = (error as NodeJS.ErrnoException).code === 'UND_ERR_SOCKET';
      if (!lost || (request.method ?? 'GET') !== 'GET' || signal.aborted) throw error;
      return await send();
    }
  }

  #pool(origin: string, connections: number | null): Pool {
    return new Pool(origin, {
      connections,
      allowH2: false,
      connect: (_target, callback) => {
        this.#openSocket().then(
          (socket) => callback(null, socket),
          (error: Error) => callback(error, null),
        );
      },
    });
  }
}
