/** Does `count` pieces of work, `atATime` of them at once; returns what they gave. One that rejects ends it all. */
export async function load<T>(
  count: number,
  atATime: number,
  work: (index: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      results[index] = await work(index);
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  return results;
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** Milliseconds since the epoch, finer than `Date.now()`; comparable between processes and with the browser's. */
export const now = (): number => performance.timeOrigin + performance.now();
