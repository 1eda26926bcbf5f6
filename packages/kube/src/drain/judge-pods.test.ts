import type { Pod } from '@pilothouse/kinds';
import { describe, expect, test } from 'vitest';
import { KubeError } from '../transport/kube-error.ts';
import { daemonSetOf, judgePod, type DaemonSetAnswer, type JudgeOptions } from './judge-pods.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const none: JudgeOptions = {
  ignoreDaemonSets: false,
  deleteEmptyDirData: false,
  force: false,
  skipWaitForDeleteTimeout: 0,
};
const missing = new KubeError('api', 'daemonsets.apps "ds" not found', { status: 404 });
const forbidden = new KubeError('api', 'daemonsets.apps "ds" is forbidden', { status: 403 });

type Owner = NonNullable<NonNullable<Pod['metadata']>['ownerReferences']>[number];
const owner = (kind: string, apiVersion = 'apps/v1', controller: boolean | null = true): Owner => ({
  apiVersion,
  kind,
  name: 'ds',
  uid: 'owner',
  ...(controller !== null && { controller }),
});

interface Given {
  owners?: Owner[];
  phase?: string;
  volumes?: NonNullable<Pod['spec']>['volumes'];
  annotations?: Record<string, string>;
  deletedAt?: string;
}
function pod({ owners = [], phase = 'Running', volumes, annotations, deletedAt }: Given): Pod {
  return {
    metadata: {
      name: 'a',
      namespace: 'demo',
      ownerReferences: owners,
      ...(annotations && { annotations }),
      ...(deletedAt && { deletionTimestamp: deletedAt }),
    },
    spec: { containers: [], ...(volumes && { volumes }) },
    status: { phase },
  };
}

const replicaSet = owner('ReplicaSet');
const daemonSet = owner('DaemonSet');
const emptyDir = [{ name: 'd', emptyDir: {} }];
const evict = (...warnings: string[]) => ({ outcome: 'evict', warnings });
const skip = (reason: string) => ({ outcome: 'skip', reason });
const refuse = (reason: string) => ({ outcome: 'refuse', reason });

