import type { LocalCluster } from '@pilothouse/control-plane';

/** Deletes namespaces that are there; waits until they are gone where `wait`. */
export async function dropNamespaces(
  cluster: LocalCluster,
  namespaces: readonly string[],
  wait = false,
): Promise<void> {
  await cluster.kubectl('delete', 'namespace', ...namespaces, '--ignore-not-found', `--wait=${wait}`);
}
