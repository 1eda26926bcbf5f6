import { describe, expect, test } from 'vitest';
import type { ContainerStatus, Event, Pod } from '../wire/core.ts';
import { podWhy } from './pod-why.ts';

const uid = 'b1';
const metadata = { name: 'cart-1', uid };
type State = NonNullable<ContainerStatus['state']>;
type Spec = NonNullable<Pod['spec']>;

interface Parts {
  state?: State;
  last?: State;
  status?: Partial<ContainerStatus>;
  phase?: string;
  spec?: Partial<Spec>;
  pod?: Partial<NonNullable<Pod['status']>>;
}

const statusOf = (name: string, more: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name,
  image: '',
  imageID: '',
  ready: false,
  restartCount: 0,
  ...more,
});

function podOf({ state, last, status, phase = 'Running', spec, pod }: Parts = {}): Pod {
  const more = { ...(state && { state }), ...(last && { lastState: last }), ...status };
  return {
    metadata,
    spec: { containers: [{ name: 'app', image: 'shop/cart:7' }], ...spec },
    status: { phase, containerStatuses: [statusOf('app', more)], ...pod },
  };
}

function event(reason: string, message: string, more: Partial<Event> = {}): Event {
  return {
    metadata: { name: 'e' },
    reason,
    message,
    lastTimestamp: '2026-11-28T10:00:00Z',
    involvedObject: { kind: 'Pod', name: 'cart-1', uid, fieldPath: 'spec.containers{app}' },
    ...more,
  };
}

const waiting = (reason: string, message = ''): State => ({ waiting: { reason, message } });
const ended = (exitCode: number, more: object = {}): State => ({ terminated: { exitCode, ...more } });
const said = (pod: Pod, events: Event[] = []) => {
  const why = podWhy(pod, events);
  return why === null ? null : { code: why.code, ...why.params };
};

describe('nothing is said', () => {
  test.each<[string, Pod]>([
    ['of one that is ready', podOf({ state: { running: {} }, status: { ready: true } })],
    ['of one that has done its work', podOf({ phase: 'Succeeded', state: ended(0) })],
    [
      'of one whose containers are being made',
      podOf({ phase: 'Pending', state: waiting('ContainerCreating') }),
    ],
    [
      'of one that nobody has looked at yet',
      { metadata, spec: { containers: [] }, status: { phase: 'Pending' } },
    ],
    [
      'of one that is being deleted',
      { ...podOf({ state: waiting('CrashLoopBackOff') }), metadata: { ...metadata, deletionTimestamp: 'x' } },
    ],
    ['of one without a status', { metadata }],
  ])('%s', (_, pod) => expect(podWhy(pod)).toBeNull());
});

describe('images', () => {
  const image = { container: 'app', image: 'shop/cart:7' };
  const pulling = (message: string, events: Event[] = []) =>
    said(podOf({ phase: 'Pending', state: waiting('ErrImagePull', message) }), events);

  test('that are not there, that want a credential, that cannot be reached', () => {
    const notFound = 'failed to resolve reference "docker.io/shop/cart:7": docker.io/shop/cart:7: not found';
    expect(pulling(notFound)).toEqual({ code: 'imageNotFound', ...image, message: notFound });
    const denied =
      'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope';
    expect(pulling(denied)?.code).toBe('imageUnauthorized');
    expect(pulling('unexpected status: 401 Unauthorized')?.code).toBe('imageUnauthorized');
    expect(pulling('dial tcp: lookup registry on 10.0.0.10:53: no such host')?.code).toBe('imagePull');
  });

  test('the event says what the back-off does not', () => {
    const pod = podOf({
      phase: 'Pending',
      state: waiting('ImagePullBackOff', 'Back-off pulling image "shop/cart:7"'),
    });
    const failed = 'Failed to pull image "shop/cart:7": manifest unknown';
    expect(said(pod, [event('Failed', 'Error: ImagePullBackOff'), event('Failed', failed)])).toEqual({
      code: 'imageNotFound',
      ...image,
      message: failed,
    });
    expect(said(pod)?.code).toBe('imagePull');
  });

  test('with names that are none, or that may not be pulled', () => {
    expect(said(podOf({ state: waiting('InvalidImageName') }))).toEqual({ code: 'imageInvalid', ...image });
    expect(said(podOf({ state: waiting('ErrImageNeverPull') }))?.code).toBe('imageNeverPulled');
  });
});

