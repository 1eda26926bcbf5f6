import { expect, test } from 'vitest';
import { containerForLog, type PodForLog } from './container-state.ts';

function pod(status: PodForLog['status'], restartPolicy = 'Always'): PodForLog {
  return {
    metadata: { uid: 'u', name: 'p' },
    spec: {
      restartPolicy,
      containers: [{ name: 'web' }],
      initContainers: [{ name: 'setup' }, { name: 'proxy', restartPolicy: 'Always' }],
      ephemeralContainers: [{ name: 'debug' }],
    },
    ...(status && { status }),
  };
}

test('a container the pod does not have', () => {
  expect(containerForLog(pod({}), 'other')).toBeUndefined();
});

test('an unscheduled pod says why', () => {
  const conditions = [
    { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/4 nodes are available' },
  ];
  expect(containerForLog(pod({ phase: 'Pending', conditions }), 'web')).toMatchObject({
    hasLog: false,
    finished: false,
    message: 'Unschedulable: 0/4 nodes are available',
  });
});

test('a crash loop has the log of its last instance and more to come', () => {
  const web = {
    name: 'web',
    restartCount: 4,
    state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' } },
    lastState: { terminated: { exitCode: 1 } },
  };
  expect(containerForLog(pod({ containerStatuses: [web] }), 'web')).toEqual({
    restarts: 4,
    hasLog: true,
    running: false,
    finished: false,
    message: 'CrashLoopBackOff: back-off 40s',
  });
});

test.each([
  ['web', 'Always', 0, false],
  ['web', 'OnFailure', 0, true],
  ['web', 'OnFailure', 1, false],
  ['web', 'Never', 1, true],
  ['setup', 'Always', 0, true],
  ['setup', 'Always', 1, false],
  ['setup', 'Never', 1, true],
  ['proxy', 'Always', 0, false],
  ['debug', 'Always', 1, true],
])('%s under %s after exit %i is finished: %s', (name, policy, exitCode, finished) => {
  const ended = { name, restartCount: 0, state: { terminated: { exitCode } } };
  const kind =
    { web: 'containerStatuses', debug: 'ephemeralContainerStatuses' }[name] ?? 'initContainerStatuses';
  expect(containerForLog(pod({ [kind]: [ended] }, policy), name)?.finished).toBe(finished);
});
