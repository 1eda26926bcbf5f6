import type { liveServerMessage } from '@pilothouse/contract';
import type { z } from 'zod';

export type LiveMessage = z.output<typeof liveServerMessage>;

/** What a subscription can do to its socket. */
export interface LiveOutlet {
  /** Resolves when the browser has room for more. */
  send(message: LiveMessage): Promise<void>;
  /** The subscription cannot go on; it is closed and the browser told why. */
  fail(error: unknown): void;
  /** What it was opened on is no more; it is opened again, with a new snapshot. */
  reopen(): void;
}

/** One subscription of a tab, from its opening to its end. */
export interface LiveSubscription {
  close(): void;
}

/** Messages of one subscription follow each other no faster than this: four a second. */
export const messageIntervalMs = 250;
