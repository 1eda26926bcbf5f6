import { Agent, get } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

/** An answer as it came over the wire. */
export interface Answer {
  status: number;
  /** Milliseconds from the request to the answer's last byte. */
  ms: number;
  /** Of the body, compressed as it came. */
  bytes: number;
  text(): string;
}

/** Plain HTTP with connections kept; nothing is decompressed before somebody asks for the text. */
export class HttpClient {
  readonly #agent = new Agent({ keepAlive: true });

  async get(url: string, headers: Record<string, string>): Promise<Answer> {
    const begun = performance.now();
    const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
      get(url, { agent: this.#agent, headers }, resolve).once('error', reject);
    });
    const body = await buffer(response);
    const ms = performance.now() - begun;
    return {
      status: response.statusCode ?? 0,
      ms,
      bytes: body.length,
      text: () => decoded(body, response.headers['content-encoding']).toString('utf8'),
    };
  }

  close(): void {
    this.#agent.destroy();
  }
}

function decoded(body: Buffer, encoding: string | undefined): Buffer {
  if (encoding === 'br') return brotliDecompressSync(body);
  return encoding === 'gzip' ? gunzipSync(body) : body;
}
