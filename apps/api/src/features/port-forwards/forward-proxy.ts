import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline, type Duplex } from 'node:stream';
import { KubeError } from '@pilothouse/kube';
import { AppError } from '../../http/app-error.ts';
import { toAppError } from '../../http/error-handler.ts';
import type { ActiveForward } from './active-forward.ts';
import { downstreamHeaders, upstreamHeaders } from './passed-headers.ts';

/** Harmless to send again where a connection that was kept had gone meanwhile. */
const repeatable = new Set(['GET', 'HEAD']);

/** Passes one request to the Pod and the answer back. */
export function passRequest(forward: ActiveForward, req: IncomingMessage, res: ServerResponse): void {
  const end = forward.begin();
  const cut = () => res.destroy();
  forward.signal.addEventListener('abort', cut);
  res.once('close', () => {
    forward.signal.removeEventListener('abort', cut);
    end();
  });
  const send = () => {
    const upstream = request(forward, req, upstreamHeaders(req));
    res.once('close', () => upstream.destroy());
    upstream.once('response', (answer) => {
      answer.on('data', () => forward.touch());
      res.writeHead(answer.statusCode ?? 502, answer.statusMessage, downstreamHeaders(answer));
      pipeline(answer, res, () => undefined);
    });
    upstream.once('error', (error) => {
      if (res.headersSent) res.destroy();
      else if (upstream.reusedSocket && repeatable.has(req.method ?? '') && !res.destroyed) send().end();
      else answerError(res, ofPod(error));
    });
    return upstream;
  };
  const first = send();
  req.on('data', () => forward.touch());
  req.pipe(first);
}

/** Passes a request for another protocol (a WebSocket) to the Pod; once both agree, bytes go both ways. */
export function passUpgrade(
  forward: ActiveForward,
  req: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const end = forward.begin();
  const cut = () => socket.destroy();
  forward.signal.addEventListener('abort', cut);
  const upstream = request(forward, req, upstreamHeaders(req, true));
  socket.once('close', () => {
    forward.signal.removeEventListener('abort', cut);
    upstream.destroy();
    end();
  });
  upstream.once('upgrade', (answer, stream: Duplex, first: Buffer) => {
    socket.write(headOf(answer, { ...downstreamHeaders(answer), ...agreed(answer) }));
    stream.unshift(first);
    socket.unshift(head);
    for (const side of [stream, socket]) side.on('data', () => forward.touch());
    pipeline(stream, socket, stream, () => {
      stream.destroy();
      socket.destroy();
    });
  });
  // it does not want to: its answer is the browser's
  upstream.once('response', (answer) => {
    socket.write(headOf(answer, { ...downstreamHeaders(answer), connection: 'close' }));
    pipeline(answer, socket, () => undefined);
  });
  upstream.once('error', (error) => refuseUpgrade(socket, toAppError(ofPod(error))));
  upstream.end();
}

/** Answers as plain text: whoever reads it is no page of ours. */
export function answerError(res: ServerResponse, error: unknown): void {
  const { status, message } = toAppError(error);
  res.writeHead(status, plainText);
  res.end(`${message}\n`);
}

export function refuseUpgrade(socket: Duplex, { status, message }: AppError): void {
  const lines = Object.entries({ ...plainText, Connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.join('\r\n')}\r\n\r\n${message}\n`, () =>
    socket.destroy(),
  );
}

/** What is neither the cluster's refusal nor ours: what listens there speaks something else, or hangs up. */
function ofPod(error: Error): Error {
  if (error instanceof AppError || error instanceof KubeError) return error;
  return new AppError('podUnreadable', { reason: error.message }, undefined, { cause: error });
}

const plainText = {
  'Content-Type': 'text/plain; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
};

function request(
  { agent }: ActiveForward,
  { method, url }: IncomingMessage,
  headers: ReturnType<typeof upstreamHeaders>,
) {
  return httpRequest({ agent, host: 'pod', method, path: url, headers, setHost: false });
}

function agreed({ headers }: IncomingMessage) {
  return { connection: 'Upgrade', upgrade: headers.upgrade };
}

function headOf(
  { statusCode, statusMessage }: IncomingMessage,
  headers: ReturnType<typeof downstreamHeaders>,
): string {
  const lines = Object.entries(headers).flatMap(([name, values]) =>
    [values ?? []].flat().map((value) => `${name}: ${value}\r\n`),
  );
  return `HTTP/1.1 ${statusCode} ${statusMessage}\r\n${lines.join('')}\r\n`;
}
