import { describe, expect, test } from 'vitest';
import type { Container, ContainerStatus, Pod } from '../wire/core.ts';
import { podStatus } from './pod-status.ts';

const running = { running: {} };
const completed = { terminated: { exitCode: 0, reason: 'Completed' } };
const waiting = (reason?: string) => ({ waiting: reason === undefined ? {} : { reason } });
const terminated = (exitCode: number, more: { reason?: string; signal?: number } = {}) => ({
  terminated: { exitCode, ...more },
});
const endedAt = (finishedAt: string) => ({ lastState: { terminated: { exitCode: 1, finishedAt } } });

type Statuses = (Partial<ContainerStatus> & { state?: object })[];

function named(statuses: Statuses, prefix: string): ContainerStatus[] {
  return statuses.map((status, index) => ({
    image: '',
    imageID: '',
    ready: false,
    restartCount: 0,
    ...status,
    name: `${prefix}${index}`,
  }));
}

interface Shape {
  phase?: string;
  reason?: string;
  conditions?: [type: string, status: string, reason?: string][];
  containers?: Statuses;
  init?: (Partial<ContainerStatus> & { state?: object; sidecar?: boolean })[];
  deleted?: boolean;
}

function pod({
  phase = 'Running',
  reason,
  conditions = [],
  containers = [{}],
  init = [],
  deleted,
}: Shape): Pod {
  const initContainers = init.map(({ sidecar }, index): Container => ({
    name: `init${index}`,
    ...(sidecar === true && { restartPolicy: 'Always' }),
  }));
  return {
    metadata: { ...(deleted === true && { deletionTimestamp: '2026-01-01T00:00:00Z' }) },
    spec: { containers: containers.map((_status, index) => ({ name: `main${index}` })), initContainers },
    status: {
      phase,
      ...(reason !== undefined && { reason }),
      conditions: conditions.map(([type, status, why]) => ({
        type,
        status,
        ...(why !== undefined && { reason: why }),
      })),
      initContainerStatuses: named(init, 'init'),
      containerStatuses: named(containers, 'main'),
    },
  };
}

function printed(shape: Shape): string {
  const { ready, containers, status, restarts } = podStatus(pod(shape));
  return `${ready}/${containers} ${status} ${restarts}`;
}

/** Cases of kubernetes/pkg/printers/internalversion/printers_test.go (TestPrintPod). */
describe('regular containers', () => {
  test.each<[string, Shape, string]>([
    [
      'ready and restarts are counted',
      { phase: 'p', containers: [{ ready: true, restartCount: 3, state: running }, { restartCount: 3 }] },
      '1/2 p 6',
    ],
    [
      'a waiting reason goes over the phase',
      { phase: 'p', containers: [{ ready: true, state: running }, { state: waiting('CrashLoopBackOff') }] },
      '1/2 CrashLoopBackOff 0',
    ],
    [
      'the first container’s reason wins',
      { containers: [{ state: waiting('First') }, { state: terminated(0, { reason: 'Second' }) }] },
      '0/2 First 0',
    ],
    [
      'ready alone is not running',
      { phase: 'p', containers: [{ ready: true, state: running }, { ready: true }] },
      '1/2 p 0',
    ],
    [
      'the pod’s reason goes over the phase',
      { phase: 'p', reason: 'Evicted', containers: [{}] },
      '0/1 Evicted 0',
    ],
    [
      'completed beside running, not ready',
      { containers: [{ state: completed }, { ready: true, state: running }] },
      '1/2 NotReady 0',
    ],
    [
      'completed beside running, ready',
      {
        conditions: [['Ready', 'True']],
        containers: [{ state: completed }, { ready: true, state: running }],
      },
      '1/2 Running 0',
    ],
    [
      'completed beside failed',
      { containers: [{ state: completed }, { state: terminated(3, { reason: 'Error' }) }] },
      '0/2 Error 0',
    ],
    ['completed', { phase: 'Succeeded', containers: [{ state: completed }] }, '0/1 Completed 0'],
    ['killed', { containers: [{ state: terminated(137, { reason: 'OOMKilled' }) }] }, '0/1 OOMKilled 0'],
    [
      'signal without a reason',
      { containers: [{ state: terminated(137, { signal: 9 }) }] },
      '0/1 Signal:9 0',
    ],
    ['exit code without a reason', { containers: [{ state: terminated(2) }] }, '0/1 ExitCode:2 0'],
    ['waiting without a reason', { phase: 'Pending', containers: [{ state: waiting() }] }, '0/1 Pending 0'],
    [
      'scheduling gated',
      { phase: 'Pending', conditions: [['PodScheduled', 'False', 'SchedulingGated']] },
      '0/1 SchedulingGated 0',
    ],
  ])('%s', (_name, shape, expected) => {
    expect(printed(shape)).toBe(expected);
  });
});

