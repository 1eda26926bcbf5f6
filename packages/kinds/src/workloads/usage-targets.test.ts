import { expect, test } from 'vitest';
import { usageTargets } from './usage-targets.ts';

const pod = (owner: string | null) => ({
  uid: 'p',
  namespace: 'shop',
  name: 'p',
  resourceVersion: '1',
  cells: { owner },
});

test.each([
  ['ReplicaSet/web-6d4cf56db6', { 'pod-template-hash': '6d4cf56db6' }, 'apps/deployments/shop/web'],
  ['ReplicaSet/web-6d4cf56db6', {}, 'apps/replicasets/shop/web-6d4cf56db6'],
  ['ReplicaSet/other', { 'pod-template-hash': '6d4cf56db6' }, 'apps/replicasets/shop/other'],
  ['StatefulSet/db', {}, 'apps/statefulsets/shop/db'],
  ['DaemonSet/agent', { 'pod-template-generation': '1' }, 'apps/daemonsets/shop/agent'],
  ['Job/backup-29403120', {}, 'batch/cronjobs/shop/backup'],
  ['Job/once', {}, 'batch/jobs/shop/once'],
  ['Node/n1', {}, null],
  ['Widget/w', {}, null],
  [null, {}, null],
])('%s with %j belongs to %s', (owner, labels, workload) => {
  expect(usageTargets(pod(owner), labels as Record<string, string>)).toEqual([
    'core/namespaces/_/shop',
    ...(workload === null ? [] : [workload]),
  ]);
});
