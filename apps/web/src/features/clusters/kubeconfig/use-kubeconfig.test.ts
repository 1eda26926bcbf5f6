import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { nextTick } from 'vue';
import { keepToken } from '../../../api/access-token.ts';
import { useKubeconfig, type KubeconfigContext } from './use-kubeconfig.ts';

function context(change: Partial<KubeconfigContext>): KubeconfigContext {
  return {
    name: 'dev',
    current: false,
    server: 'https://10.0.0.1:6443',
    user: 'admin',
    namespace: null,
    authentication: 'token',
    insecureSkipTlsVerify: false,
    tlsServerName: null,
    caExpiresAt: null,
    certificateExpiresAt: null,
    loopback: false,
    refusals: [],
    problems: [],
    warnings: [],
    ...change,
  };
}

const refused = {
  refusals: [{ code: 'exec' as const, path: 'users[admin].exec', commands: ['kubectl create sa'] }],
};
const bodies: Record<string, unknown>[] = [];
let answer: () => Response;

function contexts(...entries: KubeconfigContext[]) {
  const probe = { at: '', ok: true, reason: null, detail: null, version: 'v1.36.3', latencyMs: 3, nodes: 1 };
  answer = () =>
    Response.json({
      contexts: entries,
      dropped: [],
      warnings: [],
      suggestedName: 'dev',
      probe: bodies.at(-1)?.['probe'] ? probe : null,
    });
}

beforeEach(() => {
  bodies.length = 0;
  keepToken({ accessToken: 't', expiresIn: 600, mustChangePassword: false, user: {} as never });
  vi.stubGlobal('fetch', (_url: string, init: RequestInit) => {
    bodies.push(JSON.parse(String(init.body)) as Record<string, unknown>);
    return Promise.resolve(answer());
  });
});
afterEach(() => vi.unstubAllGlobals());

async function inspected() {
  const kubeconfig = useKubeconfig();
  kubeconfig.text.value = 'apiVersion: v1';
  await nextTick();
  await kubeconfig.inspect();
  await nextTick();
  return kubeconfig;
}

test('the current context is chosen, and probed with what will be stored', async () => {
  contexts(context({ name: 'a' }), context({ name: 'b', current: true }));
  const kubeconfig = await inspected();
  expect(kubeconfig.chosen.value).toBe('b');
  await kubeconfig.test();
  expect(bodies[1]).toEqual({
    kubeconfig: 'apiVersion: v1',
    context: 'b',
    allowInsecure: false,
    probe: true,
  });
  expect(kubeconfig.probe.value?.version).toBe('v1.36.3');
});

test('of several contexts none is guessed', async () => {
  contexts(context({ name: 'a' }), context({ name: 'b' }));
  const kubeconfig = await inspected();
  expect(kubeconfig.chosen.value).toBeNull();
  expect(kubeconfig.isChosen.value).toBe(false);
});

test('a refused context can’t be gone on with', async () => {
  contexts(context({ current: true, ...refused }));
  const kubeconfig = await inspected();
  expect(kubeconfig.chosen.value).toBeNull();
  kubeconfig.chosen.value = 'dev';
  expect(kubeconfig.isChosen.value).toBe(false);
});

test('certificate checks that are off want a tick', async () => {
  contexts(context({ current: true, insecureSkipTlsVerify: true }));
  const kubeconfig = await inspected();
  expect(kubeconfig.isChosen.value).toBe(false);
  kubeconfig.allowInsecure.value = true;
  expect(kubeconfig.isChosen.value).toBe(true);
});

test('another choice forgets the last probe, another text the inspection', async () => {
  contexts(context({ name: 'a', current: true }), context({ name: 'b' }));
  const kubeconfig = await inspected();
  await kubeconfig.test();
  kubeconfig.chosen.value = 'b';
  await nextTick();
  expect(kubeconfig.probe.value).toBeNull();
  kubeconfig.text.value = 'something else';
  await nextTick();
  expect(kubeconfig.inspection.value).toBeNull();
});

test('a failure keeps what was pasted', async () => {
  answer = () =>
    Response.json(
      {
        error: { code: 'kubeconfigUnreadable', message: 'no', params: { reason: 'line 1' }, requestId: 'r' },
      },
      { status: 400 },
    );
  const kubeconfig = await inspected();
  expect(kubeconfig.text.value).toBe('apiVersion: v1');
  expect(kubeconfig.error.value).toMatchObject({ code: 'kubeconfigUnreadable' });
});

test('a choice that is refused can’t be gone on with, until another one is made', async () => {
  contexts(context({ current: true }), context({ name: 'other' }));
  const kubeconfig = await inspected();
  const params = { address: '127.0.0.1', reason: 'loopback' };
  answer = () =>
    Response.json(
      { error: { code: 'addressForbidden', message: 'x', params, requestId: 'r' } },
      { status: 400 },
    );
  await kubeconfig.test();
  expect([kubeconfig.isChosen.value, kubeconfig.isRefused.value]).toEqual([true, true]);
  kubeconfig.chosen.value = 'other';
  await nextTick();
  expect(kubeconfig.isRefused.value).toBe(false);
});
