/** Writes a shell as asciicast v2 (docs.asciinema.org/manual/asciicast/v2): a JSON header line, then one JSON line an event. */
export class AsciicastEncoder {
  readonly #startedAt: number;
  readonly #decoder = new TextDecoder('utf-8');

  /** `startedAt` in milliseconds since 1970. */
  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  header(options: { columns: number; rows: number; title: string }): string {
    const { columns: width, rows: height, title } = options;
    const timestamp = Math.floor(this.#startedAt / 1000);
    return line({ version: 2, width, height, timestamp, title, env: { TERM: 'xterm-256color' } });
  }

  /** Output bytes; a character split over two calls stands whole in the later one. Empty when no character is whole. */
  output(bytes: Uint8Array, at: number): string {
    const text = this.#decoder.decode(bytes, { stream: true });
    return text === '' ? '' : this.#event(at, 'o', text);
  }

  resize(columns: number, rows: number, at: number): string {
    return this.#event(at, 'r', `${columns}x${rows}`);
  }

  /** What is left of a character that never became whole. */
  flush(at: number): string {
    const text = this.#decoder.decode();
    return text === '' ? '' : this.#event(at, 'o', text);
  }

  #event(at: number, code: 'o' | 'r', data: string): string {
    return line([Math.max(0, at - this.#startedAt) / 1000, code, data]);
  }
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
