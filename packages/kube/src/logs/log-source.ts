import type { PodForLog } from './container-state.ts';

export interface LogRead {
  previous: boolean;
  follow: boolean;
  /** RFC 3339, whole seconds. */
  sinceTime?: string;
  sinceSeconds?: number;
  tailLines?: number;
  limitBytes?: number;
  /** Told after each piece of the log which line has begun and not ended yet; true: nothing of it is wanted any more. */
  onPending?: (line: PendingLine | undefined) => boolean;
}

/** A line that has not ended: the first of its bytes, as text, and how many have come. */
export interface PendingLine {
  head: string;
  bytes: number;
}

/** One pod's container as the cluster offers it. Both calls throw KubeError. */
export interface LogSource {
  pod: string;
  container: string;
  /** The pod as it is now. */
  look(signal: AbortSignal): Promise<PodForLog>;
  /** Its log as text of whole lines with their timestamps. Not pulling holds the cluster back; ends at the log's end. */
  read(options: LogRead, signal: AbortSignal): AsyncIterable<string>;
}

/** Where a viewer begins. */
export interface LogStart {
  previous: boolean;
  follow: boolean;
  sinceSeconds?: number;
  tailLines?: number;
}
