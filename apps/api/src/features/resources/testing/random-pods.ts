import type { Pod } from '@pilothouse/kinds';
import fc from 'fast-check';

type Spec = NonNullable<Pod['spec']>;
type Status = NonNullable<Pod['status']>;

/** A pod that no scheduler and no kubelet touches, and the status it shall have. */
export interface RandomPod {
  spec: Spec;
  status: Status;
  /** Deleted, and held back by a finalizer. */
  deleted: boolean;
}

const ago = fc
  .oneof(fc.nat(300), fc.nat(40_000), fc.nat(800_000), fc.nat(100_000_000))
  // a second of its own, so that the age does not turn over while the test looks
  .map((seconds) => new Date(Date.now() - seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z'));

const waiting = fc
  .constantFrom('', 'PodInitializing', 'ContainerCreating', 'CrashLoopBackOff', 'ImagePullBackOff')
  .map((reason) => ({ waiting: reason === '' ? {} : { reason } }));
const terminated = fc
  .record({
    exitCode: fc.constantFrom(0, 0, 1, 137),
    signal: fc.constantFrom(0, 9),
    reason: fc.constantFrom('', 'Completed', 'Error', 'OOMKilled'),
    finishedAt: ago,
  })
  .map((state) => ({ terminated: state }));
const running = ago.map((startedAt) => ({ running: { startedAt } }));
const state = fc.oneof(waiting, terminated, running, running);

const containerStatus = fc.record({
  ready: fc.boolean(),
  started: fc.boolean(),
  restartCount: fc.nat(5),
  state,
  lastState: fc.oneof(fc.constant({}), terminated),
  image: fc.constant('none'),
  imageID: fc.constant(''),
});

function named<T extends object>(items: T[], prefix: string): (T & { name: string })[] {
  return items.map((item, index) => ({ ...item, name: `${prefix}${index}` }));
}

const condition = fc.record({
  type: fc.constantFrom('Ready', 'Initialized', 'PodScheduled', 'example.com/gate'),
  status: fc.constantFrom('True', 'False'),
  reason: fc.constantFrom('', '', '', 'SchedulingGated'),
});

/** Pods in states that real ones take, and in many that they rarely do. */
export const randomPod: fc.Arbitrary<RandomPod> = fc
  .record({
    main: fc.array(containerStatus, { minLength: 1, maxLength: 3 }),
    init: fc.array(fc.tuple(containerStatus, fc.boolean()), { maxLength: 3 }),
    reported: fc.boolean(),
    phase: fc.constantFrom('Pending', 'Running', 'Running', 'Succeeded', 'Failed'),
    reason: fc.constantFrom('', '', '', 'Evicted', 'NodeLost'),
    conditions: fc.uniqueArray(condition, { selector: ({ type }) => type, maxLength: 3 }),
    gates: fc.subarray(['example.com/gate', 'example.com/other']),
    nominatedNodeName: fc.constantFrom('', 'kwok-1'),
    podIP: fc.constantFrom('', '10.9.8.7'),
    deleted: fc.integer({ min: 0, max: 3 }).map((roll) => roll === 0),
  })
  .map(({ main, init, reported, phase, reason, conditions, gates, nominatedNodeName, podIP, deleted }) => ({
    deleted,
    spec: {
      schedulerName: 'nobody',
      containers: named(
        main.map(() => ({ image: 'none' })),
        'main',
      ),
      initContainers: named(
        init.map(([, sidecar]) => ({ image: 'none', ...(sidecar && { restartPolicy: 'Always' }) })),
        'init',
      ),
      readinessGates: gates.map((conditionType) => ({ conditionType })),
    },
    status: {
      phase,
      reason,
      conditions,
      nominatedNodeName,
      ...(podIP !== '' && { podIP, podIPs: [{ ip: podIP }] }),
      ...(reported && {
        containerStatuses: named(main, 'main'),
        initContainerStatuses: named(
          init.map(([status]) => status),
          'init',
        ),
      }),
    },
  }));
