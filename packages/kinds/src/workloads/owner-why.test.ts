import { expect, test } from 'vitest';
import { ownerWhy } from './owner-why.ts';

const failing = (message: string, status = 'True') => ({
  status: { conditions: [{ type: 'ReplicaFailure', status, message }] },
});

test('a quota, a policy, or something else refuses the Pods', () => {
  const quota =
    'pods "cart-1" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, limited: pods=2';
  expect(ownerWhy(failing(quota))).toEqual({ code: 'quota', message: quota, params: { message: quota } });
  expect(ownerWhy(failing('pods "x" is forbidden: violates PodSecurity "restricted:latest"'))?.code).toBe(
    'admission',
  );
  expect(ownerWhy(failing('priorityclass "high" not found'))?.code).toBe('podsRefused');
});

test('of a Job events tell; nothing where Pods are made', () => {
  const event = {
    metadata: {},
    reason: 'FailedCreate',
    message: 'Error creating: pods "x" is forbidden: exceeded quota: small',
    involvedObject: { kind: 'Job', name: 'x' },
  };
  expect(ownerWhy({}, [event])?.code).toBe('quota');
  expect(ownerWhy(failing('', 'False'))).toBeNull();
  expect(ownerWhy({}, [{ ...event, reason: 'SuccessfulCreate' }])).toBeNull();
});
