import { apiPath, connect, readContext, type ClusterConnection } from '@pilothouse/kube';

/** A connection of the bench's own, to change what is to be noticed. */
export function connectTo(kubeconfig: string): ClusterConnection {
  const credential = readContext(kubeconfig, undefined, { allowInsecure: false });
  return connect(credential, { addressPolicy: { allowLoopback: true }, timeoutMs: 60_000 });
}

/** Changes how often a pod's first container has restarted: kubectl and the page show it, and no controller minds. Returns the new resourceVersion. */
export async function setRestarts(
  connection: ClusterConnection,
  { namespace, name }: { namespace: string; name: string },
  restarts: number,
): Promise<string> {
  const { metadata } = await connection.json<{ metadata: { resourceVersion: string } }>({
    method: 'PATCH',
    path: apiPath({ group: '', version: 'v1', plural: 'pods', namespace, name, subresource: 'status' }),
    contentType: 'application/json-patch+json',
    body: [{ op: 'replace', path: '/status/containerStatuses/0/restartCount', value: restarts }],
  });
  return metadata.resourceVersion;
}

/** A number of restarts that no run before this one has used. */
export const unusedRestarts = (): number => Math.floor(Date.now() / 1000) % 1_000_000_000;
