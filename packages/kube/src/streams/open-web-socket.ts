import { WebSocket } from 'ws';
import { errorOf } from '../transport/answer.ts';
import type { ApiRequest, CallOptions, ClusterConnection } from '../transport/connection.ts';
import { startDeadline } from '../transport/deadline.ts';
import { informationalCounter } from '../transport/informational.ts';
import { KubeError } from '../transport/kube-error.ts';
import { networkError } from '../transport/network-error.ts';

/**
 * Opens a WebSocket to the apiserver on a guarded socket of its own; it is paused. `call.timeoutMs` counts until the
 * handshake is done. Rejects with KubeError; an answer other than 101 is the cluster's no.
 */
export async function openWebSocket(
  connection: ClusterConnection,
  request: ApiRequest,
  protocols: readonly string[],
  options: CallOptions & { maxMessageBytes: number },
): Promise<WebSocket> {
  const deadline = startDeadline(options.timeoutMs ?? connection.timeoutMs, [
    options.signal,
    connection.closed,
  ]);
  let endTurn: (() => void) | undefined;
  let report: ReturnType<ClusterConnection['reporter']> | undefined;
  try {
    endTurn = await connection.takeTurn(request, options, deadline.signal);
    report = connection.reporter(request);
    const socket = await connection.openStreamSocket();
    const { target, headers } = connection.describe(request, options);
    const url = new URL(connection.server);
    const webSocket = new WebSocket(`wss://${url.host}${target}`, [...protocols], {
      headers,
      createConnection: () => socket,
      followRedirects: false,
      perMessageDeflate: false,
      maxPayload: options.maxMessageBytes,
      finishRequest: (handshake) => {
        const count = informationalCounter();
        handshake.on('information', () => {
          try {
            count();
          } catch (error) {
            handshake.destroy(error as KubeError);
          }
        });
        handshake.end();
      },
    });
    await handshake(webSocket, deadline.signal, () => socket.destroy());
    report(101, null);
    return webSocket;
  } catch (error) {
    const failure = networkError(error);
    report?.(failure.status ?? null, failure);
    throw failure;
  } finally {
    endTurn?.();
    deadline.end();
  }
}

function handshake(webSocket: WebSocket, signal: AbortSignal, cut: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      reject(error as Error);
      cut();
    };
    const aborted = () => fail(signal.reason);
    signal.addEventListener('abort', aborted, { once: true });
    if (signal.aborted) aborted();
    // stays: an error between the handshake and the owner's own listener must not end the process
    let refused = false;
    webSocket.on('error', (error) => {
      if (!refused) fail(handshakeError(error));
    });
    webSocket.once('unexpected-response', (_request, response) => {
      // giving its body up is an error too, but not the one that tells
      refused = true;
      errorOf(response.statusCode ?? 0, response.headers, response).then(fail, fail);
    });
    webSocket.once('open', () => {
      signal.removeEventListener('abort', aborted);
      // what came along with the handshake waits for the owner's listeners
      webSocket.pause();
      resolve();
    });
  });
}

/** The client's own complaints about a handshake have no code. */
function handshakeError(error: Error): Error {
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? new KubeError('notAnApiserver', error.message, { cause: error }) : error;
}
