import { flushPromises, mount } from '@vue/test-utils';
import { beforeEach, expect, test, vi } from 'vitest';
import { createI18n } from 'vue-i18n';
import { ApiError } from '../../../api/api-error.ts';
import { call } from '../../../api/call.ts';
import { messages } from '../../../app/i18n/en-US/index.ts';
import DrainPlan from './DrainPlan.vue';

vi.mock('../../../api/call.ts', () => ({ call: vi.fn<typeof call>() }));
const called = vi.mocked(call);

const pod = (name: string, more: object = {}) => ({
  namespace: 'shop',
  name,
  uid: name,
  owner: 'ReplicaSet/web',
  outcome: 'evict',
  reason: null,
  message: null,
  warnings: [],
  budget: null,
  isSingle: null,
  hasRoom: null,
  ...more,
});
const planOf = (pods: object[], isRefused = false) => ({
  evicts: true,
  nodes: [{ name: 'n1', uid: 'n1', isCordoned: true, isRefused, pods }],
});

async function open(parameters: Record<string, unknown> = {}) {
  const plan = mount(DrainPlan, {
    props: {
      resource: { cluster: 'quay', group: 'core', plural: 'nodes' },
      rows: [{ uid: 'n1', name: 'n1', resourceVersion: '1', cells: {} }],
      parameters,
    },
    global: { plugins: [createI18n({ legacy: false, locale: 'en-US', messages: { 'en-US': messages } })] },
  });
  await vi.runAllTimersAsync();
  await flushPromises();
  return plan;
}

beforeEach(() => {
  vi.useFakeTimers();
  called.mockReset();
});

test('tells what becomes of each pod, what is in the way first', async () => {
  const budget = { name: 'b', needs: 2, has: 1, allowed: 0 };
  called.mockResolvedValue(
    planOf([
      pod('goes', { isSingle: true, hasRoom: false, warnings: ['emptyDir'] }),
      pod('held', { outcome: 'heldBack', reason: 'budget', budget }),
      pod('stays', { outcome: 'skipped', reason: 'daemonSet', isSingle: true }),
    ]) as never,
  );
  const plan = await open();
  expect(plan.text()).toContain('1 leave, 1 held back, 1 stay, 0 refused, 0 would fail');
  expect(plan.text()).toContain('already cordoned');
  const rows = plan.findAll('li').map((row) => row.text());
  expect(rows[0]).toContain('Budget b needs 2 healthy Pods and has 1');
  expect(rows[1]).toContain('its local data is lost');
  expect(rows[1]).toContain('the only Pod of its controller');
  expect(rows[1]).toContain('no room for its replacement elsewhere');
  expect(rows[2]).toContain('A DaemonSet would start it again');
  expect(rows[2]).not.toContain('the only Pod');
});

test('a node that is refused says so, and each pod why', async () => {
  called.mockResolvedValue(
    planOf([pod('bare', { outcome: 'refused', reason: 'noController' }), pod('web', {})], true) as never,
  );
  const plan = await open();
  expect(plan.text()).toContain('none leaves: 1 refused');
  expect(plan.text()).toContain('Nothing is evicted from this node');
  expect(plan.text()).toContain('No controller would recreate it');
});

test('is made anew when an option changes, and not for the reason', async () => {
  called.mockResolvedValue(planOf([]) as never);
  const plan = await open();
  expect(plan.text()).toContain('No Pods to evict.');
  await plan.setProps({ parameters: { reason: 'disks' } });
  await vi.runAllTimersAsync();
  expect(called).toHaveBeenCalledTimes(1);
  await plan.setProps({ parameters: { reason: 'disks', force: true } });
  await vi.runAllTimersAsync();
  expect(called).toHaveBeenCalledTimes(2);
  expect(called.mock.lastCall?.[1]).toMatchObject({
    body: { targets: [{ name: 'n1', uid: 'n1' }], parameters: { force: true } },
  });
});

test('shows why there is none', async () => {
  called.mockRejectedValue(new ApiError(403, { code: 'forbidden', message: 'no', params: {} }));
  expect((await open()).text()).toContain('lack');
});