describe('containers', () => {
  test('that refer to what is not there', () => {
    const message = 'secret "keys" not found';
    expect(said(podOf({ phase: 'Pending', state: waiting('CreateContainerConfigError', message) }))).toEqual({
      code: 'containerConfig',
      container: 'app',
      message,
    });
  });

  test('whose command is not in the image, at first and in the loop', () => {
    const message = 'exec: "/bin/cart": stat /bin/cart: no such file or directory';
    const expected = { code: 'containerStart', container: 'app', message };
    expect(said(podOf({ state: waiting('RunContainerError', message) }))).toEqual(expected);
    const last = ended(128, { reason: 'StartError', message });
    expect(said(podOf({ state: waiting('CrashLoopBackOff', 'back-off'), last }))).toEqual(expected);
  });

  test('that crash, with what they said last', () => {
    const last = ended(3, { reason: 'Error', message: 'no database\n' });
    const pod = podOf({
      state: waiting('CrashLoopBackOff', 'back-off 5m0s'),
      last,
      status: { restartCount: 7 },
    });
    expect(said(pod)).toEqual({
      code: 'crashing',
      container: 'app',
      exitCode: 3,
      restarts: 7,
      message: 'no database',
    });
    expect(podWhy(pod)?.message).toBe('no database');
    // between two starts
    expect(said(podOf({ state: ended(3) }))?.code).toBe('crashing');
  });

  test('that say very much', () => {
    const last = ended(1, { message: 'x'.repeat(4096) });
    expect(
      String(podWhy(podOf({ state: waiting('CrashLoopBackOff'), last }))?.params['message']),
    ).toHaveLength(500);
  });

  test('that run out of memory, of their own or of the node', () => {
    const last = ended(137, { reason: 'OOMKilled' });
    const loop = { state: waiting('CrashLoopBackOff'), last };
    const limited = { containers: [{ name: 'app', resources: { limits: { memory: '64Mi' as never } } }] };
    expect(said(podOf({ ...loop, spec: limited }))).toEqual({
      code: 'outOfMemory',
      container: 'app',
      limit: '64Mi',
    });
    expect(said(podOf(loop))).toEqual({ code: 'nodeOutOfMemory', container: 'app' });
  });

  test('that end without an error, where they should stay', () => {
    const loop = podOf({ state: waiting('CrashLoopBackOff'), last: ended(0), status: { restartCount: 4 } });
    expect(said(loop)).toEqual({ code: 'endsAtOnce', container: 'app', exitCode: 0, restarts: 4 });
    expect(said(podOf({ state: ended(0) }))?.code).toBe('endsAtOnce');
    expect(said(podOf({ state: ended(0), spec: { restartPolicy: 'Never' } }))).toBeNull();
  });

  test('of a Job, that failed for good', () => {
    const pod = podOf({ phase: 'Failed', state: ended(2), spec: { restartPolicy: 'Never' } });
    expect(said(pod)).toMatchObject({ code: 'exited', exitCode: 2 });
  });

  test('that a probe has killed: events alone tell', () => {
    const last = ended(137, { reason: 'Error' });
    const pod = podOf({ state: waiting('CrashLoopBackOff'), last });
    const failing = 'Liveness probe failed: HTTP probe failed with statuscode: 500';
    const killing = event('Killing', 'Container app failed liveness probe, will be restarted');
    expect(said(pod, [event('Unhealthy', failing), killing])).toEqual({
      code: 'livenessFailing',
      container: 'app',
      message: failing,
    });
    expect(said(pod, [event('Unhealthy', failing)])?.code).toBe('crashing');
    const other = { involvedObject: { ...killing.involvedObject, fieldPath: 'spec.containers{proxy}' } };
    expect(said(pod, [event('Unhealthy', failing, other), { ...killing, ...other }])?.code).toBe('crashing');
  });
});

