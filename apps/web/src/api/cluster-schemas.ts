import { endpoints } from '@pilothouse/contract';
import { schemaOfKind, type SchemaNode } from '@pilothouse/kinds';
import { useQueryClient } from '@tanstack/vue-query';
import { toValue, type MaybeRefOrGetter } from 'vue';
import { call } from './call.ts';
import { keyOf } from './use-endpoint.ts';

/** A cluster's types change when it is upgraded or a CRD is. */
const staleMs = 300_000;

/**
 * Finds the schema of a kind in a cluster's own OpenAPI documents. Each is read when first asked for and kept; what
 * cannot be read is as if there were none, since it only helps with typing.
 */
export function useClusterSchemas(
  cluster: MaybeRefOrGetter<string>,
): (apiVersion: string, kind: string) => Promise<SchemaNode | null> {
  const queries = useQueryClient();
  return async (apiVersion, kind) => {
    const [version = '', group = ''] = apiVersion.split('/').toReversed();
    if (!/^v\d[a-z\d]*$/.test(version) || kind === '') return null;
    const params = { cluster: toValue(cluster), group: group === '' ? 'core' : group, version };
    const queryKey = keyOf(endpoints.getClusterOpenApi, { params });
    const document = await queries
      .fetchQuery({
        queryKey,
        queryFn: async () => {
          const text = await call(endpoints.getClusterOpenApi, { params });
          return { document: JSON.parse(text as unknown as string) as unknown };
        },
        staleTime: staleMs,
        retry: false,
      })
      .catch(() => null);
    if (document === null) return null;
    // what is not served now may be in a moment: a CRD brings it
    if (Object.keys(document.document ?? {}).length === 0) {
      queries.removeQueries({ queryKey });
      return null;
    }
    return schemaOfKind(document.document, { group, version, kind });
  };
}
