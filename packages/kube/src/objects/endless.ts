import { KubeError } from '../transport/kube-error.ts';

/** The error of a list that has brought so many objects since then, by the monotonic clock, and goes on. */
export function endless(objects: number, since: number): KubeError {
  const seconds = Math.round((performance.now() - since) / 1000);
  return new KubeError('endless', `The list does not come to an end: ${objects} objects in ${seconds} s`, {
    params: { objects, seconds },
  });
}
