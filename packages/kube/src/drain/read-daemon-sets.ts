import type { Pod } from '@pilothouse/kinds';
import { getObject } from '../objects/objects.ts';
import type { ClusterConnection } from '../transport/connection.ts';
import { networkError } from '../transport/network-error.ts';
import { daemonSetOf, type DaemonSetAnswer } from './judge-pods.ts';

/**
 * Looks up the DaemonSets of pods, each once (kubectl: once a pod); no other controller is looked up
 * (`kubectl/pkg/drain/filters.go`). Never rejects but when `signal` aborts: an error is the answer. `ask` makes each call.
 */
export async function readDaemonSets(
  connection: ClusterConnection,
  pods: readonly Pod[],
  {
    signal,
    ask = (call) => call(),
  }: { signal?: AbortSignal; ask?: (call: () => Promise<unknown>) => Promise<unknown> } = {},
): Promise<(key: string) => DaemonSetAnswer> {
  const keys = new Set(pods.flatMap((pod) => daemonSetOf(pod) ?? []));
  const answers = new Map<string, DaemonSetAnswer>();
  await Promise.all(
    [...keys].map(async (key) => {
      const [namespace = '', name = ''] = key.split('/');
      const ref = { group: 'apps', version: 'v1', plural: 'daemonsets', namespace, name };
      const call = () => getObject(connection, ref, signal === undefined ? {} : { signal });
      const answer = await ask(call).then(
        () => 'there' as const,
        (error: unknown) => networkError(error),
      );
      signal?.throwIfAborted();
      answers.set(key, answer);
    }),
  );
  return (key) => answers.get(key) ?? 'there';
}
