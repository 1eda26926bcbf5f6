import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Host names at the platform's port that are not the platform's: nothing of it answers there. */
export interface HostDoor {
  /** Whether a `Host` header names one of them. */
  owns(host: string | undefined): boolean;
  serve(request: IncomingMessage, response: ServerResponse): void;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}
