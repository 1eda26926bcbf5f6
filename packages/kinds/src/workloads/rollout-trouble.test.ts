import { expect, test } from 'vitest';
import type { Cells, Row } from '../kind.ts';
import type { Deployment } from '../wire/apps.ts';
import { rolloutTroubles } from './rollout-trouble.ts';

const pod = (cells: Cells): Row => ({ uid: 'u', name: 'web-1', resourceVersion: '1', cells });
const condition = (type: string, status: string, reason: string, message: string) => ({
  type,
  status,
  reason,
  message,
});
const deployment = (...conditions: ReturnType<typeof condition>[]): Deployment => ({
  status: { conditions },
});

test.each([
  [
    'pods "web-1" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=3, limited: pods=3',
    'quota',
  ],
  ['admission webhook "guard.example.org" denied the request: no', 'admission'],
  ['pods "web-1" is forbidden: violates PodSecurity "restricted:latest": privileged', 'admission'],
  ['pods "web-1" is forbidden: error looking up service account shop/web', 'podsRefused'],
])('%s', (message, code) => {
  const failed = deployment(condition('ReplicaFailure', 'True', 'FailedCreate', message));
  expect(rolloutTroubles(failed, [])).toEqual([{ code, message, pods: 0 }]);
});

test('pods tell what the conditions do not, each kind of trouble once with its number', () => {
  const pods = [
    pod({ status: 'ImagePullBackOff', node: 'n1', ready: 0, containers: 1 }),
    pod({ status: 'Init:ErrImagePull', node: 'n1', ready: 0, containers: 1 }),
    pod({ status: 'CrashLoopBackOff', node: 'n1', ready: 0, containers: 1 }),
    pod({ status: 'Pending', node: null, ready: 0, containers: 1 }),
    pod({ status: 'Running', node: 'n1', ready: 1, containers: 2 }),
    pod({ status: 'Running', node: 'n1', ready: 2, containers: 2 }),
    pod({ status: 'ContainerCreating', node: 'n1', ready: 0, containers: 1 }),
    pod({ status: 'CreateContainerConfigError', node: 'n1', ready: 0, containers: 1 }),
  ];
  const late = deployment(
    condition('Progressing', 'False', 'ProgressDeadlineExceeded', 'ReplicaSet "web-2" has timed out'),
  );
  expect(rolloutTroubles(late, pods).map(({ code, pods: count }) => [code, count])).toEqual([
    ['image', 2],
    ['config', 1],
    ['crashing', 1],
    ['scheduling', 1],
    ['notReady', 1],
    ['deadline', 0],
  ]);
});

test('nothing holds up what is complete', () => {
  const complete = deployment(condition('Progressing', 'True', 'NewReplicaSetAvailable', 'done'));
  expect(
    rolloutTroubles(complete, [pod({ status: 'Running', node: 'n1', ready: 1, containers: 1 })]),
  ).toEqual([]);
});
