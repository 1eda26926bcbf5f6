import { z } from 'zod';
import { defineAction } from './action.ts';

/** `kubectl scale`, by the scale subresource. */
export const scale = defineAction({
  id: 'scale',
  on: ['apps/deployments', 'apps/replicasets', 'apps/statefulsets', 'core/replicationcontrollers'],
  parameters: z.strictObject({
    replicas: z.int().min(0).max(1_000_000),
    /** The count that was seen: with another one nothing is changed. */
    currentReplicas: z.int().min(0).optional(),
  }),
  rights: () => [{ verb: 'update', subresource: 'scale' }],
  impact: ({ replicas }) => (replicas === 0 ? 'disruptive' : 'none'),
  audited: ({ replicas }) => ({ replicas }),
});
