import type { LogCursor } from './log-cursor.ts';
import type { LogHub } from './log-hub.ts';
import { LogReader, type LogEvent, type LogReaderOptions } from './log-reader.ts';
import type { LogSource } from './log-source.ts';
import type { Seat } from './shared-log.ts';

export interface ViewOptions extends LogReaderOptions {
  hub: LogHub;
  /** Names cluster, pod UID and container: viewers of the same share their upstream. */
  key: string;
}

/**
 * One viewer's log: shared with others from where its own beginning (since, tail, cursor) is among what the shared log
 * holds. Who finds it elsewhere, or falls behind, reads with a connection of its own until there. Every line once.
 * Throws as {@link LogReader} does.
 */
export async function* viewLog(source: LogSource, options: ViewOptions): AsyncGenerator<LogEvent, void> {
  const { hub, key, start, signal } = options;
  if (!start.follow || start.previous) return yield* new LogReader(source, options).events();
  let place: LogCursor | undefined = options.cursor;
  let seat: Seat | undefined = hub.join(key, source, start, place) ?? hub.open(key, source, start, place);
  const leave = () => seat?.leave();
  signal.addEventListener('abort', leave, { once: true });
  try {
    while (!signal.aborted) {
      if (seat === undefined) {
        const reader = new LogReader(source, { ...options, cursor: place });
        for await (const event of reader.events()) {
          yield event;
          place = reader.cursor;
          if (event.type === 'lines') seat = hub.join(key, source, start, place);
          if (seat !== undefined) break;
        }
        if (seat === undefined) return;
      }
      for (;;) {
        const event = await seat.next();
        if (event === 'over') return;
        if (event === 'behind') break;
        if (event.type === 'lines') place = event.batch.end;
        yield event;
      }
      seat.leave();
      seat = undefined;
    }
  } finally {
    signal.removeEventListener('abort', leave);
    leave();
  }
}
