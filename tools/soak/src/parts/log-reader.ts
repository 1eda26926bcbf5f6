import { setTimeout as sleep } from 'node:timers/promises';
import { AckGatherer, logAckLines, type TicketRequest } from '@pilothouse/contract';
import type { Platform } from '../platform.ts';
import { openMessageSocket, type Message, type MessageSocket } from './message-socket.ts';
import type { NumberedLines } from './numbered-lines.ts';

export interface LogReaderOptions {
  platform: Platform;
  request: TicketRequest;
  /** Where the browser connects to, when not to the platform itself. */
  through?: string;
  /** By pod: who takes its lines, and gaps. */
  lines: ReadonlyMap<string, NumberedLines>;
}

/** A browser that follows the logs of pods over one socket: when it is lost it comes back, with the latest cursors. */
export class LogReader {
  /** How often its socket was lost. */
  lost = 0;
  /** What no viewer should have to see: the platform's `end`, a pod that left, one that was left out. */
  readonly complaints: string[] = [];
  readonly #options: LogReaderOptions;
  /** The pods by number, on the socket of now. */
  readonly #pods = new Map<number, string>();
  /** By pod. */
  readonly #cursors = new Map<string, string>();
  #socket: MessageSocket | undefined;
  /** Of the socket of now. */
  #acks: AckGatherer | undefined;
  #closing = false;

  private constructor(options: LogReaderOptions) {
    this.#options = options;
  }

  static async open(options: LogReaderOptions): Promise<LogReader> {
    const reader = new LogReader(options);
    await reader.#connect();
    return reader;
  }

  close(): void {
    this.#closing = true;
    this.#socket?.close();
  }

  async #connect(): Promise<void> {
    const { platform, request, through = platform.url } = this.#options;
    const path = await platform.ticketPath(request);
    const socket = await openMessageSocket(platform.url, `${through}${path}`, {
      onMessage: (message) => this.#take(message),
    });
    this.#socket = socket;
    this.#acks = new AckGatherer(logAckLines, (lines) => socket.say({ type: 'ack', lines }));
    this.#pods.clear();
    void socket.closed.then(() => this.#comeBack());
    socket.say({ type: 'start', cursors: [...this.#cursors.values()] });
  }

  async #comeBack(): Promise<void> {
    if (this.#closing || this.complaints.length > 0) return;
    this.lost += 1;
    while (!this.#closing) {
      await sleep(500);
      try {
        return await this.#connect();
      } catch {
        // as a tab does, it tries again
      }
    }
  }

  #take(message: Message): void {
    switch (message.type) {
      case 'source':
        this.#pods.set(message['source'], message['pod']);
        this.#cursors.set(message['pod'], message['cursor']);
        break;
      case 'lines':
        this.#takeLines(message);
        break;
      case 'gap':
        this.#linesOf(message['source'])?.gap({ from: message['from'], to: message['to'] });
        break;
      case 'waiting':
        break;
      default:
        this.complaints.push(JSON.stringify(message));
    }
  }

  #takeLines(message: Message): void {
    for (const [source, text] of message['runs'] as [number, string][]) {
      const numbers = this.#linesOf(source);
      for (const line of text.split('\n').slice(0, -1)) {
        const space = line.indexOf(' ');
        numbers?.take(line.slice(0, space), line.slice(space + 1));
        this.#acks?.taken(1);
      }
    }
    for (const [source, cursor] of message['cursors'] as [number, string][]) {
      this.#cursors.set(this.#pods.get(source) ?? '', cursor);
    }
  }

  #linesOf(source: number): NumberedLines | undefined {
    const pod = this.#pods.get(source) ?? '';
    const lines = this.#options.lines.get(pod);
    if (!lines) this.complaints.push(`lines of a pod that nobody asked for: ${pod}`);
    return lines;
  }
}
