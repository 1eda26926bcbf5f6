import type { ClusterConnection } from '@pilothouse/kube';

/** A registered cluster, as streams see it. */
export interface StreamCluster {
  id: string;
  name: string;
  connection: ClusterConnection;
}

/** Undefined when no such cluster is registered (any more). A replaced kubeconfig gives another connection. */
export type FindCluster = (name: string) => StreamCluster | undefined;
