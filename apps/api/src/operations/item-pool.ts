/**
 * Runs `work` over `items` in order, at most `concurrency` at once; takes no further item once `mayGoOn` says no. Resolves
 * when everything taken has ended; rejects with the first rejection after the others have ended.
 */
export async function runPool<T>(
  items: readonly T[],
  options: { concurrency: number; mayGoOn: () => boolean },
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    while (options.mayGoOn()) {
      const next = queue.next();
      if (next.done) return;
      await work(next.value);
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: options.concurrency }, worker));
  for (const result of ended) if (result.status === 'rejected') throw result.reason;
}
