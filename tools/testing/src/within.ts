import { timesTheWait } from './times-the-wait.ts';

/**
 * Does `work`, which has to be done before a plain wait of so many milliseconds in this same process is over; how long
 * `work` itself is patient must be more. Throws where it took longer.
 */
export async function within<T>(milliseconds: number, work: () => PromiseLike<T>): Promise<T> {
  const { outcome, times } = await timesTheWait(milliseconds, work);
  if (times <= 1) return outcome;
  throw new Error(`It took ${times.toFixed(1)} times as long as a wait of ${milliseconds} ms`);
}
