import { endpoints, type OutputOf } from '@pilothouse/contract';
import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createI18n } from 'vue-i18n';
import { createMemoryHistory, createRouter } from 'vue-router';
import { ApiError } from '../../api/api-error.ts';
import { call } from '../../api/call.ts';
import type { LiveQuestion, LiveServerMessage } from '../../api/live-client.ts';
import { messages } from '../../app/i18n/en-US/index.ts';
import type { OperationItem } from '../../components/operation-view.ts';
import OperationDrawer from './OperationDrawer.vue';

type Shown = OutputOf<typeof endpoints.getOperation>;
interface Subscription {
  question: LiveQuestion;
  hear: (message: LiveServerMessage) => void;
  ended: boolean;
}

const subscriptions: Subscription[] = [];
vi.mock('../../api/call.ts', () => ({ call: vi.fn<typeof call>() }));
vi.mock('../../api/live.ts', async () => {
  const { ref } = await import('vue');
  return {
    isConnected: ref(true),
    liveClient: () => ({
      subscribe: (question: LiveQuestion, hear: Subscription['hear']) => {
        const subscription = { question, hear, ended: false };
        subscriptions.push(subscription);
        return () => (subscription.ended = true);
      },
    }),
  };
});
const called = vi.mocked(call);

const id = '01900000-0000-7000-8000-000000000001';
const other = '01900000-0000-7000-8000-000000000002';
const operation = (change: Partial<Shown> = {}): Shown => ({
  id,
  kind: 'demo.start',
  cluster: null,
  actor: 'platform',
  state: 'running',
  cancelRequested: false,
  counts: { total: 2, done: 0, failed: 0 },
  createdAt: new Date().toISOString(),
  endedAt: null,
  retryable: false,
  inputErased: false,
  retryOf: null,
  retriedBy: null,
  repeatable: false,
  options: {},
  ...change,
});
const item = (target: string, change: Partial<OperationItem> = {}): OperationItem => ({
  id: `id-${target}`,
  target,
  step: null,
  state: 'queued',
  result: null,
  children: null,
  startedAt: null,
  endedAt: null,
  ...change,
});
const pageOf = (items: OperationItem[], total = items.length) => ({
  items,
  total,
  page: 1,
  pageSize: 50,
  asOf: new Date().toISOString(),
  state: 'live',
});

/** The open subscription to an endpoint, the newest where there are several. */
function asked(endpoint: { id: string }): Subscription {
  const found = subscriptions.findLast((each) => each.question.endpoint === endpoint.id && !each.ended);
  if (found === undefined) throw new Error(`${endpoint.id} is not asked for`);
  return found;
}
async function tell(subscription: Subscription, message: object) {
  subscription.hear({ id: 1, ...message } as LiveServerMessage);
  await flushPromises();
}
const snapshot = (data: unknown) => ({ type: 'snapshot', data });

beforeEach(() => {
  subscriptions.length = 0;
  called.mockReset();
});
let close = () => undefined as void;
afterEach(() => close());

async function open(shown: Shown, items: OperationItem[], total?: number) {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component: { render: () => null } },
      { path: '/clusters/:cluster/:group/:plural', name: 'resources', component: { render: () => null } },
    ],
  });
  await router.push(`/?operation=${id}`);
  const wrapper = mount(OperationDrawer, {
    props: { id },
    attachTo: document.body,
    global: {
      plugins: [createI18n({ legacy: false, locale: 'en-US', messages: { 'en-US': messages } }), router],
    },
  });
  close = () => wrapper.unmount();
  await flushPromises();
  await tell(asked(endpoints.getOperation), snapshot(shown));
  await tell(asked(endpoints.listOperationItems), snapshot(pageOf(items, total)));
  const cells = (target: string) =>
    [...document.querySelectorAll(`tr[data-uid="id-${target}"] td`)].map((cell) => cell.textContent.trim());
  const button = (label: string) =>
    [...document.querySelectorAll('button')].find((each) => each.textContent.trim() === label);
  return { router, cells, button, text: () => document.body.textContent };
}

