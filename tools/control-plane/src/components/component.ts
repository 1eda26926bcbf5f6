import type { ClusterLayout } from '../layout.ts';
import type { ToolPaths } from '../build/build-tools.ts';
import type { ClusterSpec, ComponentName } from '../state.ts';

/** A program that a cluster keeps running. */
export interface Component {
  name: ComponentName;
  command: string;
  arguments: readonly string[];
  environment?: Record<string, string>;
}

/** What the components of one cluster share. */
export interface ClusterContext {
  spec: ClusterSpec;
  layout: ClusterLayout;
  tools: ToolPaths;
  /** The apiserver's URL. */
  server: string;
  ports: { apiserver: number; etcd: number; etcdPeer: number; kwok: number; metrics: number };
}

/** `{ 'etcd-servers': url }` as `--etcd-servers=url`. */
export const flags = (values: Record<string, string | number | boolean>): string[] =>
  Object.entries(values).map(([name, value]) => `--${name}=${value}`);
