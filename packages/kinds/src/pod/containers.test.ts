import { expect, test } from 'vitest';
import type { Pod } from '../wire/core.ts';
import { containersOf, defaultContainer } from './containers.ts';

const status = { image: '', imageID: '', ready: false, restartCount: 0 };
const pod: Pod = {
  spec: {
    initContainers: [{ name: 'prepare' }, { name: 'proxy', restartPolicy: 'Always' }],
    containers: [{ name: 'web' }, { name: 'logs' }],
    ephemeralContainers: [{ name: 'debug' }],
  },
  status: {
    initContainerStatuses: [
      { ...status, name: 'proxy', ready: true, state: { running: {} } },
      { ...status, name: 'prepare', state: { terminated: { exitCode: 0, reason: 'Completed' } } },
    ],
    containerStatuses: [
      {
        ...status,
        name: 'web',
        restartCount: 4,
        state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
      },
    ],
    ephemeralContainerStatuses: [{ ...status, name: 'debug', state: { running: {} } }],
  },
};

test('every container is listed with its role and its state', () => {
  expect(containersOf(pod).map(({ name, role, state, reason }) => [name, role, state, reason])).toEqual([
    ['prepare', 'init', 'terminated', 'Completed'],
    ['proxy', 'sidecar', 'running', ''],
    ['web', 'regular', 'waiting', 'CrashLoopBackOff'],
    ['logs', 'regular', 'unknown', ''],
    ['debug', 'ephemeral', 'running', ''],
  ]);
  expect(containersOf(pod)[2]).toMatchObject({ restarts: 4, message: 'back-off', ready: false });
});

test('the default container is the annotated one where it exists, else the first regular one', () => {
  const annotated = (name: string): Pod => ({
    ...pod,
    metadata: { annotations: { 'kubectl.kubernetes.io/default-container': name } },
  });
  expect(defaultContainer(pod)).toBe('web');
  expect(defaultContainer(annotated('logs'))).toBe('logs');
  expect(defaultContainer(annotated('proxy'))).toBe('proxy');
  expect(defaultContainer(annotated('gone'))).toBe('web');
  expect(defaultContainer({})).toBeNull();
});
