import { apiPath } from '../transport/api-path.ts';
import type { ApiRequest, CallOptions, ClusterConnection } from '../transport/connection.ts';
import { KubeError } from '../transport/kube-error.ts';
import { channelProtocols, largestMessage, type ChannelProtocol } from './channels.ts';
import { ExecStream } from './exec-stream.ts';
import { openWebSocket } from './open-web-socket.ts';

/** What is run in which container. */
export interface ExecTarget {
  namespace: string;
  pod: string;
  container: string;
  /** Program and arguments; no shell is involved. */
  command: readonly string[];
  /** A terminal: stdout and stderr are one, `resize` works. */
  tty: boolean;
  stdin: boolean;
}

interface CommandRequest {
  namespace: string;
  pod: string;
  subresource: 'exec' | 'attach';
  query: NonNullable<ApiRequest['query']>;
}

/**
 * Runs a command in a container over a WebSocket (`v5.channel.k8s.io`, else `v4`). It wants `create` on pods/exec
 * (before 1.35 `get` was enough). A server that speaks neither is refused: KubeError.
 *
 * Rejects with KubeError when the cluster refuses. A command that does not exist is no rejection: the stream ends with
 * `failed`. `call.signal` and closing the connection end the stream as well.
 */
export function openExec(
  connection: ClusterConnection,
  { namespace, pod, container, command, tty, stdin }: ExecTarget,
  call: CallOptions = {},
): Promise<ExecStream> {
  const query = { container, command, stdin, stdout: true, stderr: !tty, tty };
  return openCommandStream(connection, { namespace, pod, subresource: 'exec', query }, call);
}

/** Opens what speaks the remote command protocol. Rejects with KubeError. */
export async function openCommandStream(
  connection: ClusterConnection,
  { namespace, pod, subresource, query }: CommandRequest,
  call: CallOptions,
): Promise<ExecStream> {
  const path = apiPath({ group: '', version: 'v1', plural: 'pods', namespace, name: pod, subresource });
  const webSocket = await openWebSocket(connection, { path, query, accept: '*/*' }, channelProtocols, {
    ...call,
    maxMessageBytes: largestMessage,
  });
  if (!(channelProtocols as readonly string[]).includes(webSocket.protocol)) {
    webSocket.terminate();
    throw new KubeError('protocol', 'The server speaks neither v5 nor v4 of the channel protocol');
  }
  return new ExecStream(webSocket, webSocket.protocol as ChannelProtocol, {
    pingMs: connection.pingMs,
    signals: [call.signal, connection.closed],
  });
}
