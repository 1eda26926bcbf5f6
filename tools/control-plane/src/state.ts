import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { KubernetesVersion } from './build/programs.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** What a cluster consists of. */
export interface ClusterSpec {
  name: string;
  /** How many fake nodes. */
  kwokNodes: number;
  /** Whether there is a kubelet with real containers. */
  realNode: boolean;
  /** Whether metrics-server answers metrics.k8s.io. */
  metrics: boolean;
  landscape: 'demo' | 'none';
  kubernetes: KubernetesVersion;
  /** The real node's kubelet rotates a container's log that is larger, e.g. `10Mi`. */
  containerLogMaxSize: string;
}

export type ComponentName =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kwok'
  | 'containerd'
  | 'kubelet'
  | 'metrics-server';

/** What is known of a cluster on disk; written before or right after each thing that must be cleaned up. */
export interface ClusterState {
  spec: ClusterSpec;
  phase: 'starting' | 'ready' | 'stopping';
  /** Whether it ends with the process that started it. */
  owned: boolean;
  supervisor: ProcessIdentity;
  /** The apiserver's URL. */
  server: string;
  /** Where kwok plays the fake nodes' kubelets. */
  kwokPort: number;
  components: Partial<Record<ComponentName, ProcessIdentity>>;
  /** ISO 8601. */
  startedAt: string;
}

export function readState(path: string): ClusterState | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ClusterState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Synchronous, so that no process runs unrecorded for longer than this takes. */
export function writeState(path: string, state: ClusterState): void {
  writeFileSync(`${path}.new`, JSON.stringify(state, undefined, 2), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}
