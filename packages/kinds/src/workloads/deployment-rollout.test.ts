import { expect, test } from 'vitest';
import type { Deployment } from '../wire/apps.ts';
import { deploymentRollout } from './deployment-rollout.ts';

type Status = NonNullable<Deployment['status']>;
const done: Status = {
  observedGeneration: 2,
  replicas: 3,
  updatedReplicas: 3,
  availableReplicas: 3,
};
const condition = (type: string, reason = '', status = 'True') => [{ type, status, reason }];

test.each<[string, Status, string, { paused?: boolean; replicas?: number }?]>([
  ['all replicas are new and available', done, 'Complete'],
  ['the controller has not seen the change', { ...done, observedGeneration: 1 }, 'Pending'],
  ['nothing was reported yet', {}, 'Pending'],
  ['new replicas are missing', { ...done, updatedReplicas: 2 }, 'Progressing'],
  ['old replicas are left', { ...done, replicas: 4 }, 'Progressing'],
  ['a new replica is not available', { ...done, availableReplicas: 2 }, 'Progressing'],
  ['it is paused half-way', { ...done, updatedReplicas: 1 }, 'Paused', { paused: true }],
  ['it was paused when it was done', done, 'Complete', { paused: true }],
  ['nothing is wanted and nothing there', { observedGeneration: 2 }, 'Complete', { replicas: 0 }],
  [
    'nothing has moved for too long',
    {
      ...done,
      updatedReplicas: 1,
      conditions: condition('Progressing', 'ProgressDeadlineExceeded', 'False'),
    },
    'ProgressDeadlineExceeded',
  ],
  [
    'pods cannot be made',
    { ...done, updatedReplicas: 1, conditions: condition('ReplicaFailure', 'FailedCreate') },
    'ReplicaFailure',
  ],
  [
    'pods could not be made once',
    { ...done, updatedReplicas: 1, conditions: condition('ReplicaFailure', '', 'False') },
    'Progressing',
  ],
])('%s', (_name, status, expected, { paused = false, replicas = 3 } = {}) => {
  const template = { spec: { containers: [] } };
  const deployment: Deployment = {
    metadata: { generation: 2 },
    spec: { paused, replicas, selector: {}, template },
    status,
  };
  expect(deploymentRollout(deployment)).toBe(expected);
});
