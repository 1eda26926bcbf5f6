import { z } from 'zod';
import { timestamp, uuid } from '../common.ts';
import { defineEndpoint } from '../endpoint.ts';
import { kubernetesObject, objectParams, objectRight } from './resources.ts';

/** One write of an object through the platform. */
const historyEntry = z.object({
  id: uuid,
  at: timestamp,
  user: z.string(),
  /** `create`, `replace`, `patch`, `apply`, or the id of an action. */
  verb: z.string(),
  /** Joins it with its audit row, and with the cluster's own. */
  auditId: uuid,
  /** Of the object: another one of the same name has another. Null where it never came to be known. */
  uid: z.string().nullable(),
  /** `unknown`: the cluster did not answer, or the platform's process ended meanwhile. */
  outcome: z.enum(['written', 'unknown']),
});

const historyPath = '/clusters/{cluster}/k8s/{group}/{plural}/{namespace}/{name}/history';
const entryParams = objectParams.extend({ entry: uuid });

/** What was written to an object through the platform; whoever may get the object now may read it. */
export const historyEndpoints = {
  listHistory: defineEndpoint({
    id: 'history.list',
    method: 'GET',
    path: historyPath,
    summary: 'The last writes of an object, newest first',
    params: objectParams,
    response: z.object({ items: z.array(historyEntry) }),
    permission: ({ params }) => [objectRight(params, 'get')],
  }),
  getHistoryEntry: defineEndpoint({
    id: 'history.get',
    method: 'GET',
    path: `${historyPath}/{entry}`,
    summary:
      'One write of an object: before and after; null where there was none. Of Secrets digests, no values',
    params: entryParams,
    response: historyEntry.extend({
      before: kubernetesObject.nullable(),
      after: kubernetesObject.nullable(),
    }),
    permission: ({ params }) => [objectRight(params, 'get')],
  }),
  prepareRestore: defineEndpoint({
    id: 'history.restore',
    method: 'GET',
    path: `${historyPath}/{entry}/restore`,
    summary: 'What to write to restore an object: as it was, on today’s version. Writes nothing',
    params: entryParams,
    query: z.strictObject({ image: z.enum(['before', 'after']).default('after') }),
    response: z.object({
      /** To be reviewed and written: without what the cluster sets, with today's resourceVersion and uid. */
      object: kubernetesObject,
      /** The object today; null where it is gone: then it is created. */
      current: kubernetesObject.nullable(),
    }),
    permission: ({ params }) => [objectRight(params, 'get')],
  }),
};
