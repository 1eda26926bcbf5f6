import { Backoff } from '../store/backoff.ts';
import { defaultTiming } from '../store/reflector.ts';
import { networkError } from '../transport/network-error.ts';
import type { SelectionListener } from './pod-selection.ts';

/**
 * Tells a listener of the pods that `admits` says yes to, in the order in which they were selected. Who was admitted
 * once stays so: a pod's owners do not change. Where `admits` rejects it is asked again, until `signal`.
 */
export function admittedOnly(
  listener: SelectionListener,
  admits: (pod: { name: string; uid: string }) => Promise<boolean>,
  signal: AbortSignal,
): SelectionListener {
  const admitted = new Set<string>();
  let told = Promise.resolve();
  const tell = (telling: () => Promise<void> | void) => {
    told = told.then(async () => {
      if (!signal.aborted) await telling();
    });
  };
  const ask = async (pod: { name: string; uid: string }): Promise<boolean> => {
    const backoff = new Backoff(defaultTiming);
    while (!signal.aborted) {
      try {
        return await admits(pod);
      } catch (error) {
        listener.failed(networkError(error));
        await backoff.wait(signal).catch(() => undefined);
      }
    }
    return false;
  };
  return {
    selected(pod) {
      const { uid, name } = pod.metadata;
      const answer = admitted.has(uid) || ask({ uid, name });
      tell(async () => {
        if (!(await answer)) return;
        admitted.add(uid);
        listener.selected(pod);
      });
    },
    deselected: (uid) => tell(() => listener.deselected(uid)),
    complete: () => tell(() => listener.complete()),
    failed: (error) => tell(() => listener.failed(error)),
  };
}
