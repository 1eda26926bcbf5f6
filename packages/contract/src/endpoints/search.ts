import { z } from 'zod';
import { codedError, dnsLabel, groupName, pluralName } from '../common.ts';
import { defineEndpoint, platformRight } from '../endpoint.ts';

/** Objects of one kind in one cluster, best match first. */
const foundObjects = z.object({
  cluster: z.string(),
  group: groupName,
  plural: pluralName,
  kind: z.string(),
  items: z.array(z.object({ namespace: z.string().nullable(), name: z.string() })),
  /** There are more of this kind. */
  more: z.boolean(),
});

/** What could not be looked into: `<group|core>/<plural>` of these kinds, or (null) the whole cluster. */
const unsearched = z.object({
  cluster: z.string(),
  kinds: z.array(z.string()).nullable(),
  error: codedError,
});

export const searchEndpoints = {
  searchObjects: defineEndpoint({
    id: 'search.objects',
    method: 'GET',
    path: '/search/objects',
    summary: 'Objects by name: in the lists that the platform holds, or asked of the clusters themselves',
    query: z.strictObject({
      /**
       * Of lists: words, each somewhere in name, namespace, kind or cluster, and one at least in the name. Of clusters:
       * the whole name, or `namespace/name`.
       */
      q: z.string().trim().min(1).max(320),
      from: z.enum(['lists', 'clusters']).default('lists'),
      /** Absent: every cluster that the caller may see. */
      cluster: dnsLabel.optional(),
    }),
    response: z.object({
      found: z.array(foundObjects),
      /** There are kinds beyond these. */
      more: z.boolean(),
      unsearched: z.array(unsearched),
    }),
    // what is in them is asked kind by kind
    permission: ({ query }) => [
      query.cluster === undefined
        ? { ...platformRight('GET', '/clusters'), match: 'entry' }
        : {
            domain: { kind: 'cluster', cluster: query.cluster },
            object: '/clusters/{cluster}',
            action: 'GET',
            match: 'entry',
          },
    ],
  }),
};
