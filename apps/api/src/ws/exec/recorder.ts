import { gzip } from 'node:zlib';
import { promisify } from 'node:util';
import { AsciicastEncoder } from './asciicast.ts';

const gzipAsync = promisify(gzip);

/** A piece of a recording: a whole gzip member of its own. */
export interface RecordingChunk {
  seq: number;
  data: Buffer;
}

/** Takes the pieces of a recording in order: several at once when they come faster than they are stored. */
export interface ChunkSink {
  append(chunks: RecordingChunk[]): Promise<void>;
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
/** Terminal output compresses well as it is; more effort costs a fast shell's throughput. */
const compression = { level: 1 };
/** Chunks handed to the sink at once. */
const chunksAtOnce = 8;
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
  readonly #waiting: string[] = [];
  readonly #writers: (() => void)[] = [];
  #storing: Promise<void> | undefined;
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
    if (this.#pending > pendingBytes) await new Promise<void>((resolve) => this.#writers.push(resolve));
  }

  resize(columns: number, rows: number): void {
    this.#add(this.#encoder.resize(columns, rows, this.#now()));
  }

  /** Stores what is left; true when everything that was written is stored. */
  async close(): Promise<boolean> {
    this.#add(this.#encoder.flush(this.#now()));
    this.#cut();
    await this.#storing;
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
    this.#waiting.push(this.#text);
    this.#text = '';
    this.#textBytes = 0;
    this.#storing ??= this.#store();
  }

  async #store(): Promise<void> {
    while (this.#waiting.length > 0) {
      const texts = this.#waiting.splice(0, chunksAtOnce);
      try {
        await this.#append(texts);
      } catch (error) {
        this.#fail('recordingFailed', error);
      }
      this.#pending -= texts.reduce((bytes, text) => bytes + Buffer.byteLength(text), 0);
      this.#release();
    }
    // in the same turn as the last look at what waits, or a piece could come between and stay
    this.#storing = undefined;
  }

  async #append(texts: string[]): Promise<void> {
    if (this.#failed) return;
    const chunks = await Promise.all(
      texts.map(async (text) => ({ seq: this.#seq++, data: await gzipAsync(text, compression) })),
    );
    const bytes = chunks.reduce((sum, { data }) => sum + data.length, 0);
    if (this.#stored + bytes > this.#options.maxBytes) return this.#fail('recordingFull');
    await this.#options.sink.append(chunks);
    this.#stored += bytes;
  }

  /** Lets writers go on when there is room again. */
  #release(): void {
    if (this.#pending > pendingBytes) return;
    for (const resolve of this.#writers.splice(0)) resolve();
  }

  #fail(reason: 'recordingFailed' | 'recordingFull', error?: unknown): void {
    this.#failed = true;
    this.#text = '';
    this.#options.onFailure(reason, error);
  }
}
