import { isRecord, nodeUsage, podUsage, rowOf, type Cells, type KindDescriptor } from '@pilothouse/kinds';
import { eachObject, KubeError, type ClusterConnection, type KubernetesObject } from '@pilothouse/kube';
import type { Measured } from './sample-usage.ts';

/** What is older than the newest by this was not measured now: a kubelet that does not answer. */
const lateMs = 90_000;

/**
 * What metrics.k8s.io says now, in two calls; nothing of what it does not serve, does not show us or cannot say now.
 * Rejects with KubeError where the cluster does not answer.
 */
export async function measureCluster(connection: ClusterConnection, signal: AbortSignal): Promise<Measured> {
  return {
    nodes: await read(connection, nodeUsage, ({ name }) => name, signal),
    pods: await read(connection, podUsage, ({ namespace = '', name }) => `${namespace}/${name}`, signal),
  };
}

async function read(
  connection: ClusterConnection,
  kind: KindDescriptor,
  keyOf: (place: { namespace?: string; name: string }) => string,
  signal: AbortSignal,
): Promise<Map<string, Cells>> {
  const found: { key: string; at: number; cells: Cells }[] = [];
  const take = (object: KubernetesObject) => {
    const row = rowOf(kind, object);
    const at = isRecord(object) ? Date.parse(String(object['timestamp'])) : NaN;
    found.push({ key: keyOf(row), at, cells: row.cells });
  };
  const options = { priority: 'background', signal, versionless: true, malformed: () => undefined } as const;
  try {
    await eachObject(
      connection,
      { group: kind.group, version: 'v1beta1', plural: kind.plural },
      take,
      options,
    );
  } catch (error) {
    if (error instanceof KubeError && [403, 404, 503].some((status) => error.is(status))) return new Map();
    throw error;
  }
  // by the cluster's own clock, whatever ours says
  const newest = found.reduce((most, { at }) => (at > most ? at : most), -Infinity);
  return new Map(
    found.flatMap(({ key, at, cells }) => (newest - at > lateMs ? [] : [[key, cells] as const])),
  );
}
