import type { clusterCredential } from '@pilothouse/contract';
import { kinds } from '@pilothouse/kinds';
import { mayDo, type CallOptions, type ClusterConnection, type Discovery } from '@pilothouse/kube';
import type { z } from 'zod';

export type Lack = NonNullable<z.output<typeof clusterCredential>['lacks']['value']>[number];
type Need = Omit<Lack, 'inNamespace'>;

/** What pages do beyond lists of kinds. */
const more: Need[] = [
  { verb: 'get', group: 'core', plural: 'pods', subresource: 'log' },
  { verb: 'create', group: 'core', plural: 'pods', subresource: 'exec' },
  { verb: 'create', group: 'core', plural: 'pods', subresource: 'eviction' },
  { verb: 'patch', group: 'core', plural: 'nodes', subresource: null },
  { verb: 'list', group: 'metrics.k8s.io', plural: 'nodes', subresource: null },
  { verb: 'list', group: 'metrics.k8s.io', plural: 'pods', subresource: null },
];

/** What is needed of what the cluster serves: each described kind's list, and what pages do beyond. */
function needsOf(discovery: Pick<Discovery, 'find'>): Need[] {
  const lists = [...kinds.values()].map(({ group, plural }) => ({
    verb: 'list',
    group,
    plural,
    subresource: null,
  }));
  return [...lists, ...more].filter(({ group, plural }) => discovery.find(group, plural) !== undefined);
}

/**
 * What of it the credential may not do in the whole cluster, and whether it may in a namespace, by a question each.
 * Rejects with KubeError.
 */
export async function findLacks(
  connection: ClusterConnection,
  discovery: Pick<Discovery, 'find'>,
  namespace: string,
  call: CallOptions,
): Promise<Lack[]> {
  const asked = ({ verb, group, plural, subresource }: Need, at: { namespace?: string }) =>
    mayDo(
      connection,
      {
        verb,
        group: group === 'core' ? '' : group,
        plural,
        ...(subresource !== null && { subresource }),
        ...at,
      },
      call,
    );
  const lacks = await Promise.all(
    needsOf(discovery).map(async (need): Promise<Lack[]> => {
      if (await asked(need, {})) return [];
      const isNamespaced = discovery.find(need.group, need.plural)?.namespaced === true;
      return [{ ...need, inNamespace: isNamespaced ? await asked(need, { namespace }) : null }];
    }),
  );
  return lacks.flat();
}
