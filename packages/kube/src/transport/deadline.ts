import { KubeError } from './kube-error.ts';

/** A signal that aborts when time is up, or with any of the caller's signals; `end` lets go of both. */
export interface Deadline {
  signal: AbortSignal;
  end(): void;
}

/**
 * Starts a deadline. The signal's reason is the KubeError to fail with: `timeout`, or what `signals` were aborted with
 * (as `aborted` where that is no KubeError).
 */
export function startDeadline(timeoutMs: number | undefined, signals: (AbortSignal | undefined)[]): Deadline {
  const controller = new AbortController();
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(
          () => controller.abort(new KubeError('timeout', `No answer within ${timeoutMs / 1000} s`)),
          timeoutMs,
        );
  const followed = signals.filter((signal) => signal !== undefined);
  const follow = (event: Event) => controller.abort(abortError(event.target as AbortSignal));
  for (const signal of followed) {
    if (signal.aborted) controller.abort(abortError(signal));
    else signal.addEventListener('abort', follow, { once: true });
  }
  return {
    signal: controller.signal,
    end: () => {
      clearTimeout(timer);
      for (const signal of followed) signal.removeEventListener('abort', follow);
    },
  };
}

function abortError(signal: AbortSignal): KubeError {
  if (signal.reason instanceof KubeError) return signal.reason;
  return new KubeError('aborted', 'The call was given up', { cause: signal.reason });
}