type Case = [
  name: string,
  given: Given,
  options: Partial<JudgeOptions>,
  answer: DaemonSetAnswer,
  verdict: object,
];
const cases: Case[] = [
  ['a pod with a controller goes', { owners: [replicaSet] }, {}, 'there', evict()],
  ['whatever kind says that it controls', { owners: [owner('Foo', 'x.io/v1')] }, {}, 'there', evict()],
  ['a bare pod needs force', {}, {}, 'there', refuse('noController')],
  ['a bare pod with force', {}, { force: true }, 'there', evict('noController')],
  [
    'an owner that does not control',
    { owners: [owner('ReplicaSet', 'apps/v1', null)] },
    {},
    'there',
    refuse('noController'),
  ],
  [
    'an owner that says it does not',
    { owners: [owner('ReplicaSet', 'apps/v1', false)] },
    {},
    'there',
    refuse('noController'),
  ],
  ['finished bare pods pass', { phase: 'Succeeded' }, {}, 'there', evict('finished')],
  ['failed ones as well', { phase: 'Failed' }, {}, 'there', evict('finished')],
  ['a living DaemonSet', { owners: [daemonSet] }, {}, 'there', refuse('daemonSet')],
  ['force does not help with it', { owners: [daemonSet] }, { force: true }, 'there', refuse('daemonSet')],
  ['ignored, its pod stays', { owners: [daemonSet] }, { ignoreDaemonSets: true }, 'there', skip('daemonSet')],
  [
    'ignored, whatever else it has',
    { owners: [daemonSet], volumes: emptyDir },
    { ignoreDaemonSets: true },
    'there',
    skip('daemonSet'),
  ],
  ['its finished pods go', { owners: [daemonSet], phase: 'Failed' }, {}, 'there', evict('finished')],
  [
    'a DaemonSet that is gone',
    { owners: [daemonSet] },
    {},
    missing,
    { ...refuse('daemonSetGone'), error: missing },
  ],
  [
    'ignoring does not help with one that is gone',
    { owners: [daemonSet] },
    { ignoreDaemonSets: true },
    missing,
    { ...refuse('daemonSetGone'), error: missing },
  ],
  ['force does', { owners: [daemonSet] }, { force: true }, missing, evict('daemonSetGone')],
  [
    'one that cannot be read blocks whatever the options',
    { owners: [daemonSet] },
    { force: true, ignoreDaemonSets: true },
    forbidden,
    { ...refuse('daemonSetUnreadable'), error: forbidden },
  ],
  [
    'a DaemonSet of another group is any controller',
    { owners: [owner('DaemonSet', 'apps.kruise.io/v1alpha1')] },
    {},
    missing,
    evict(),
  ],
  [
    'an older version of the group as well',
    { owners: [owner('DaemonSet', 'extensions/v1beta1')] },
    {},
    missing,
    evict(),
  ],
  [
    'a mirror pod stays, silently',
    { annotations: { 'kubernetes.io/config.mirror': 'x' } },
    {},
    'there',
    skip('mirror'),
  ],
  [
    'an empty annotation counts',
    { annotations: { 'kubernetes.io/config.mirror': '' } },
    {},
    'there',
    skip('mirror'),
  ],
  [
    'the DaemonSet comes before the mirror',
    { owners: [daemonSet], annotations: { 'kubernetes.io/config.mirror': 'x' } },
    {},
    'there',
    refuse('daemonSet'),
  ],
  [
    'local data needs its option',
    { owners: [replicaSet], volumes: emptyDir },
    {},
    'there',
    refuse('emptyDir'),
  ],
  [
    'force does not help with it',
    { owners: [replicaSet], volumes: emptyDir },
    { force: true },
    'there',
    refuse('emptyDir'),
  ],
  [
    'with its option',
    { owners: [replicaSet], volumes: emptyDir },
    { deleteEmptyDirData: true },
    'there',
    evict('emptyDir'),
  ],
  [
    'finished pods with local data pass',
    { owners: [replicaSet], volumes: emptyDir, phase: 'Succeeded' },
    {},
    'there',
    evict('finished'),
  ],
  [
    'other volumes are no local data',
    { owners: [replicaSet], volumes: [{ name: 'c', configMap: { name: 'c' } }] },
    {},
    'there',
    evict(),
  ],
  ['each pod under its first blocker', { volumes: emptyDir }, {}, 'there', refuse('emptyDir')],
  [
    'all warnings are kept',
    { volumes: emptyDir },
    { deleteEmptyDirData: true, force: true },
    'there',
    evict('emptyDir', 'noController'),
  ],
  [
    'a terminating bare pod still needs force',
    { deletedAt: '2026-03-01T11:00:00Z' },
    {},
    'there',
    refuse('noController'),
  ],
  [
    'unless skip-wait drops it first',
    { deletedAt: '2026-03-01T11:00:00Z' },
    { skipWaitForDeleteTimeout: 60 },
    'there',
    skip('deletedLongAgo'),
  ],
  [
    'skip-wait counts whole seconds',
    { deletedAt: '2026-03-01T11:59:00Z' },
    { skipWaitForDeleteTimeout: 60 },
    'there',
    refuse('noController'),
  ],
  [
    'and the next one is over',
    { deletedAt: '2026-03-01T11:58:59Z' },
    { skipWaitForDeleteTimeout: 60 },
    'there',
    skip('deletedLongAgo'),
  ],
  [
    'a deletion that lies ahead is not over',
    { owners: [replicaSet], deletedAt: '2026-03-01T12:00:30Z' },
    { skipWaitForDeleteTimeout: 1 },
    'there',
    evict(),
  ],
];

describe('kubectl drain’s filters', () => {
  test.each(cases)('%s', (_name, given, options, answer, verdict) => {
    expect(judgePod(pod(given), { ...none, ...options }, () => answer, now)).toEqual(verdict);
  });
});

test('only DaemonSets of living pods are looked up', () => {
  expect(daemonSetOf(pod({ owners: [daemonSet] }))).toBe('demo/ds');
  expect(daemonSetOf(pod({ owners: [daemonSet], phase: 'Succeeded' }))).toBeUndefined();
  expect(daemonSetOf(pod({ owners: [replicaSet] }))).toBeUndefined();
  expect(daemonSetOf(pod({ owners: [owner('DaemonSet', 'apps/v1', false)] }))).toBeUndefined();
});
