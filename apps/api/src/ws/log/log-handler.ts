import { logClientMessage, logWindowLines } from '@pilothouse/contract';
import {
  followPods,
  NoSuchContainer,
  parseCursor,
  splitAt,
  viewLog,
  type LogBatch,
  type LogCursor,
  type LogEvent,
  type LogHub,
  type LogStart,
} from '@pilothouse/kube';
import { AppError } from '../../http/app-error.ts';
import { toAppError } from '../../http/error-handler.ts';
import { AckWindow } from '../ack-window.ts';
import type { GuardedSocket } from '../guarded-socket.ts';
import type { SocketHandler } from '../router.ts';
import { streamErrorOf } from '../stream-error.ts';
import { batchMessage, linesMessage, sourceMessage } from './log-messages.ts';
import type { LogOpener, OpenLog, OpenLogs } from './open-log.ts';

export interface LogHandlerOptions {
  hub: LogHub;
  opener: LogOpener;
}

interface Begin {
  start: LogStart;
  cursors: LogCursor[];
}

/** Serves the sockets of one container's log: see docs/streams.md. */
export function logHandler({ hub, opener }: LogHandlerOptions): SocketHandler<'log'> {
  return async (socket, admission) => {
    const window = new AckWindow(logWindowLines, socket.signal);
    const begin = await firstMessage(socket, window);
    if (begin === undefined) return;
    const { start, cursors } = begin;
    const { pod, container } = admission.request;
    if (cursors.length > 1 || cursors.some((one) => one.pod !== pod || one.container !== container)) {
      return refuse(socket, new AppError('invalidField', { field: 'cursors', reason: 'not ours' }));
    }
    const log = await opener.open(admission);
    await serve(socket, log, () => deliverLog(socket, window, hub, log, start, cursors[0]));
  };
}

/** Serves the sockets of several pods' logs. */
export function logsHandler({ hub, opener }: LogHandlerOptions): SocketHandler<'logs'> {
  return async (socket, admission) => {
    const window = new AckWindow(logWindowLines, socket.signal);
    const begin = await firstMessage(socket, window);
    if (begin === undefined) return;
    if (begin.start.previous || !begin.start.follow) {
      return refuse(socket, new AppError('invalid', { reason: 'many logs are always followed' }));
    }
    const logs = await opener.openMany(admission);
    await serve(socket, logs, () => deliverLogs(socket, window, hub, logs, admission.request, begin));
  };
}

async function serve(
  socket: GuardedSocket,
  viewing: Pick<OpenLog, 'close'>,
  deliver: () => Promise<void>,
): Promise<void> {
  try {
    await deliver();
    socket.end('completed');
  } catch (error) {
    const failure = error instanceof NoSuchContainer ? new AppError('notFound') : toAppError(error);
    socket.end(failure.code === 'clusterNotFound' ? 'completed' : 'upstreamLost', streamErrorOf(failure));
  } finally {
    await viewing.close(socket.ended ?? { reason: 'completed' });
  }
}

function refuse(socket: GuardedSocket, error: AppError): void {
  socket.end('protocol', streamErrorOf(error));
}

/** Resolves with `start`, or undefined when the browser left first; acks go to the window. */
function firstMessage(socket: GuardedSocket, window: AckWindow): Promise<Begin | undefined> {
  return new Promise((resolve) => {
    let begun = false;
    socket.signal.addEventListener('abort', () => resolve(undefined), { once: true });
    socket.receive({
      schema: logClientMessage,
      onMessage: (message) => {
        if (message.type === 'ack') return window.acknowledged(message.lines);
        if (begun) return refuse(socket, new AppError('invalid', { reason: 'started already' }));
        begun = true;
        const { tailLines, sinceSeconds, previous, follow } = message;
        const cursors = message.cursors.map(parseCursor);
        if (cursors.includes(undefined)) {
          return refuse(socket, new AppError('invalidField', { field: 'cursors', reason: 'not ours' }));
        }
        const start = {
          previous,
          follow,
          ...(tailLines !== undefined && { tailLines }),
          ...(sinceSeconds !== undefined && { sinceSeconds }),
        };
        resolve({ start, cursors: cursors as LogCursor[] });
      },
    });
  });
}

async function deliverLog(
  socket: GuardedSocket,
  window: AckWindow,
  hub: LogHub,
  { source, key, beginning }: OpenLog,
  start: LogStart,
  cursor: LogCursor | undefined,
): Promise<void> {
  const events = viewLog(source, { hub, key, start, signal: socket.signal, cursor });
  let waitingFor = '';
  let hasBegun = false;
  for await (const event of events) {
    // not before the log has said something: until then a viewer that comes again has to begin anew
    if (!hasBegun) await socket.send(sourceMessage(0, cursor ?? placeBefore(start, beginning)));
    hasBegun = true;
    if (event.type === 'waiting' && event.message === waitingFor) continue;
    waitingFor = event.type === 'waiting' ? event.message : '';
    await deliverEvent(socket, window, event);
    if (socket.ended !== undefined) return;
  }
}

/** Where a log of which nothing has come is to be gone on with. */
function placeBefore({ sinceSeconds, tailLines }: LogStart, beginning: LogCursor): LogCursor {
  if (sinceSeconds === undefined && tailLines !== 0) return beginning;
  return { ...beginning, time: new Date(Date.now() - (sinceSeconds ?? 0) * 1000).toISOString() };
}

async function deliverEvent(socket: GuardedSocket, window: AckWindow, event: LogEvent): Promise<void> {
  if (event.type === 'waiting') return socket.send({ ...event, source: 0 });
  if (event.type === 'gap') {
    const { from, to, lineBytes } = event;
    return socket.send({ type: 'gap', source: 0, lost: null, from, to, lineBytes });
  }
  for (let rest: LogBatch | undefined = event.batch; rest !== undefined;) {
    const room = await window.awaitRoom();
    if (room === 0) return;
    const parts: { head: LogBatch; rest: LogBatch | undefined } =
      rest.count <= room ? { head: rest, rest: undefined } : splitAt(rest, room);
    window.sent(parts.head.count);
    await socket.sendText(batchMessage(parts.head));
    rest = parts.rest;
  }
}

async function deliverLogs(
  socket: GuardedSocket,
  window: AckWindow,
  hub: LogHub,
  { access, keyOf, admits }: OpenLogs,
  { namespace, labelSelector, pods, container }: Parameters<LogOpener['openMany']>[0]['request'],
  { start, cursors }: Begin,
): Promise<void> {
  const selector = labelSelector === undefined ? { pods: pods ?? [] } : { labelSelector };
  const { signal } = socket;
  const room = () => window.room;
  const events = followPods({
    namespace,
    selector,
    container,
    start,
    cursors,
    hub,
    keyOf,
    access,
    admits,
    room,
    signal,
  });
  for await (const event of events) {
    switch (event.type) {
      case 'source':
        await socket.send(sourceMessage(event.source, event.cursor));
        break;
      case 'lines':
        window.sent(event.count);
        await socket.send(linesMessage(event.runs, event.cursors));
        await window.awaitRoom();
        break;
      case 'gap':
        await socket.send({ ...event, lost: null });
        break;
      default:
        await socket.send(event);
    }
    if (socket.ended !== undefined) return;
  }
}
