import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { AckGatherer, execAckBytes } from '@pilothouse/contract';
import { WebSocket } from 'ws';
import type { TestClient } from '../../testing/test-client.ts';

export interface Place {
  cluster: string;
  namespace: string;
  pod: string;
  container: string;
}

/** Any message of any stream: tests look into them by type. */
// oxlint-disable-next-line typescript/no-explicit-any
type Message = { type: string } & Record<string, any>;

/** A browser's side of a stream. */
export class StreamClient {
  readonly socket: WebSocket;
  readonly messages: Message[] = [];
  /** Binary messages, as text. */
  screen = '';
  receivedBytes = 0;
  /** Whether bytes are acknowledged as they come. */
  acknowledges = true;
  readonly #acks = new AckGatherer(execAckBytes, (bytes) => this.say({ type: 'ack', bytes }));

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('message', (data, isBinary) => {
      if (!isBinary) return void this.messages.push(JSON.parse(String(data)) as Message);
      const bytes = data as Buffer;
      this.screen += bytes.toString('latin1');
      this.receivedBytes += bytes.length;
      if (this.acknowledges) this.#acks.taken(bytes.length);
    });
  }

  get end(): Message | undefined {
    return this.messages.find((message) => message.type === 'end');
  }

  say(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  keys(text: string): void {
    this.socket.send(Buffer.from(text));
  }

  of(type: string): Message[] {
    return this.messages.filter((message) => message.type === type);
  }
}

/** What a log's socket has sent: each line with the source it is of. */
export function logLinesOf(stream: StreamClient): { source: number; time: string; text: string }[] {
  return stream.of('lines').flatMap(({ runs }) =>
    (runs as [number, string][]).flatMap(([source, text]) =>
      Array.from(text.matchAll(/^(\S+) ([^\n]*)\n/gm), ([, time = '', line = '']) => ({
        source,
        time,
        text: line,
      })),
    ),
  );
}

/** Where each of a log socket's sources is to be gone on with. */
export function logCursorsOf(stream: StreamClient): string[] {
  const cursors = new Map<number, string>();
  for (const message of stream.messages) {
    if (message.type === 'source') cursors.set(message.source, message.cursor);
    if (message.type === 'left') cursors.delete(message.source);
    if (message.type === 'lines') for (const [source, cursor] of message.cursors) cursors.set(source, cursor);
  }
  return [...cursors.values()];
}

/** Asks for a ticket as the SPA does. */
export async function ticketUrl(client: TestClient, body: object): Promise<string> {
  const answer = await client.post('/tickets', body);
  if (answer.status !== 201) throw new Error(`no ticket: ${JSON.stringify(answer.body)}`);
  return answer.body.url as string;
}

/** Knocks at a socket's door: open, or the HTTP answer that refused it. */
export async function knock(
  origin: string,
  path: string,
  headers: Record<string, string> = { origin },
): Promise<{ stream: StreamClient } | { status: number; code: string }> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}${path}`, { headers });
  const stream = new StreamClient(socket);
  const refused = once(socket, 'unexpected-response') as Promise<[unknown, IncomingMessage]>;
  refused.catch(() => {});
  const opened = await Promise.race([once(socket, 'open').then(() => true as const), refused]);
  if (opened === true) return { stream };
  const [, response] = opened;
  const body = (await response.toArray()).join('');
  return { status: response.statusCode ?? 0, code: JSON.parse(body).error.code as string };
}

/** Opens a stream with a ticket of its own. */
export async function openStream(
  client: TestClient,
  purpose: 'log' | 'logs' | 'exec' | 'nodeShell' | 'live',
  place: Partial<Place> & { labelSelector?: string; pods?: string[]; node?: string; through?: object } = {},
): Promise<StreamClient> {
  const answer = await knock(client.url, await ticketUrl(client, { purpose, ...place }));
  if (!('stream' in answer)) throw new Error(`refused: ${answer.status} ${answer.code}`);
  return answer.stream;
}

/** Opens a shell and waits for it. */
export async function openShellStream(
  client: TestClient,
  place: (Place & { through?: object }) | { cluster: string; node: string },
): Promise<StreamClient> {
  const stream = await openStream(client, 'node' in place ? 'nodeShell' : 'exec', place);
  stream.say({ type: 'start', columns: 80, rows: 24 });
  for (let waited = 0; stream.of('started').length === 0; waited += 20) {
    if (stream.end !== undefined || waited > 15_000)
      throw new Error(`no shell: ${JSON.stringify(stream.messages)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return stream;
}
