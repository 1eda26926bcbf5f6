import { formatCursor, type LogBatch, type LogCursor } from '@pilothouse/kube';

const ready = new WeakMap<LogBatch, Buffer>();

/** The message that carries a container's batch, as source 0; made once, to however many viewers it goes. */
export function batchMessage(batch: LogBatch): Buffer {
  let message = ready.get(batch);
  if (message === undefined) {
    message = Buffer.from(JSON.stringify(linesMessage([[0, batch.text]], [[0, batch.end]])));
    ready.set(batch, message);
  }
  return message;
}

export function linesMessage(runs: [source: number, text: string][], ends: [source: number, LogCursor][]) {
  return { type: 'lines', runs, cursors: ends.map(([source, end]) => [source, formatCursor(end)]) };
}

export function sourceMessage(source: number, cursor: LogCursor) {
  const { pod, container } = cursor;
  return { type: 'source', source, pod, container, cursor: formatCursor(cursor) };
}
