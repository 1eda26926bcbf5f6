import { onScopeDispose, ref, shallowRef, triggerRef } from 'vue';
import type { StreamEnd } from '../../api/streams/stream-end.ts';
import { LogBuffer } from './log-buffer.ts';
import type { LogEncoding } from './log-encoding.ts';
import { LogSession, type LogOrigin, type LogStart, type LogState } from './log-session.ts';

/**
 * Logs for a component: the buffer, its connection, and a signal once per frame when lines came.
 * @param open a new socket with a fresh ticket for what is shown now.
 */
export function useLog(open: () => Promise<WebSocket>) {
  const buffer = shallowRef(new LogBuffer());
  const state = ref<LogState>('connecting');
  const waitingFor = ref<string | null>(null);
  const end = ref<StreamEnd | null>(null);
  /** Whose logs they are, in the order they joined. */
  const origins = shallowRef<LogOrigin[]>([]);
  /** Those whose pods are gone. */
  const left = shallowRef<ReadonlySet<LogOrigin>>(new Set());
  /** Pods that match and are too many. */
  const omitted = ref(0);
  let session: LogSession | null = null;
  let frame = 0;

  function changed() {
    if (frame !== 0) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      triggerRef(buffer);
    });
  }

  function start(options: LogStart, encoding: LogEncoding) {
    session?.close();
    const lines = new LogBuffer(encoding);
    buffer.value = lines;
    end.value = null;
    origins.value = [];
    left.value = new Set();
    omitted.value = 0;
    const waiting = new Set<LogOrigin>();
    session = new LogSession(open, options, {
      onSource: (origin) => {
        if (!origins.value.includes(origin)) origins.value = [...origins.value, origin];
      },
      onLines: (origin, added) => {
        waiting.delete(origin);
        lines.addLines(origin, added);
        changed();
      },
      onGap: (origin, gap) => {
        lines.addGap(origin, gap);
        changed();
      },
      onLeft: (origin) => {
        left.value = new Set([...left.value, origin]);
      },
      onOmitted: (pods) => {
        omitted.value = pods;
      },
      onState: (next, message, origin) => {
        // of many logs some may wait while others speak
        if (next === 'waiting' && origin) waiting.add(origin);
        const isOne = next !== 'waiting' || !origin || origins.value.every((each) => waiting.has(each));
        state.value = isOne ? next : 'streaming';
        waitingFor.value = isOne ? message : null;
      },
      onEnd: (reason) => {
        end.value = reason;
      },
    });
  }

  function clear() {
    buffer.value.clear();
    triggerRef(buffer);
  }

  function search(needle: string) {
    buffer.value.search(needle);
    triggerRef(buffer);
  }

  function readIn(encoding: LogEncoding) {
    buffer.value.readIn(encoding);
    triggerRef(buffer);
  }

  onScopeDispose(() => {
    session?.close();
    cancelAnimationFrame(frame);
  });

  return { buffer, state, waitingFor, end, origins, left, omitted, start, clear, search, readIn };
}
