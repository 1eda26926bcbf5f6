import type { KubeError, Verdict } from '@pilothouse/kube';
import type { ErrorCode } from '@pilothouse/contract';
import type { NewItem, Params } from '../../../../operations/operation-handler.ts';
import type { PartOf } from './drain-items.ts';

const refusals: Record<Extract<Verdict, { outcome: 'refuse' }>['reason'], ErrorCode> = {
  daemonSet: 'podDaemonSet',
  daemonSetGone: 'podDaemonSetGone',
  daemonSetUnreadable: 'podDaemonSetUnreadable',
  emptyDir: 'podEmptyDir',
  noController: 'podNoController',
};

const skips: Record<Extract<Verdict, { outcome: 'skip' }>['reason'], string> = {
  daemonSet: 'daemonSetStays',
  mirror: 'mirrorStays',
  deletedLongAgo: 'terminatingStays',
};

/** What the rows of a pod say of it, whatever became of it. */
export function paramsOf({ node, namespace, name, uid }: PartOf<'pod'>): Params {
  return { node, namespace, pod: name, uid };
}

function words(error: KubeError): string {
  return error.statusObject?.message ?? error.message;
}

/** A pod as a part of its node: to be evicted, or with what keeps it from that. */
export function podItem(
  node: string,
  pod: { namespace: string; name: string; uid: string },
  verdict: Verdict,
): NewItem<PartOf<'pod'>> {
  const input = { part: 'pod' as const, node, namespace: pod.namespace, name: pod.name, uid: pod.uid };
  const item = { target: `${pod.namespace}/${pod.name}`, input };
  const params = paramsOf(input);
  if (verdict.outcome === 'skip')
    return { ...item, ended: { state: 'skipped', code: skips[verdict.reason], params } };
  if (verdict.outcome === 'evict') return item;
  const said = { ...params, ...('error' in verdict && { message: words(verdict.error) }) };
  return { ...item, ended: { state: 'failed', code: refusals[verdict.reason], params: said } };
}