test('each item says where it is in words, and changes alone', async () => {
  const { cells } = await open(operation(), [item('buildControlPlane'), item('startCluster')]);
  expect(cells('buildControlPlane')).toEqual(['Build the control plane', 'Queued', '']);
  const step = { code: 'building', params: { program: 'etcd', number: 3, total: 12, packages: 41 } };
  const asOf = new Date().toISOString();
  await tell(asked(endpoints.listOperationItems), {
    type: 'page',
    changed: [item('buildControlPlane', { state: 'running', step })],
    fields: { asOf },
  });
  expect(cells('buildControlPlane')).toEqual([
    'Build the control plane',
    'Running',
    'Building etcd (3 of 12), 41 packages compiled',
  ]);
  expect(cells('startCluster')).toEqual(['Start the cluster', 'Queued', '']);
});

test('what has parts says how far they are, and opens up to them', async () => {
  const node = item('node-1', { state: 'running', children: { total: 40, done: 12, failed: 1 } });
  const { cells } = await open(operation(), [node, item('node-2')]);
  expect(cells('node-1').at(-1)).toBe('12 of 40 done, 1 failed');
  const buttons = document.querySelectorAll<HTMLElement>('button.expand');
  expect(buttons).toHaveLength(1);
  buttons[0]?.click();
  await flushPromises();
  const parts = asked(endpoints.listOperationItems);
  expect(parts.question).toMatchObject({ params: { operation: id }, query: { parent: node.id } });
  const result = { code: 'clusterBusy', params: { seconds: 5 } };
  await tell(parts, snapshot(pageOf([item('shop/web-1', { state: 'failed', result })])));
  expect(cells('shop/web-1').slice(0, 2)).toEqual(['shop/web-1', 'Failed']);
});

test('only so much is shown at once, and what failed is found by its state', async () => {
  const items = Array.from({ length: 50 }, (_item, n) => item(`pod-${n}`));
  await open(operation(), items, 480);
  expect(document.querySelector('.ant-pagination')?.textContent).toContain('480 in all');
  document.querySelector<HTMLElement>('.ant-pagination-item-2')?.click();
  await flushPromises();
  expect(asked(endpoints.listOperationItems).question.query).toMatchObject({ page: 2, pageSize: 50 });
  document.querySelector<HTMLElement>('.ant-select-selector')?.dispatchEvent(new MouseEvent('mousedown'));
  await flushPromises();
  const choice = [...document.querySelectorAll<HTMLElement>('.ant-select-item-option')];
  choice.find((each) => each.textContent.trim() === 'Failed')?.click();
  await flushPromises();
  expect(asked(endpoints.listOperationItems).question.query).toMatchObject({ page: 1, state: 'failed' });
});

test('what failed is run again once it has ended, and somebody else may have been first', async () => {
  const running = await open(operation(), [item('startCluster', { state: 'failed' })]);
  expect(running.button('Run failed items again')).toBeUndefined();
  const ended = operation({ state: 'failed', endedAt: new Date().toISOString(), retryable: true });
  await tell(asked(endpoints.getOperation), snapshot(ended));
  const reason = { code: 'notRetryable' as const, message: '', params: { reason: 'retried' } };
  called.mockRejectedValueOnce(new ApiError(409, reason));
  running.button('Run failed items again')?.click();
  await flushPromises();
  expect(running.text()).toContain('It cannot be run again: that has already been done');

  await tell(asked(endpoints.getOperation), snapshot({ ...ended, retryable: false, retriedBy: other }));
  expect(running.button('Run failed items again')).toBeUndefined();
  expect(document.querySelector(`a[href="/?operation=${other}"]`)?.textContent).toBe(
    'The failed items were run again',
  );
});

