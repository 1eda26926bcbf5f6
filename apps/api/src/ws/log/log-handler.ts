import { logClientMessage, logWindowLines } from '@pilothouse/contract';
import { AppError } from '../../http/app-error.ts';
import { toAppError } from '../../http/error-handler.ts';
import { AckWindow } from '../ack-window.ts';
import type { GuardedSocket, StreamEnd } from '../guarded-socket.ts';
import type { Admission, SocketHandler } from '../router.ts';
import { streamErrorOf } from '../stream-error.ts';
import { formatCursor, parseCursor, type LogCursor, type LogLine } from './log-cursor.ts';
import { NoSuchContainer, type LogEvent } from './log-reader.ts';
import type { LogSource, LogStart } from './log-source.ts';
import { viewLog, type LogHub } from './shared-log.ts';

/** One viewer's access to a container's log, audited. */
export interface LogAccess {
  source: LogSource;
  /** Names cluster, pod (UID) and container: viewers of the same share their upstream. */
  key: string;
  /** Writes the outcome of the viewing. */
  close(end: StreamEnd): Promise<void>;
}

export interface LogHandlerOptions {
  hub: LogHub;
  /** Throws AppError when the cluster or the pod is not there. Writes the intent. */
  open(admission: Admission<'log'>): Promise<LogAccess>;
}

/** Longest text of one message; longer runs of lines are sent in several. */
const messageCharacters = 256 * 1024;

/** Serves log sockets: see docs/streams.md. */
export function logHandler(options: LogHandlerOptions): SocketHandler<'log'> {
  return async (socket, admission) => {
    const window = new AckWindow(logWindowLines, socket.signal);
    const begin = await firstMessage(socket, window);
    if (begin === undefined) return;
    const { cursor: text, ...start } = begin;
    const cursor = text === undefined ? undefined : parseCursor(text);
    if (text !== undefined && cursor?.container !== admission.request.container) {
      return socket.end(
        'protocol',
        streamErrorOf(new AppError('invalidField', { field: 'cursor', reason: 'not ours' })),
      );
    }
    const access = await options.open(admission);
    try {
      await deliver(
        socket,
        window,
        viewLog(options.hub, access.key, access.source, start, socket.signal, cursor),
      );
      socket.end('completed');
    } catch (error) {
      const failure = error instanceof NoSuchContainer ? new AppError('notFound') : toAppError(error);
      socket.end(failure.code === 'clusterNotFound' ? 'completed' : 'upstreamLost', streamErrorOf(failure));
    } finally {
      await access.close(socket.ended ?? { reason: 'completed' });
    }
  };
}

/** Resolves with `start`, or undefined when the browser left first; acks go to the window. */
function firstMessage(
  socket: GuardedSocket,
  window: AckWindow,
): Promise<(LogStart & { cursor?: string | undefined }) | undefined> {
  return new Promise((resolve) => {
    let begun = false;
    socket.signal.addEventListener('abort', () => resolve(undefined), { once: true });
    socket.receive({
      schema: logClientMessage,
      onMessage: (message) => {
        if (message.type === 'ack') return window.acknowledged(message.lines);
        if (begun)
          return socket.end(
            'protocol',
            streamErrorOf(new AppError('invalid', { reason: 'started already' })),
          );
        begun = true;
        const { tailLines, sinceSeconds, previous, follow, cursor } = message;
        resolve({
          previous,
          follow,
          ...(tailLines !== undefined && { tailLines }),
          ...(sinceSeconds !== undefined && { sinceSeconds }),
          ...(cursor !== undefined && { cursor }),
        });
      },
    });
  });
}

async function deliver(
  socket: GuardedSocket,
  window: AckWindow,
  events: AsyncGenerator<LogEvent, void>,
): Promise<void> {
  let waitingFor = '';
  for await (const event of events) {
    if (event.type === 'waiting' && event.message === waitingFor) continue;
    waitingFor = event.type === 'waiting' ? event.message : '';
    if (event.type === 'lines') await deliverLines(socket, window, event.lines);
    else await socket.send(event.type === 'gap' ? { ...event, lost: null } : event);
    if (socket.ended !== undefined) return;
  }
}

async function deliverLines(socket: GuardedSocket, window: AckWindow, lines: LogLine[]): Promise<void> {
  for (let next = 0; next < lines.length;) {
    const room = await window.awaitRoom();
    if (room === 0) return;
    const part = upTo(messageCharacters, lines.slice(next, next + room));
    next += part.length;
    window.sent(part.length);
    const cursor = formatCursor(part.at(-1) as LogCursor);
    await socket.send({ type: 'lines', lines: part.map(({ time, text }) => [time, text]), cursor });
  }
}

/** As many lines from the front as fit, but at least one. */
function upTo(characters: number, lines: LogLine[]): LogLine[] {
  let length = 0;
  const end = lines.findIndex(({ text }, index) => (length += text.length) > characters && index > 0);
  return end < 0 ? lines : lines.slice(0, end);
}
