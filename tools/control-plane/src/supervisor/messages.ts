import type { Progress, ToolPaths } from '../build/build-tools.ts';
import type { ClusterLayout } from '../layout.ts';
import type { ClusterSpec } from '../state.ts';

export interface StartMessage {
  type: 'start';
  spec: ClusterSpec;
  layout: ClusterLayout;
  tools: ToolPaths;
  /** A snapshot's folder to begin with. */
  snapshot?: string | undefined;
}

/** What a supervisor is told; `release` makes the cluster outlive its owner. */
export type ToSupervisor = StartMessage | { type: 'release' };

/** What a supervisor tells its owner; after `failed` nothing of the cluster is left. */
export type FromSupervisor =
  | { type: 'progress'; progress: Progress }
  | { type: 'ready' }
  | { type: 'released' }
  | { type: 'failed'; message: string };
