import { expect, onTestFinished, test, vi } from 'vitest';
import { sendJson, sendStatus, startFakeApiserver } from '../testing/fake-apiserver.ts';
import { pod } from '../testing/pods.ts';
import { list } from '../testing/store-on.ts';
import { KubeError } from '../transport/kube-error.ts';
import { NodePods } from './node-pods.ts';
import { removePod, type RemoveOptions, type RemoveStep } from './remove-pod.ts';

const it = { namespace: 'demo', name: 'web', uid: 'uid-web' };
const needs = 'The disruption budget web needs 2 healthy pods and has 1 currently';
const tooMany = {
  code: 429,
  message: 'Cannot evict pod as it would violate the pod’s disruption budget.',
  reason: 'TooManyRequests',
  details: { causes: [{ reason: 'DisruptionBudget', message: needs }] },
};
const terminatingNamespace = {
  code: 403,
  message:
    'pods "web" is forbidden: unable to create new content in namespace demo because it is being terminated',
  reason: 'Forbidden',
  details: {
    causes: [
      {
        reason: 'NamespaceTerminating',
        message: 'namespace demo is being terminated',
        field: 'metadata.namespace',
      },
    ],
  },
};

/** `lost`: accepted, and the line breaks before the answer. */
type Reply = 'accept' | 'gone' | 'lost' | { code: number; message: string };

/** A pod on a server whose credential may list and not watch; `replies` answer its evictions in turn, the last for ever. */
async function world(
  replies: Reply[],
  options: Partial<RemoveOptions> = {},
  { isRepeat = false, deadlineMs }: { isRepeat?: boolean; deadlineMs?: number } = {},
) {
  let present: ReturnType<typeof pod>[] = [pod('web', 1)];
  const bodies: Record<string, unknown>[] = [];
  const state = {
    bodies,
    methods: [] as string[],
    goesWhenAccepted: true,
    mayGet: true,
    set(pods: ReturnType<typeof pod>[]) {
      present = pods;
    },
    /** It is told to end, an hour ago. */
    terminate() {
      const [first] = present;
      if (first === undefined) return;
      const deletionTimestamp = new Date(Date.now() - 3_600_000).toISOString();
      present = [
        {
          ...first,
          metadata: { ...first.metadata, deletionTimestamp, deletionGracePeriodSeconds: 30 },
        } as never,
      ];
    },
  };
  const server = await startFakeApiserver({
    handle(request, response, url) {
      if (url.pathname === '/version') return sendJson(response, {});
      if (request.method === 'GET') {
        if (url.searchParams.has('watch')) return sendStatus(response, 403, 'no watch');
        if (url.pathname.endsWith('/pods')) return list('5', present)(response, url);
        const found = present.find(({ metadata }) => url.pathname.endsWith(`/${metadata.name}`));
        if (found === undefined) return sendStatus(response, 404, 'not found');
        if (!state.mayGet) return sendStatus(response, 403, 'no get');
        return sendJson(response, found);
      }
      let text = '';
      request.on('data', (piece: Buffer) => (text += piece.toString()));
      request.on('end', () => {
        state.methods.push(request.method ?? '');
        bodies.push(JSON.parse(text) as Record<string, unknown>);
        const reply = (replies.length > 1 ? replies.shift() : replies[0]) ?? 'gone';
        if (reply === 'gone') return sendStatus(response, 404, 'pods "web" not found');
        if (typeof reply !== 'string') {
          response.writeHead(reply.code, { 'content-type': 'application/json' });
          return response.end(JSON.stringify({ kind: 'Status', status: 'Failure', ...reply }));
        }
        if (state.goesWhenAccepted) present = [];
        if (reply === 'lost') {
          state.terminate();
          return request.socket.destroy();
        }
        return sendJson(response, { kind: 'Status', status: 'Success' });
      });
    },
  });
  onTestFinished(server.close);
  const connection = server.connect();
  const pods = new NodePods(connection, 'node-1');
  onTestFinished(() => pods.stop());
  const ending = new AbortController();
  await pods.start(ending.signal);
  const steps: RemoveStep[] = [];
  const run = () =>
    removePod({
      connection,
      present: pods,
      pod: it,
      options: {
        eviction: 'v1',
        skipWaitForDeleteTimeout: 0,
        deadline: deadlineMs === undefined ? null : Date.now() + deadlineMs,
        retryMs: 30,
        ...options,
      },
      isRepeat,
      signal: ending.signal,
      onStep: async (step) => void steps.push(step),
    });
  return { ...state, state, steps, run, ending, pods, connection };
}

test('sends an eviction with the uid, and waits until the pod is gone', async () => {
  const { run, bodies, steps } = await world(['accept'], { gracePeriodSeconds: 0 });
  expect(await run()).toBe('gone');
  expect(bodies).toEqual([
    {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: 'web', namespace: 'demo' },
      deleteOptions: { gracePeriodSeconds: 0, preconditions: { uid: 'uid-web' } },
    },
  ]);
  expect(steps.map(({ code }) => code).filter((code) => code !== 'terminating')).toEqual([]);
});

test('tries again what a budget holds back, and names the budget', async () => {
  const { run, bodies, steps } = await world([tooMany, tooMany, 'accept']);
  expect(await run()).toBe('gone');
  expect(bodies).toHaveLength(3);
  const by = { budget: 'web', needs: 2, has: 1, message: needs };
  expect(steps.slice(0, 2)).toEqual([
    { code: 'heldBack', attempt: 1, retryMs: 30, by },
    { code: 'heldBack', attempt: 2, retryMs: 30, by },
  ]);
});

