import type { PodForLog } from '@pilothouse/kube';
import { expect, test } from 'vitest';
import { containerIn, requireRunning } from './container-check.ts';

const pod = (status: PodForLog['status'], restartPolicy = 'Always'): PodForLog => ({
  metadata: { uid: 'u', name: 'web' },
  spec: {
    restartPolicy,
    initContainers: [{ name: 'init' }],
    containers: [{ name: 'app' }, { name: 'side' }],
  },
  ...(status && { status }),
});
const app = (state: object) => ({ containerStatuses: [{ name: 'app', state }] });

test.each([
  [
    'a crash loop',
    app({ waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } }),
    /CrashLoopBackOff: back-off/,
  ],
  ['a finished one', { phase: 'Failed', ...app({ terminated: { exitCode: 1, reason: 'Error' } }) }, /Error/],
  ['one that still waits', app({ waiting: { reason: 'PodInitializing' } }), /PodInitializing/],
  ['one that nothing is known of', { phase: 'Pending' }, /Pending/],
])('a shell in %s says its state and reason', (_what, status, message) => {
  expect(() => requireRunning(pod(status), 'app')).toThrow(
    expect.objectContaining({
      code: 'containerNotRunning',
      params: { container: 'app', message: expect.stringMatching(message) },
    }),
  );
});

test('a running one is let in', () => {
  expect(() => requireRunning(pod(app({ running: {} })), 'app')).not.toThrow();
});

test('a name that is not in the pod names those that are', () => {
  expect(() => containerIn(pod({}), 'other')).toThrow(
    expect.objectContaining({
      code: 'noSuchContainer',
      params: { container: 'other', containers: 'init, app, side' },
    }),
  );
});
