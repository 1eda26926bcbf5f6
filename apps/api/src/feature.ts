import type { IncomingMessage, Server } from 'node:http';
import type { Queries } from './db/database.ts';
import type { Kept } from './db/retention.ts';
import type { HostDoor } from './http/host-door.ts';
import type { ApiRouter } from './http/mount.ts';
import type { Operations } from './operations/operations.ts';
import type { Downloads } from './ws/downloads.ts';
import type { LiveTopics } from './ws/live-topics.ts';
import type { SocketHandlers } from './ws/router.ts';

/** Where requests come in. */
export interface Listening {
  server: Server;
  /** The client's address, trusted proxies considered. */
  addressOf: (request: IncomingMessage) => string;
}

/** What a feature has for the platform: `features/<name>/<name>.module.ts` builds it from the core. */
export interface Feature {
  /** Its endpoints. */
  mount?(api: ApiRouter): void;
  /** What of them is live. */
  topics?(topics: LiveTopics): void;
  /** Its kinds of operation. */
  operations?(operations: Operations): void;
  /** The sockets it serves. */
  sockets?: Partial<SocketHandlers>;
  /** What can be downloaded of it by ticket. */
  downloads?: Partial<Downloads>;
  /** Host names besides the platform's that it answers for. */
  hosts?: HostDoor[];
  /** Rows that it keeps for a while. */
  retention?: Kept[];
  /** Writes what has to be there before the first request; of all processes one does it at a time. */
  prepare?(queries: Queries): Promise<void>;
  /** Takes up what happens by itself, once requests are answered. */
  start?(listening: Listening): Promise<void> | void;
  /** Ends that; requests under way still find everything they need. */
  stop?(): Promise<void> | void;
}