test('what can never be run again says why', async () => {
  const ended = operation({ state: 'failed', endedAt: new Date().toISOString(), inputErased: true });
  const { button, text } = await open(ended, [item('startCluster', { state: 'failed' })]);
  expect(button('Run failed items again')).toBeUndefined();
  expect(text()).toContain('Its input may have contained secrets and was erased when it ended');
});

test('a retry is shown in the place of what it runs again', async () => {
  const ended = operation({ state: 'failed', endedAt: new Date().toISOString(), retryable: true });
  const { button, router } = await open(ended, [item('startCluster', { state: 'failed' })]);
  called.mockResolvedValueOnce({ ...ended, id: other });
  button('Run failed items again')?.click();
  await flushPromises();
  expect(called).toHaveBeenCalledWith(endpoints.retryOperation, { params: { operation: id } });
  await vi.waitFor(() => expect(router.currentRoute.value.query['operation']).toBe(other));
});

const drained = (change: Partial<Shown> = {}) =>
  operation({
    kind: 'action.drain',
    cluster: 'quay',
    state: 'succeeded',
    createdAt: '2026-11-28T10:00:00Z',
    endedAt: '2026-11-28T10:02:05Z',
    repeatable: true,
    ...change,
  });
const pod = { namespace: 'shop', name: 'web-1', uid: 'web-1', owner: null, outcome: 'evict', reason: null };
const request = {
  action: 'drain',
  group: 'core',
  plural: 'nodes',
  targets: [{ name: 'n1' }],
  parameters: {},
  plan: {
    evicts: true,
    nodes: [
      {
        name: 'n1',
        uid: 'n1',
        isCordoned: false,
        isRefused: false,
        pods: [
          { ...pod, message: null, warnings: ['emptyDir'], budget: null, isSingle: null, hasRoom: null },
        ],
        unnamed: 7,
      },
    ],
  },
};

test('a drain that has ended keeps its plan, how long it took, and how long each pod did', async () => {
  const gone = item('shop/web-1', {
    state: 'succeeded',
    result: { code: 'podEvicted', params: {} },
    startedAt: '2026-11-28T10:00:01Z',
    endedAt: '2026-11-28T10:00:41Z',
  });
  const { text, cells } = await open(drained(), [gone]);
  expect(text()).toContain('took 2m5s');
  expect(cells('shop/web-1').at(-1)).toMatch(/· took 40s$/);
  expect(called).not.toHaveBeenCalled();
  called.mockResolvedValueOnce(request);
  document.querySelector<HTMLElement>('.ant-collapse-header')?.click();
  await flushPromises();
  expect(called).toHaveBeenCalledWith(endpoints.getOperationRequest, { params: { operation: id } });
  expect(text()).toContain('8 leave, 0 held back');
  expect(text()).toContain('its local data is lost');
});

test('a drain is repeated where its nodes are', async () => {
  const { button, router } = await open(drained(), []);
  called.mockResolvedValueOnce(request);
  button('Repeat…')?.click();
  await flushPromises();
  await vi.waitFor(() =>
    expect(router.currentRoute.value.fullPath).toBe(`/clusters/quay/core/nodes?repeat=${id}`),
  );
});

test('what is under way is not repeated', async () => {
  const { button } = await open(drained({ state: 'running', endedAt: null }), []);
  expect(button('Repeat…')).toBeUndefined();
});

test('what was chosen stands under kubectl’s names for its actions, and in words for ours', async () => {
  const ours = await open(
    operation({ kind: 'applications.rollOut', options: { version: 2, atOnce: 1 } }),
    [],
  );
  expect(ours.text()).toContain('version 2');
  expect(ours.text()).toContain('1 at a time');
  close();
  const kubectls = await open(
    operation({ kind: 'action.scale', options: { replicas: 3, force: false, reason: '' } }),
    [],
  );
  expect(kubectls.text()).toContain('replicas: 3');
  expect(kubectls.text()).not.toContain('force');
  expect(kubectls.text()).not.toContain('reason');
});
