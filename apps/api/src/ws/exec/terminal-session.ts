import type { StreamEndReason } from '@pilothouse/contract';
import type { StreamError } from '../guarded-socket.ts';
import { streamErrorOf } from '../stream-error.ts';
import type { Recorder } from './recorder.ts';

/** A shell that runs in a container, as packages/kube gives it. */
export interface ShellProcess {
  /** Path or name of the shell that was found. */
  shell: string;
  /** Terminal bytes; not pulling holds the process back. Ends when the process has ended or the connection is gone. */
  output: AsyncIterable<Uint8Array>;
  /** Settles with `output`'s end: the exit code, or rejects with what broke the connection. */
  exited: Promise<number>;
  /** Resolves when the cluster has taken the bytes. */
  write(bytes: Uint8Array): Promise<void>;
  resize(columns: number, rows: number): void;
  /** Hangs the shell's session up, kills what stays, closes the connection. Harmless when it has ended by itself. */
  kill(): Promise<void>;
}

export interface TerminalEnd {
  reason: StreamEndReason;
  exitCode: number | null;
  error?: StreamError;
  /** Output is missing from the recording. */
  truncated: boolean;
}

/** Who looks at a terminal: one browser at a time. */
export interface TerminalClient {
  /** Resolves when the client can take more. */
  output(bytes: Uint8Array): Promise<void>;
  /** Called at once, before the process is cleaned up. */
  ended(end: TerminalEnd): void;
}

export interface TerminalSessionOptions {
  id: string;
  /** Name of the cluster it runs in. */
  cluster: string;
  process: ShellProcess;
  recorder: Recorder;
  /** Writes the end down; called once, when the process is gone and the recording stored. Must not reject. */
  onEnd(end: TerminalEnd): Promise<void>;
}

/**
 * A shell apart from the socket it is looked at through: it owns the process and the recording, has at most one client
 * attached, and ends once, whatever the cause, leaving no process behind.
 */
export class TerminalSession {
  readonly id: string;
  readonly cluster: string;
  readonly shell: string;
  readonly ended: Promise<TerminalEnd>;
  readonly #options: TerminalSessionOptions;
  readonly #resolveEnded: (end: TerminalEnd) => void;
  #client: TerminalClient | undefined;
  #ending = false;
  #input: Promise<void> = Promise.resolve();

  constructor(options: TerminalSessionOptions) {
    const { promise, resolve } = Promise.withResolvers<TerminalEnd>();
    this.id = options.id;
    this.cluster = options.cluster;
    this.shell = options.process.shell;
    this.ended = promise;
    this.#options = options;
    this.#resolveEnded = resolve;
    void this.#run();
  }

  /** A newer client takes over from an older one. */
  attach(client: TerminalClient): void {
    this.#client = client;
  }

  /** Keys, in order; resolves when the cluster has taken them. */
  input(bytes: Uint8Array): Promise<void> {
    this.#input = this.#input
      .then(() => (this.#ending ? undefined : this.#options.process.write(bytes)))
      // a process that takes no more input ends by itself, with the better reason
      .catch(() => {});
    return this.#input;
  }

  resize(columns: number, rows: number): void {
    if (this.#ending) return;
    this.#options.process.resize(columns, rows);
    this.#options.recorder.resize(columns, rows);
  }

  /** Ends the shell; resolves when everything is written down. */
  async end(reason: StreamEndReason, error?: StreamError): Promise<TerminalEnd> {
    await this.#finish(reason, null, error);
    return this.ended;
  }

  async #run(): Promise<void> {
    const { process, recorder } = this.#options;
    // whichever way the output stops, the exit says why
    process.exited.catch(() => {});
    try {
      for await (const bytes of process.output) {
        await recorder.write(bytes);
        await this.#client?.output(bytes);
      }
      await this.#finish('exit', await process.exited);
    } catch (error) {
      await this.#finish('upstreamLost', null, streamErrorOf(error));
    }
  }

  async #finish(reason: StreamEndReason, exitCode: number | null, error?: StreamError): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    const { process, recorder, onEnd } = this.#options;
    const end: TerminalEnd = { reason, exitCode, ...(error && { error }), truncated: false };
    this.#client?.ended(end);
    // also after an exit: jobs in the background outlive their shell
    const [, stored] = await Promise.allSettled([process.kill(), recorder.close()]);
    end.truncated = stored.status === 'rejected' || !stored.value;
    await onEnd(end);
    this.#resolveEnded(end);
  }
}
