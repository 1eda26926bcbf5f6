import { setTimeout as sleep } from 'node:timers/promises';

/** Asks every `pause` ms (200) until `check` holds; `what` names it in the error after `milliseconds`. An error of `check` counts as "not yet". */
export async function waitFor(
  what: string,
  check: () => Promise<boolean>,
  options: {
    milliseconds: number;
    pause?: number;
    signal?: AbortSignal | undefined;
    between?: () => void;
  },
): Promise<void> {
  const deadline = Date.now() + options.milliseconds;
  let last: unknown;
  for (;;) {
    options.signal?.throwIfAborted();
    options.between?.();
    try {
      if (await check()) return;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      const seconds = Math.round(options.milliseconds / 1000);
      throw new Error(`${what} did not happen within ${seconds} s`, { cause: last });
    }
    await sleep(options.pause ?? 200, undefined, { signal: options.signal });
  }
}
