import { Worker } from 'node:worker_threads';
import { parseExactJson } from '@pilothouse/kinds';
import { AppError } from '../../http/app-error.ts';
import type { ManifestTextError, ParsedManifest } from './parse-manifests.ts';

/** One object of a text. */
export interface Manifest extends Omit<ParsedManifest, 'json'> {
  /** Its place among the text's objects, from 0. */
  index: number;
  value: Record<string, unknown>;
}

/** Honest texts take a second or two of it. */
const mostMs = 15_000;
const mostMemoryMib = 512;
/** A thread takes longer to start than most texts take to read, so it stays for the next one. */
const keptMs = 60_000;

/**
 * Reads a text as kubectl does, in a thread of its own; lists come item by item. Throws `manifestUnreadable` with line,
 * column and likely cause, `manifestEmpty` or `manifestTooMany`.
 */
export async function readManifests(text: string, signal: AbortSignal): Promise<Manifest[]> {
  const parsed = await inThread<ParsedManifest[]>({ text }, signal);
  return parsed.map(({ json, ...manifest }, index) => ({
    ...manifest,
    index,
    value: parseExactJson(json) as Record<string, unknown>,
  }));
}

/** Where fields of a text's objects stand, as the apiserver names them. */
export function linesOf(
  text: string,
  fields: { index: number; field: string }[],
  signal: AbortSignal,
): Promise<number[]> {
  return inThread<number[]>({ text, fields }, signal);
}

/** Texts are read one after the other: whoever sends many waits for their own, and for others'. */
let before: Promise<unknown> = Promise.resolve();
let thread: ReadingThread | undefined;

function inThread<T>(request: object, signal: AbortSignal): Promise<T> {
  const turn = before.then(async () => {
    signal.throwIfAborted();
    if (thread === undefined || thread.isGone) thread = new ReadingThread();
    const message = await thread.ask<T>(request, signal);
    signal.throwIfAborted();
    if (message === null) throw tooLarge();
    if ('result' in message) return message.result;
    const { code, params } = message.error;
    throw new AppError(code, params, 'body.text');
  });
  before = turn.catch(() => undefined);
  return turn;
}

type Message<T> = { result: T } | { error: Pick<ManifestTextError, 'code' | 'params'> };

/** Reads one text at a time; ends where one takes too long, or nobody waits for it any more. */
class ReadingThread {
  isGone = false;
  readonly #worker = new Worker(new URL('./manifest-thread.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: mostMemoryMib },
  });
  #settle: { resolve: (message: unknown) => void; reject: (error: unknown) => void } | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor() {
    this.#worker.unref();
    this.#worker.on('message', (message) => this.#settle?.resolve(message));
    this.#worker.on('error', (error: NodeJS.ErrnoException) => {
      this.isGone = true;
      if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') this.#settle?.resolve(null);
      else this.#settle?.reject(error);
    });
    this.#worker.on('exit', () => {
      this.isGone = true;
      this.#settle?.resolve(null);
    });
  }

  /** Null where it ended over it. */
  async ask<T>(request: object, signal: AbortSignal): Promise<Message<T> | null> {
    clearTimeout(this.#idle);
    const end = () => this.#end();
    const tooLong = setTimeout(end, mostMs);
    signal.addEventListener('abort', end, { once: true });
    try {
      return (await new Promise<unknown>((resolve, reject) => {
        this.#settle = { resolve, reject };
        // a thread has no origin
        // oxlint-disable-next-line unicorn/require-post-message-target-origin
        this.#worker.postMessage(request);
      })) as Message<T> | null;
    } finally {
      clearTimeout(tooLong);
      signal.removeEventListener('abort', end);
      this.#idle = setTimeout(end, keptMs).unref();
    }
  }

  #end(): void {
    this.isGone = true;
    void this.#worker.terminate();
  }
}

function tooLarge(): AppError {
  const place = { line: 1, column: 1, problem: 'tooLarge', hint: '', cause: '' };
  return new AppError('manifestUnreadable', { ...place, detail: 'it takes too long to read' }, 'body.text');
}
