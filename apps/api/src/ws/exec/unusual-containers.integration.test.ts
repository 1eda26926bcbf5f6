import { needsRealNode } from '@pilothouse/control-plane/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openShellStream, openStream, type StreamClient } from '../testing/stream-client.ts';
import { startStreamWorld, type StreamWorld } from '../testing/stream-world.ts';

const namespace = 'streams-unusual';
const image = 'localhost/busybox:1';
let world: StreamWorld;

const script = (text: string) => ['/bin/sh', '-c', text];
const pod = (name: string, spec: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace },
  spec: { nodeName: 'node-1', terminationGracePeriodSeconds: 1, ...spec },
});
const main = (more: object) => ({ name: 'main', image, ...more });
const forever = script('exec sleep 36000');

const pods = [
  // one static program and nothing else
  pod('shell-less', {
    volumes: [
      { name: 'app', emptyDir: {} },
      { name: 'none', emptyDir: {} },
    ],
    initContainers: [
      main({
        name: 'copy',
        command: script('cp /bin/busybox /app/sleep'),
        volumeMounts: [{ name: 'app', mountPath: '/app' }],
      }),
    ],
    containers: [
      main({
        command: ['/app/sleep', '36000'],
        volumeMounts: [
          { name: 'app', mountPath: '/app' },
          { name: 'none', mountPath: '/bin' },
        ],
      }),
    ],
  }),
  pod('no-path', {
    containers: [main({ command: forever, env: [{ name: 'PATH', value: '/nonexistent' }] })],
  }),
  pod('finished', { restartPolicy: 'Never', containers: [main({ command: script('exit 0') })] }),
  pod('failed', { restartPolicy: 'Never', containers: [main({ command: script('exit 3') })] }),
  pod('crash-loop', { containers: [main({ command: script('exit 7') })] }),
  pod('initialising', {
    initContainers: [main({ name: 'first', command: forever })],
    containers: [main({ command: forever })],
  }),
  // of a kwok node, which has no exec to offer
  pod('unanswered', { nodeName: 'kwok-1', containers: [main({ command: forever })] }),
];

beforeAll(async () => {
  const started = await startStreamWorld(namespace, { shell: 'exec sleep 36000' });
  if (started === undefined) return;
  world = started;
  await world.cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: pods }));
});
afterAll(() => world?.stop());

beforeEach(needsRealNode);

/** What the pod says of its container's state, once it is what it is to be. */
async function untilState(name: string, state: RegExp): Promise<void> {
  const print = () => world.cluster.kubectl('get', 'pod', name, '-n', namespace, '--no-headers');
  await expect.poll(print).toMatch(state);
}

async function refused(name: string, container = 'main'): Promise<StreamClient['end']> {
  const stream = await openStream(world.api.admin, 'exec', { ...world.place(name), container });
  stream.say({ type: 'start', columns: 80, rows: 24 });
  await expect.poll(() => stream.end).toBeDefined();
  return stream.end;
}

async function looksAt(name: string): Promise<number> {
  const answer = await world.api.admin.get(`/audit?code=shell.find&q=${name}&pageSize=100`);
  return (answer.body.items as { name: string }[]).filter((item) => item.name === name).length;
}

test('where PATH leads nowhere, the shell is found by its path', async () => {
  await untilState('no-path', /Running/);
  const shell = await openShellStream(world.api.admin, world.place('no-path'));
  expect(shell.of('started')[0]!.shell).toMatch(/^\/bin\/(bash|sh)$/);
  shell.keys('echo "at $PATH"\r');
  await expect.poll(() => shell.screen).toContain('at /nonexistent');
  shell.keys('exit\r');
  await expect.poll(() => shell.end).toMatchObject({ reason: 'exit' });
  expect(await looksAt('no-path')).toBe(2);
});

test('where there is none, it says what was looked for, after a few looks', async () => {
  await untilState('shell-less', /Running/);
  expect(await refused('shell-less')).toMatchObject({
    reason: 'failed',
    error: { code: 'noShell', params: { shells: 'bash, sh, ash, dash' } },
  });
  expect(await looksAt('shell-less')).toBeLessThanOrEqual(10);
});

test.each([
  ['finished', 'main', /Completed/, /Completed/],
  ['failed', 'main', /Error/, /Error/],
  ['crash-loop', 'main', /CrashLoopBackOff/, /CrashLoopBackOff/],
  ['initialising', 'main', /Init:0\/1/, /PodInitializing/],
  ['shell-less', 'copy', /Running/, /Completed/],
])(
  'a container that does not run says its state and reason: %s, %s',
  async (name, container, state, reason) => {
    await untilState(name, state);
    expect(await refused(name, container)).toMatchObject({
      reason: 'failed',
      error: { code: 'containerNotRunning', params: { container, message: expect.stringMatching(reason) } },
    });
    expect(container === 'main' ? await looksAt(name) : 0).toBe(0);
  },
);

test('another failure shows the cluster’s own words, after one look', async () => {
  await untilState('unanswered', /Running/);
  expect(await refused('unanswered')).toMatchObject({
    reason: 'failed',
    error: {
      code: 'clusterError',
      params: { message: expect.stringContaining('no exec found for container') },
    },
  });
  expect(await looksAt('unanswered')).toBe(1);
});