describe('readiness', () => {
  const running = { state: { running: {} } };

  test('that fails, with the newest words; without events it is just not ready', () => {
    const probe = (message: string, lastTimestamp: string) => event('Unhealthy', message, { lastTimestamp });
    const events = [
      probe('Readiness probe failed: refused', '2026-11-28T10:00:00Z'),
      probe('Readiness probe failed: statuscode: 503', '2026-11-28T10:05:00Z'),
    ];
    expect(said(podOf(running), events)).toEqual({
      code: 'readinessFailing',
      container: 'app',
      message: 'Readiness probe failed: statuscode: 503',
    });
    expect(said(podOf(running))).toEqual({ code: 'notReady', container: 'app' });
  });

  test('events of another Pod are none of this one’s', () => {
    const message = 'Readiness probe failed: refused';
    const involvedObject = { kind: 'Pod', name: 'cart-1', uid: 'other', fieldPath: 'spec.containers{app}' };
    expect(said(podOf(running), [event('Unhealthy', message, { involvedObject })])?.code).toBe('notReady');
  });

  test('waits for the startup probe', () => {
    const spec = { containers: [{ name: 'app', startupProbe: { tcpSocket: { port: 80 as never } } }] };
    const pod = podOf({ ...running, spec, status: { started: false } });
    expect(said(pod)).toEqual({ code: 'starting', container: 'app' });
    expect(said(pod, [event('Unhealthy', 'Startup probe failed: refused')])?.code).toBe('startupFailing');
  });

  test('a gate that others have to open', () => {
    const pod = podOf({
      ...running,
      status: { ready: true },
      spec: { readinessGates: [{ conditionType: 'lb/ready' }] },
    });
    expect(said(pod)).toEqual({ code: 'readinessGate', condition: 'lb/ready' });
    const conditions = [{ type: 'lb/ready', status: 'True' }];
    expect(said({ ...pod, status: { ...pod.status, conditions } })).toBeNull();
  });
});

describe('before containers', () => {
  const unscheduled = (reason: string, message: string) =>
    podOf({
      phase: 'Pending',
      pod: {
        containerStatuses: [],
        conditions: [{ type: 'PodScheduled', status: 'False', reason, message }],
      },
    });

  test('no node takes it, in the scheduler’s words', () => {
    const words =
      '0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {dedicated: gpu}';
    const pod = unscheduled(
      'Unschedulable',
      `${words}. preemption: 0/3 nodes are available: 3 No victims found.`,
    );
    expect(said(pod)).toEqual({ code: 'unschedulable', reason: words });
    expect(said(unscheduled('SchedulingGated', 'gated'))?.code).toBe('schedulingGated');
  });

  test('a volume that cannot be mounted, a network that cannot be made', () => {
    const creating = podOf({ phase: 'Pending', state: waiting('ContainerCreating') });
    const mount = event('FailedMount', 'MountVolume.SetUp failed: configmap "x" not found');
    expect(said(creating, [mount])).toEqual({ code: 'volumeNotMounted', message: mount.message });
    expect(said(creating, [event('FailedCreatePodSandBox', 'no IP left')])?.code).toBe('sandbox');
    // it was mounted in the end
    expect(said(podOf({ state: { running: {} }, status: { ready: true } }), [mount])).toBeNull();
  });

  test('an init container that runs, and one that fails', () => {
    const spec = { initContainers: [{ name: 'migrate', image: 'shop/migrate' }] };
    const creating = { phase: 'Pending', state: waiting('PodInitializing'), spec };
    const init = (state: State) =>
      said(podOf({ ...creating, pod: { initContainerStatuses: [statusOf('migrate', { state })] } }));
    expect(init({ running: {} })).toEqual({ code: 'initRunning', container: 'migrate' });
    expect(init(ended(0))).toBeNull();
    expect(init(ended(1))).toMatchObject({ code: 'crashing', container: 'migrate', exitCode: 1 });
    expect(init(waiting('ImagePullBackOff', 'x: not found'))).toMatchObject({
      code: 'imageNotFound',
      image: 'shop/migrate',
    });
  });
});

test.each([
  ['Evicted', 'evicted'],
  ['NodeLost', 'nodeLost'],
  ['NodeShutdown', 'nodeShutdown'],
  ['DeadlineExceeded', 'deadlineExceeded'],
  ['Preempting', 'preempted'],
  ['OutOfcpu', 'refusedByNode'],
])('a node has ended it: %s', (reason, code) => {
  const pod: Pod = {
    metadata,
    spec: { containers: [] },
    status: { phase: 'Failed', reason, message: 'why' },
  };
  expect(podWhy(pod)).toMatchObject({ code, message: 'why' });
});
