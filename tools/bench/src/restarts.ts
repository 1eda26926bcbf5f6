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

/** Below 2^31, which the field takes; more a second than anything here changes. */
const restartsPerSecond = 200;
const mostRestarts = 2_000_000_000;
let next = 0;

/**
 * The first of `count` numbers of restarts that nothing has used, in this run or one before it: a pod that is given
 * what it has makes no event.
 */
export function unusedRestarts(count: number): number {
  const first = Math.max(next, Math.floor((Date.now() / 1000) * restartsPerSecond) % mostRestarts);
  next = first + count;
  return first;
}
