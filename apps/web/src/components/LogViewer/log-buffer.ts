import { readAs, type LogEncoding } from './log-encoding.ts';
import type { GapReport, LogOrigin } from './log-session.ts';
import { plainText } from './terminal-text.ts';

export type LogLevel = 'error' | 'warning' | 'info' | 'debug';

export interface LogLine {
  kind: 'line';
  /** Counts up from 0 over the life of the buffer; stable as a key. */
  n: number;
  origin: LogOrigin;
  /** RFC 3339 with nanoseconds, as the kubelet stamped it. */
  at: string;
  /** As it came. */
  raw: string;
  /** In the buffer's encoding, colours included. */
  text: string;
  plain: string;
  level: LogLevel | null;
}

export interface LogGap extends GapReport {
  kind: 'gap';
  n: number;
  origin: LogOrigin;
}

export type LogEntry = LogLine | LogGap;

const levels: [LogLevel, RegExp][] = [
  ['error', /\b(?:error|fatal|panic|critical|severe|exception)\b|^E\d{4} /i],
  ['warning', /\bwarn(?:ing)?\b|^W\d{4} /i],
  ['debug', /\b(?:debug|trace)\b/i],
  ['info', /\b(?:info|notice)\b|^I\d{4} /i],
];

/** The level a line names near its beginning (also klog's `E0102 `); null when it names none. */
export function levelOf(plain: string): LogLevel | null {
  const head = plain.slice(0, 160);
  return levels.find(([, pattern]) => pattern.test(head))?.[0] ?? null;
}

/** Index of the entry with this `n`, by which they are sorted; -1 when it is not there. */
export function indexOfEntry(entries: readonly LogEntry[], n: number): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (entries[middle]!.n < n) low = middle + 1;
    else high = middle;
  }
  return entries[low]?.n === n ? low : -1;
}

/** The newest `capacity` entries of a log, read in an encoding, and which of them match a search. */
export class LogBuffer {
  readonly capacity: number;
  entries: LogEntry[] = [];
  /** Lines that fell out at the old end. */
  dropped = 0;
  /** `n` of every matching line still held, ascending. */
  matches: number[] = [];
  #next = 0;
  #needle = '';
  #encoding: LogEncoding;

  constructor(encoding: LogEncoding = 'utf-8', capacity = 50_000) {
    this.#encoding = encoding;
    this.capacity = capacity;
  }

  /** Reads what there is, and what comes, in another encoding. */
  readIn(encoding: LogEncoding): void {
    if (encoding === this.#encoding) return;
    this.#encoding = encoding;
    this.entries = this.entries.map((entry) =>
      entry.kind === 'line' ? { ...entry, ...this.#read(entry.raw) } : entry,
    );
    this.search(this.#needle);
  }

  addLines(origin: LogOrigin, lines: readonly (readonly [at: string, raw: string])[]): void {
    for (const [at, raw] of lines) {
      const n = this.#next++;
      const line: LogLine = { kind: 'line', n, origin, at, ...this.#read(raw) };
      this.entries.push(line);
      if (this.#isMatch(line)) this.matches.push(line.n);
    }
    this.#trim();
  }

  addGap(origin: LogOrigin, { lost, from, to, lineBytes }: GapReport): void {
    this.entries.push({ kind: 'gap', n: this.#next++, origin, lost, from, to, lineBytes });
    this.#trim();
  }

  clear(): void {
    this.entries = [];
    this.matches = [];
    this.dropped = 0;
  }

  /** Case-insensitive plain text; the empty string matches nothing. */
  search(needle: string): void {
    this.#needle = needle.toLowerCase();
    this.matches = this.entries.filter((entry) => this.#isMatch(entry)).map((entry) => entry.n);
  }

  #read(raw: string): Pick<LogLine, 'raw' | 'text' | 'plain' | 'level'> {
    const text = readAs(this.#encoding, raw);
    const plain = plainText(text);
    return { raw, text, plain, level: levelOf(plain) };
  }

  #isMatch(entry: LogEntry): boolean {
    return this.#needle !== '' && entry.kind === 'line' && entry.plain.toLowerCase().includes(this.#needle);
  }

  /** Cuts a tenth at once: shifting single lines off a long array is what makes viewers crawl. */
  #trim(): void {
    if (this.entries.length <= this.capacity) return;
    const excess = this.entries.length - Math.floor(this.capacity * 0.9);
    const gone = this.entries.splice(0, excess);
    this.dropped += gone.filter((entry) => entry.kind === 'line').length;
    const first = this.entries[0]?.n ?? this.#next;
    const firstMatch = this.matches.findIndex((n) => n >= first);
    this.matches.splice(0, firstMatch === -1 ? this.matches.length : firstMatch);
  }
}
