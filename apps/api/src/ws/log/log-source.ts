import type { PodForLog } from './container-state.ts';

export interface LogRead {
  previous: boolean;
  follow: boolean;
  /** RFC 3339, whole seconds. */
  sinceTime?: string;
  sinceSeconds?: number;
  tailLines?: number;
}

/** One pod's container as the cluster offers it. Both calls throw KubeError. */
export interface LogSource {
  container: string;
  pod(signal: AbortSignal): Promise<PodForLog>;
  /**
   * Lines in batches, `[RFC3339Nano, text]`; the time is null where the kubelet itself speaks. Not pulling holds the
   * cluster back; ends at the end of the log.
   */
  read(options: LogRead, signal: AbortSignal): AsyncIterable<[time: string | null, text: string][]>;
  /**
   * What an error means for a reader that could try again: `passing` (connection lost, cluster busy), `notStarted`
   * (the kubelet has no log yet, `message` says why), `gone` (no such pod), `final` (anything else).
   */
  classify(error: unknown): { kind: 'passing' | 'notStarted' | 'gone' | 'final'; message: string };
}

/** Where a viewer begins. */
export interface LogStart {
  previous: boolean;
  follow: boolean;
  sinceSeconds?: number;
  tailLines?: number;
}
