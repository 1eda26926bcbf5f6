import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesObject, ObjectMetadata } from '../objects/kubernetes-object.ts';
import { eachObject } from '../objects/list-objects.ts';
import type { PathRef } from '../transport/api-path.ts';
import type { ClusterConnection } from '../transport/connection.ts';
import { KubeError } from '../transport/kube-error.ts';
import { networkError } from '../transport/network-error.ts';
import { Backoff, type BackoffTiming } from './backoff.ts';
import type { ListTarget } from './initial-state.ts';

/** What polling keeps up to date. */
export interface PollTarget extends Omit<ListTarget, 'changed'> {
  /** What is held is what the cluster had a moment ago. */
  polled(): void;
  /** It could not be listed, for this reason; it is tried again. */
  failed(error: KubeError): void;
}

/**
 * Mirrors a collection that cannot be watched (`metrics.k8s.io`, `componentstatuses`): one list, then another every
 * `everyMs`. Runs until `signal` aborts; never rejects.
 */
export async function poll(
  connection: ClusterConnection,
  ref: PathRef,
  target: PollTarget,
  { signal, everyMs, timing }: { signal: AbortSignal; everyMs: number; timing: BackoffTiming },
): Promise<void> {
  const backoff = new Backoff(timing);
  for (let round = 1; !signal.aborted; round += 1) {
    try {
      target.listBegins();
      const take = (object: KubernetesObject) => target.listed(identified(object, round));
      const priority = round === 1 ? 'interactive' : 'background';
      await eachObject(connection, ref, take, { signal, priority, versionless: true });
      target.listComplete();
      target.polled();
      backoff.reset();
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    } catch (caught) {
      if (signal.aborted) return;
      const error = networkError(caught);
      target.failed(error);
      await backoff.wait(signal, error.retryAfterSeconds).catch(() => undefined);
    }
  }
}

/** What is computed when it is asked for has neither uid nor version: its place is its identity, each list a new state. */
function identified(object: KubernetesObject, round: number): KubernetesObject {
  const metadata = object.metadata as Partial<ObjectMetadata> | undefined;
  if (metadata?.name === undefined) throw new KubeError('protocol', 'The list has an object without a name');
  const { name, uid = `${metadata.namespace ?? ''}/${name}`, resourceVersion = String(round) } = metadata;
  return { ...object, metadata: { ...metadata, name, uid, resourceVersion } };
}
