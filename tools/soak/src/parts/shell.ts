import { AckGatherer, execAckBytes } from '@pilothouse/contract';
import { waitUntil } from '@pilothouse/e2e/support/processes';
import type { Platform } from '../platform.ts';
import { openMessageSocket, type Message, type MessageSocket } from './message-socket.ts';

interface Place {
  cluster: string;
  namespace: string;
  pod: string;
  container: string;
}

/** A shell in a container, as a browser has it. */
export class Shell {
  /** All that the terminal printed. */
  screen = '';
  /** The `end` message, when there was one. */
  end: Message | undefined;
  /** Whether the socket is closed. */
  gone = false;
  #socket: MessageSocket | undefined;
  #started = false;

  /** @param through where the browser connects to, when not to the platform itself */
  static async open(platform: Platform, place: Place, through = platform.url): Promise<Shell> {
    const shell = new Shell();
    const path = await platform.ticketPath({ purpose: 'exec', ...place });
    const acks = new AckGatherer(execAckBytes, (bytes) => socket.say({ type: 'ack', bytes }));
    const socket = await openMessageSocket(platform.url, `${through}${path}`, {
      onMessage: (message) => {
        if (message.type === 'started') shell.#started = true;
        if (message.type === 'end') shell.end = message;
      },
      onBytes: (bytes) => {
        shell.screen += bytes.toString('latin1');
        acks.taken(bytes.length);
      },
    });
    shell.#socket = socket;
    void socket.closed.then(() => (shell.gone = true));
    socket.say({ type: 'start', columns: 80, rows: 24 });
    await waitUntil('the shell starts', () => shell.#started || shell.gone, 30_000);
    if (shell.gone) throw new Error(`no shell: ${JSON.stringify(shell.end)}`);
    return shell;
  }

  /** Types a line; true when it printed `answer` within `milliseconds`. What is typed must not hold the answer itself. */
  async answers(line: string, answer: string, milliseconds: number): Promise<boolean> {
    if (this.gone) return false;
    const from = this.screen.length;
    this.#socket?.sayBytes(`${line}\n`);
    const answered = () => this.gone || this.screen.slice(from).includes(answer);
    return waitUntil('an answer', answered, milliseconds).then(
      () => !this.gone,
      () => false,
    );
  }

  close(): void {
    this.#socket?.close();
  }
}
