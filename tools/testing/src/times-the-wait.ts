const beatMs = 20;

/**
 * Does `work`, and says how many times as long it took as a plain wait of so many milliseconds in this same process. The
 * wait is one of many short timers: where the process comes late to its turn, so does the wait.
 */
export async function timesTheWait<T>(
  milliseconds: number,
  work: () => PromiseLike<T>,
): Promise<{ outcome: T; times: number }> {
  let beats = 0;
  // a beat that comes late is one beat, however many were due
  const beating = setInterval(() => (beats += 1), beatMs);
  try {
    const outcome = await work();
    return { outcome, times: (beats * beatMs) / milliseconds };
  } finally {
    clearInterval(beating);
  }
}
