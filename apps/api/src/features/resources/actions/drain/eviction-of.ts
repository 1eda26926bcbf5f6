import type { Discovery } from '@pilothouse/kube';

/** The eviction API that a cluster has (`kubectl/pkg/drain/drain.go`, CheckEvictionSupport); null where it has none. */
export function evictionOf(discovery: Discovery): 'v1' | 'v1beta1' | null {
  const pods = discovery.find('', 'pods');
  if (!pods?.subresources.includes('eviction')) return null;
  const isV1 = discovery.resources.some(({ group, version }) => group === 'policy' && version === 'v1');
  return isV1 ? 'v1' : 'v1beta1';
}
