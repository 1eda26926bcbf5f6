import { apiPath } from '../transport/api-path.ts';
import type { CallOptions, ClusterConnection } from '../transport/connection.ts';
import { KubeError } from '../transport/kube-error.ts';
import { largestMessage } from './channels.ts';
import { openWebSocket } from './open-web-socket.ts';
import { PortForward } from './port-forward.ts';

/** There is no v5 of it; the newer tunnel (`portforward.k8s.io`) carries SPDY. */
const protocol = 'v4.channel.k8s.io';

/** A port of a pod. */
export interface PortForwardTarget {
  namespace: string;
  pod: string;
  /** 1–65535, on the pod's loopback. */
  port: number;
}

/**
 * Opens one TCP connection to a port of a pod, over a WebSocket of its own: several ports on one would hold each other
 * up. It wants `create` on pods/portforward (before 1.35 `get` was enough).
 *
 * Rejects with KubeError when the cluster refuses, or speaks no such protocol. That nothing listens on the port shows
 * only then as the stream's error: `api` with the kubelet's words. `call.signal` and closing the connection end it too.
 */
export async function openPortForward(
  connection: ClusterConnection,
  { namespace, pod, port }: PortForwardTarget,
  call: CallOptions = {},
): Promise<PortForward> {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new KubeError('invalidName', `Not a port: ${port}`);
  }
  const subresource = 'portforward';
  const path = apiPath({ group: '', version: 'v1', plural: 'pods', namespace, name: pod, subresource });
  const webSocket = await openWebSocket(
    connection,
    { path, query: { ports: port }, accept: '*/*' },
    [protocol],
    {
      ...call,
      maxMessageBytes: largestMessage,
    },
  );
  return new PortForward(webSocket, port, {
    pingMs: connection.pingMs,
    signals: [call.signal, connection.closed],
  });
}