test('a 429 that names no budget is tried again all the same', async () => {
  const { run, steps } = await world([{ code: 429, message: 'slow down' }, 'accept']);
  expect(await run()).toBe('gone');
  expect(steps[0]).toMatchObject({ by: { budget: null, needs: null, has: null, message: 'slow down' } });
});

test('not found is done', async () => {
  const { run, bodies } = await world(['gone']);
  expect(await run()).toBe('gone');
  expect(bodies).toHaveLength(1);
});

test('another pod of the name is left alone', async () => {
  const message =
    'Operation cannot be fulfilled: Precondition failed: UID in precondition: uid-web, UID in object meta: other';
  const { run } = await world([{ code: 409, message }]);
  expect(await run()).toBe('gone');
});

test('one that was replaced before the first attempt is not touched', async () => {
  const given = await world(['accept']);
  given.state.set([pod('web', 9, { uid: 'another' })]);
  await expect.poll(() => given.pods.find(it)).toBeUndefined();
  expect(await given.run()).toBe('gone');
  expect(given.bodies).toHaveLength(0);
});

test.each([
  [
    'a right that is missing',
    403,
    'pods "web" is forbidden: User "x" cannot create resource "pods/eviction"',
  ],
  ['an admission policy', 422, 'pods "web" is forbidden: ValidatingAdmissionPolicy'],
  [
    'two budgets',
    500,
    'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
  ],
])('%s is not tried again', async (_name, code, message) => {
  const { run, bodies } = await world([{ code, message }]);
  await expect(run()).rejects.toThrow(message);
  expect(bodies).toHaveLength(1);
});

test('an apiserver that is being restarted is waited for', async () => {
  const { run, steps } = await world([{ code: 503, message: 'apiserver not ready' }, 'accept']);
  expect(await run()).toBe('gone');
  expect(steps[0]).toMatchObject({ code: 'unreachable', attempt: 1 });
});

test.each([
  ['is asked about the pod', true, 1],
  ['is asked again, where the pod may not be read', false, 2],
])('a cluster that accepted and could not say so %s', async (_what, mayGet, evictions) => {
  const given = await world(['lost', 'accept'], { retryMs: 1 });
  Object.assign(given.state, { goesWhenAccepted: false, mayGet });
  const ended = given.run();
  await expect.poll(() => given.steps.at(-1)?.code).toBe('terminating');
  given.state.set([]);
  expect(await ended).toBe('gone');
  expect(given.steps[0]).toMatchObject({ code: 'unreachable', attempt: 1 });
  expect(given.bodies).toHaveLength(evictions);
});

test('a terminating namespace is waited for until it has come to the pod', async () => {
  const given = await world([terminatingNamespace, terminatingNamespace]);
  const ended = given.run();
  await expect.poll(() => given.steps.some(({ code }) => code === 'namespaceTerminating')).toBe(true);
  given.state.terminate();
  await expect.poll(() => given.steps.at(-1)?.code).toBe('terminating');
  given.state.set([]);
  expect(await ended).toBe('gone');
});

test('the time is looked at before an attempt', async () => {
  const late = await world(['accept'], {}, { deadlineMs: -1 });
  expect(await late.run()).toBe('neverAccepted');
  expect(late.bodies).toHaveLength(0);
  const held = await world([tooMany], { retryMs: 1000 }, { deadlineMs: 900 });
  expect(await held.run()).toBe('neverAccepted');
  expect(held.bodies).toHaveLength(1);
});

test('never gone is another end than never accepted', async () => {
  const given = await world(['accept'], {}, { deadlineMs: 1500 });
  given.state.goesWhenAccepted = false;
  given.state.terminate();
  expect(await given.run()).toBe('neverGone');
});

test('a pod that is terminating for long is not waited for where that is asked', async () => {
  const given = await world(['accept'], { skipWaitForDeleteTimeout: 60 });
  given.state.goesWhenAccepted = false;
  given.state.terminate();
  expect(await given.run()).toBe('waitSkipped');
  expect(given.bodies).toHaveLength(1);
});

test('a terminating pod is evicted once more at first, and not again when an earlier attempt did', async () => {
  const first = await world(['accept']);
  first.state.terminate();
  await expect.poll(() => first.pods.find(it)?.deletedAt).toBeTruthy();
  expect(await first.run()).toBe('gone');
  expect(first.bodies).toHaveLength(1);
  const again = await world(['accept'], {}, { isRepeat: true });
  again.state.terminate();
  await expect.poll(() => again.pods.find(it)?.deletedAt).toBeTruthy();
  const ended = again.run();
  await expect.poll(() => again.steps.at(-1)?.code).toBe('terminating');
  again.state.set([]);
  expect(await ended).toBe('gone');
  expect(again.bodies).toHaveLength(0);
});

test('without evictions the pod is deleted, that one only', async () => {
  const { run, state, bodies } = await world(['accept'], { eviction: null });
  expect(await run()).toBe('gone');
  expect(state.methods).toEqual(['DELETE']);
  expect(bodies[0]).toMatchObject({ preconditions: { uid: 'uid-web' } });
});

test('an abort ends the wait', async () => {
  const given = await world([tooMany], { retryMs: 60_000 });
  const ended = given.run();
  await vi.waitFor(() => expect(given.steps).toHaveLength(1));
  given.ending.abort(new KubeError('aborted', 'enough'));
  await expect(ended).rejects.toThrow('enough');
});

test('a cluster that is taken away ends the wait as well', async () => {
  const given = await world(['accept']);
  given.state.goesWhenAccepted = false;
  const ended = given.run();
  await expect.poll(() => given.bodies).toHaveLength(1);
  await Promise.all([expect(ended).rejects.toMatchObject({ reason: 'closed' }), given.connection.close()]);
});
