import { gzip } from 'node:zlib';
import { promisify } from 'node:util';
import { AsciicastEncoder } from './asciicast.ts';

const gzipAsync = promisify(gzip);

/** Takes the pieces of a recording, in order, one at a time. Every piece is a whole gzip member of its own. */
export interface ChunkSink {
  append(chunk: { seq: number; data: Buffer }): Promise<void>;
}

export interface RecorderOptions {
  sink: ChunkSink;
  columns: number;
  rows: number;
  title: string;
  /** Largest recording, bytes as stored. */
  maxBytes: number;
  /** Called once, when the recording cannot go on: the shell must end then. */
  onFailure: (reason: 'recordingFailed' | 'recordingFull', error?: unknown) => void;
  now?: () => number;
}

/** A chunk is stored when it holds this much text, or is this old: a kill -9 loses no more. */
const chunkBytes = 64 * 1024;
const chunkMs = 2000;
/** Text that waits for a slow database; beyond it the shell's output waits as well. */
const pendingBytes = 1024 * 1024;

/**
 * Records a shell's output and window sizes, never its input (passwords are typed there). What is written is stored
 * within two seconds; whoever writes awaits `write`, so a slow database slows the shell down and memory stays bounded.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #encoder: AsciicastEncoder;
  readonly #now: () => number;
  #text = '';
  #textBytes = 0;
  #pending = 0;
  #seq = 0;
  #stored = 0;
  #timer: NodeJS.Timeout | undefined;
  #tail: Promise<void> = Promise.resolve();
  #failed = false;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#encoder = new AsciicastEncoder(this.#now());
    this.#add(this.#encoder.header(options));
  }

  /** Bytes stored so far. */
  get storedBytes(): number {
    return this.#stored;
  }

  /** Resolves when there is room for more. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#add(this.#encoder.output(bytes, this.#now()));
    if (this.#pending > pendingBytes) await this.#tail;
  }

  resize(columns: number, rows: number): void {
    this.#add(this.#encoder.resize(columns, rows, this.#now()));
  }

  /** Stores what is left; true when everything that was written is stored. */
  async close(): Promise<boolean> {
    this.#add(this.#encoder.flush(this.#now()));
    this.#cut();
    await this.#tail;
    return !this.#failed;
  }

  #add(text: string): void {
    if (text === '' || this.#failed) return;
    const bytes = Buffer.byteLength(text);
    if (this.#textBytes + bytes > chunkBytes) this.#cut();
    this.#text += text;
    this.#textBytes += bytes;
    this.#pending += bytes;
    this.#timer ??= setTimeout(() => this.#cut(), chunkMs);
  }

  #cut(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#text === '') return;
    const text = this.#text;
    const seq = this.#seq++;
    this.#text = '';
    this.#textBytes = 0;
    this.#tail = this.#tail.then(() => this.#store(seq, text));
  }

  async #store(seq: number, text: string): Promise<void> {
    this.#pending -= Buffer.byteLength(text);
    if (this.#failed) return;
    try {
      const data = await gzipAsync(text);
      if (this.#stored + data.length > this.#options.maxBytes) return this.#fail('recordingFull');
      await this.#options.sink.append({ seq, data });
      this.#stored += data.length;
    } catch (error) {
      this.#fail('recordingFailed', error);
    }
  }

  #fail(reason: 'recordingFailed' | 'recordingFull', error?: unknown): void {
    this.#failed = true;
    this.#text = '';
    this.#options.onFailure(reason, error);
  }
}
