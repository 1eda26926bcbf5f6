import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesObject, ObjectMetadata } from '../objects/kubernetes-object.ts';
import { eachObject } from '../objects/list-objects.ts';
import type { PathRef } from '../transport/api-path.ts';
import type { ClusterConnection } from '../transport/connection.ts';
import { networkError } from '../transport/network-error.ts';
import { Backoff, type BackoffTiming } from './backoff.ts';
import { isWorthless, type ReflectorTarget } from './reflector.ts';

/** What polling keeps up to date. */
export interface PollTarget extends Omit<ReflectorTarget, 'changed' | 'live'> {
  /** What is held is what the cluster had a moment ago. */
  polled(): void;
}

/**
 * Mirrors a collection that cannot be watched (`metrics.k8s.io`, `componentstatuses`): one list, then another every
 * `everyMs`. Runs until `signal` aborts; never rejects.
 */
export async function poll(
  connection: ClusterConnection,
  ref: PathRef,
  target: PollTarget,
  {
    signal,
    everyMs,
    timing,
    kind,
  }: { signal: AbortSignal; everyMs: number; timing: BackoffTiming; kind?: string | undefined },
): Promise<void> {
  const backoff = new Backoff(timing);
  for (let round = 1; !signal.aborted; round += 1) {
    try {
      target.listBegins();
      const take = (object: KubernetesObject) => target.listed(identified(object, round));
      const malformed = (item: string) => target.malformed(item);
      const priority = round === 1 ? 'interactive' : 'background';
      await eachObject(connection, ref, take, { signal, priority, versionless: true, kind, malformed });
      target.listComplete();
      target.polled();
      backoff.reset();
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    } catch (caught) {
      if (signal.aborted) return;
      const error = networkError(caught);
      if (isWorthless(error)) target.discarded();
      target.failed(error);
      await backoff.wait(signal, error.retryAfterSeconds).catch(() => undefined);
    }
  }
}

/** What is computed when it is asked for has neither uid nor version: its place is its identity, each list a new state. */
function identified(object: KubernetesObject, round: number): KubernetesObject {
  const metadata = object.metadata as Partial<ObjectMetadata> | undefined;
  if (metadata?.name === undefined) return object;
  const { name, uid = `${metadata.namespace ?? ''}/${name}`, resourceVersion = String(round) } = metadata;
  return { ...object, metadata: { ...metadata, name, uid, resourceVersion } };
}