describe('deletion', () => {
  test.each<[string, Shape, string]>([
    ['terminating', { deleted: true, containers: [{ state: running }] }, '0/1 Terminating 0'],
    ['pending and terminating', { deleted: true, phase: 'Pending' }, '0/1 Terminating 0'],
    [
      'finished pods keep their status',
      { deleted: true, phase: 'Succeeded', containers: [{ state: completed }] },
      '0/1 Completed 0',
    ],
    [
      'failed pods too',
      { deleted: true, phase: 'Failed', containers: [{ state: terminated(1, { reason: 'Error' }) }] },
      '0/1 Error 0',
    ],
    ['node lost', { deleted: true, reason: 'NodeLost' }, '0/1 Unknown 0'],
    ['node lost without deletion', { reason: 'NodeLost' }, '0/1 NodeLost 0'],
  ])('%s', (_name, shape, expected) => {
    expect(printed(shape)).toBe(expected);
  });
});

describe('init containers', () => {
  const pending = { containers: [{ state: waiting('PodInitializing') }], phase: 'Pending' };
  test.each<[string, Shape, string]>([
    [
      'running',
      { ...pending, init: [{ state: running, restartCount: 3 }, { state: waiting() }] },
      '0/1 Init:0/2 3',
    ],
    [
      'second running',
      {
        ...pending,
        init: [
          { state: terminated(0), restartCount: 2 },
          { state: running, restartCount: 3 },
        ],
      },
      '0/1 Init:1/2 5',
    ],
    [
      'initialising is progress',
      { ...pending, init: [{ state: waiting('PodInitializing') }] },
      '0/1 Init:0/1 0',
    ],
    [
      'crashing',
      { ...pending, init: [{ state: waiting('CrashLoopBackOff') }] },
      '0/1 Init:CrashLoopBackOff 0',
    ],
    [
      'failed with a reason',
      { ...pending, init: [{ state: terminated(1, { reason: 'Error' }) }] },
      '0/1 Init:Error 0',
    ],
    ['failed with an exit code', { ...pending, init: [{ state: terminated(7) }] }, '0/1 Init:ExitCode:7 0'],
    [
      'killed by a signal',
      { ...pending, init: [{ state: terminated(1, { signal: 15 }) }] },
      '0/1 Init:Signal:15 0',
    ],
    [
      'restarts of finished ones count no more',
      {
        init: [{ state: terminated(0), restartCount: 2 }],
        containers: [{ state: running, restartCount: 4 }],
      },
      '0/1 Running 4',
    ],
    [
      'Initialized goes over an init container that runs again',
      {
        conditions: [['Initialized', 'True']],
        init: [{ state: running }],
        containers: [{ ready: true, state: running }],
      },
      '1/1 Init:0/1 0',
    ],
  ])('%s', (_name, shape, expected) => {
    expect(printed(shape)).toBe(expected);
  });
});

describe('sidecars', () => {
  const sidecar = { sidecar: true, started: true, ready: true, state: running };
  test.each<[string, Shape, string]>([
    [
      'count as containers',
      { init: [sidecar], containers: [{ ready: true, state: running }] },
      '2/2 Running 0',
    ],
    [
      'started but not ready',
      { init: [{ ...sidecar, ready: false }], containers: [{ ready: true, state: running }] },
      '1/2 Running 0',
    ],
    [
      'not started hold the pod',
      {
        phase: 'Pending',
        init: [{ ...sidecar, started: false, ready: false }],
        containers: [{ state: waiting() }],
      },
      '0/2 Init:0/1 0',
    ],
    [
      'their restarts count on',
      {
        init: [
          { ...sidecar, restartCount: 2 },
          { state: terminated(0), restartCount: 5 },
        ],
        containers: [{ state: running, restartCount: 1 }],
      },
      '1/2 Running 3',
    ],
  ])('%s', (_name, shape, expected) => {
    expect(printed(shape)).toBe(expected);
  });
});

describe('the last restart', () => {
  const last = (shape: Shape) => podStatus(pod(shape)).lastRestart;
  const early = '2026-01-01T00:00:00Z';
  const late = '2026-01-02T00:00:00Z';
  test('is the latest of the containers that count', () => {
    expect(
      last({
        containers: [
          { restartCount: 1, ...endedAt(late) },
          { restartCount: 1, ...endedAt(early) },
        ],
      }),
    ).toBe(late);
    expect(
      last({ init: [{ state: terminated(0), ...endedAt(late) }], containers: [{ ...endedAt(early) }] }),
    ).toBe(early);
    expect(
      last({
        init: [{ sidecar: true, started: true, state: running, ...endedAt(late) }],
        containers: [{ ...endedAt(early) }],
      }),
    ).toBe(late);
    expect(last({ init: [{ state: running, ...endedAt(late) }], containers: [{ ...endedAt(early) }] })).toBe(
      late,
    );
  });
  test('is unknown where nothing restarted', () => expect(last({})).toBeNull());
});

test('an empty pod is no reason to fail', () => {
  expect(podStatus({})).toEqual({ status: '', ready: 0, containers: 0, restarts: 0, lastRestart: null });
});
