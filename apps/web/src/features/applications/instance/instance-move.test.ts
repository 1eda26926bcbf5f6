import { endpoints } from '@pilothouse/contract';
import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '../../../api/api-error.ts';
import { answer, calls, forget } from '../../../app/testing/fake-api.ts';
import { mountPage } from '../../../app/testing/mount-page.ts';
import { openConfirmation } from '../../../components/confirm.ts';
import type { MovePlan } from '../application-types.ts';
import { bodyOf, buttonCalled, press } from '../testing/page.ts';
import { application, ids, instance, openNamespace, project, routes } from '../testing/samples.ts';
import InstanceMove from './InstanceMove.vue';

vi.mock('../../../api/call.ts', () => import('../../../app/testing/fake-api.ts'));
vi.mock('../../../api/live.ts', () => import('../../../app/testing/fake-api.ts'));

const there = { ...openNamespace, id: ids.other, cluster: 'buoy', namespace: 'cart' };
const plan: MovePlan = {
  problems: [],
  changes: [
    {
      kind: 'Deployment',
      namespace: 'cart',
      name: 'cart-main',
      change: 'create',
      before: null,
      after: 'a: 1',
    },
  ],
  warnings: [],
  clusterError: null,
  goes: [{ kind: 'Service', name: 'cart-main' }],
  needs: [
    { kind: 'PersistentVolumeClaim', name: 'data', isThere: false },
    { kind: 'ConfigMap', name: 'flags', isThere: null },
  ],
  hosts: ['cart.shop.example.com'],
  services: ['cart-main'],
};

let close = () => undefined as void;
beforeEach(() => {
  forget();
  document.body.innerHTML = '';
  openConfirmation.value = null;
});
afterEach(() => close());

/** The dialog, with what may be chosen. */
async function open(namespaces = [openNamespace, there]) {
  answer(endpoints.getApplication, () => application);
  answer(endpoints.getProject, () => ({ ...project, openNamespaces: namespaces }));
  const done = vi.fn<() => void>();
  const mounted = await mountPage(InstanceMove, { props: { instance, onDone: done }, routes });
  close = () => mounted.page.unmount();
  return { ...mounted, done };
}

test('says what is made there, what goes here and what people see to; then the operation is shown', async () => {
  answer(endpoints.planInstanceMove, () => plan);
  answer(endpoints.moveInstance, () => ({ operation: ids.other }));
  const { text, done, router } = await open();
  expect(bodyOf(endpoints.planInstanceMove)).toEqual({ namespaceId: ids.other });
  for (const said of [
    'Made in buoy/cart',
    'Deployment/cart-main',
    'Deleted in quay/shop once it is ready there',
    'Service/cart-main',
    'PersistentVolumeClaim/data',
    'missing',
    'not known',
    'cart.shop.example.com: point DNS at',
    'cart-main: another cluster, so another address',
  ])
    expect(text()).toContain(said);
  await press('Move');
  expect(bodyOf(endpoints.moveInstance)).toEqual({
    namespaceId: ids.other,
    deadlineSeconds: 600,
    reason: '',
  });
  expect(done).toHaveBeenCalledOnce();
  await flushPromises();
  expect(router.currentRoute.value.query['operation']).toBe(ids.other);
});

test('what keeps it from moving is said, and nothing begins', async () => {
  answer(endpoints.planInstanceMove, () => {
    throw new ApiError(409, {
      code: 'rolloutPaused',
      message: 'paused',
      params: { name: 'main' },
    });
  });
  const { text } = await open();
  expect(text()).toContain('The rollout of main is paused');
  expect(buttonCalled('Move')?.disabled).toBe(true);
  close();
  answer(endpoints.planInstanceMove, () => ({
    ...plan,
    problems: [{ path: 'ingress.0.host', code: 'hostNotAllowed', params: { host: 'x.y' } }],
  }));
  const problems = await open();
  expect(problems.text()).toContain('It cannot run there as it is');
  expect(buttonCalled('Move')?.disabled).toBe(true);
  expect(calls.filter(({ endpoint }) => endpoint === endpoints.moveInstance.id)).toEqual([]);
});

test('with no other namespace there is nowhere to go', async () => {
  const { text } = await open([openNamespace]);
  expect(text()).toContain('No other namespace is open to this project.');
  expect(buttonCalled('Move')?.disabled).toBe(true);
});
