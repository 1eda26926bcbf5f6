import { openMessageSocket, type Message, type MessageSocket } from './message-socket.ts';
import type { Platform } from '../platform.ts';

/** A row as far as it is compared. */
export interface SeenRow {
  uid: string;
  resourceVersion: string;
}

/** A page of a list as an open tab keeps it. */
export class LivePage {
  total = 0;
  state = 'none';
  messages = 0;
  /** What the platform complained about. */
  readonly errors: string[] = [];
  readonly #rows = new Map<string, SeenRow>();
  #socket: MessageSocket | undefined;

  /** Subscribes to a page of a list of a cluster. */
  static async open(
    platform: Platform,
    params: { cluster: string; group: string; plural: string },
    query: object = {},
  ): Promise<LivePage> {
    const page = new LivePage();
    const path = await platform.ticketPath({ purpose: 'live' });
    page.#socket = await openMessageSocket(platform.url, `${platform.url}${path}`, {
      onMessage: (message) => page.#take(message),
    });
    page.#socket.say({ type: 'subscribe', id: 1, endpoint: 'resources.list', params, query });
    return page;
  }

  /** The rows that it shows; those whose objects are gone are not among them. */
  visible(): SeenRow[] {
    return [...this.#rows.values()];
  }

  close(): void {
    this.#socket?.close();
  }

  #take(message: Message): void {
    this.messages += 1;
    if (message.type === 'snapshot') {
      this.#rows.clear();
      this.#upsert(message['data'].items);
      this.total = message['data'].total;
      this.state = message['data'].state;
    } else if (message.type === 'rows') {
      this.#upsert(message['changed']);
      for (const uid of message['deleted'] as string[]) this.#rows.delete(uid);
      this.total = message['total'];
      this.state = message['state'];
    } else this.errors.push(JSON.stringify(message));
  }

  #upsert(rows: SeenRow[]): void {
    for (const row of rows) this.#rows.set(row.uid, row);
  }
}
