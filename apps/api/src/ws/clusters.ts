import type { ClusterConnection } from '@pilothouse/kube';

/** A registered cluster, as streams see it. */
export interface StreamCluster {
  id: string;
  name: string;
  connection: ClusterConnection;
}

/** A container of a registered cluster. */
export interface ContainerPlace {
  cluster: string;
  namespace: string;
  pod: string;
  container: string;
}

/** Undefined when no such cluster is registered (any more). A replaced kubeconfig gives another connection. */
export type FindCluster = (name: string) => StreamCluster | undefined;
