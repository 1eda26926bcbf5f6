import { onScopeDispose, ref, shallowRef, triggerRef } from 'vue';
import type { StreamEnd } from '../stream/stream-end.ts';
import { LogBuffer } from './log-buffer.ts';
import { LogSession, type LogStart, type LogState } from './log-session.ts';

/**
 * A log for a component: the buffer, its connection, and a signal once per frame when lines came.
 * @param open a new socket with a fresh ticket for the container that is shown now.
 */
export function useLog(open: () => Promise<WebSocket>) {
  const buffer = shallowRef(new LogBuffer());
  const state = ref<LogState>('connecting');
  const waitingFor = ref<string | null>(null);
  const end = ref<StreamEnd | null>(null);
  let session: LogSession | null = null;
  let frame = 0;

  function changed() {
    if (frame !== 0) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      triggerRef(buffer);
    });
  }

  function start(options: LogStart) {
    session?.close();
    const lines = new LogBuffer();
    buffer.value = lines;
    end.value = null;
    session = new LogSession(open, options, {
      onLines: (added) => {
        lines.addLines(added);
        changed();
      },
      onGap: (gap) => {
        lines.addGap(gap);
        changed();
      },
      onState: (next, message) => {
        state.value = next;
        waitingFor.value = message;
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

  onScopeDispose(() => {
    session?.close();
    cancelAnimationFrame(frame);
  });

  return { buffer, state, waitingFor, end, start, clear, search };
}
