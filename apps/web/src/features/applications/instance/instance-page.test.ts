import { endpoints, instancePhase } from '@pilothouse/contract';
import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '../../../api/api-error.ts';
import { answer, asked, calls, forget, tell } from '../../../app/testing/fake-api.ts';
import { everyRight, mountPage, type GivenRight } from '../../../app/testing/mount-page.ts';
import { openConfirmation } from '../../../components/confirm.ts';
import type { InstanceDetail } from '../application-types.ts';
import { bodyOf, buttonCalled, buttons, press, snapshot, type } from '../testing/page.ts';
import { ids, instance, routes, tree } from '../testing/samples.ts';
import InstanceDialog from './InstanceDialog.vue';
import InstancePage from './InstancePage.vue';

vi.mock('../../../api/call.ts', () => import('../../../app/testing/fake-api.ts'));
vi.mock('../../../api/live.ts', () => import('../../../app/testing/fake-api.ts'));

let close = () => undefined as void;
beforeEach(() => {
  forget();
  document.body.innerHTML = '';
  openConfirmation.value = null;
});
afterEach(() => close());

async function open(
  change: Partial<InstanceDetail> = {},
  { tab = '', rights = everyRight }: { tab?: string; rights?: GivenRight[] } = {},
) {
  const mounted = await mountPage(InstancePage, {
    props: { application: ids.application, instance: ids.instance },
    routes,
    rights,
    at: tab === '' ? '/' : `/?tab=${tab}`,
  });
  close = () => mounted.page.unmount();
  await tell(asked(endpoints.listTree), snapshot(tree));
  await tell(asked(endpoints.getInstance), snapshot({ ...instance, ...change }));
  return mounted;
}

test.each(instancePhase.options)('%s is said in a word and in a sentence', async (phase) => {
  const { page, text } = await open({ phase });
  expect(page.find('[data-testid=instance-state]').text().length).toBeGreaterThan(10);
  expect(text()).not.toContain('unitPhase');
});

test('one whose cluster is gone can be forgotten, and nothing else', async () => {
  await open({ phase: 'detached' });
  expect(buttons().filter((label) => label !== '')).toEqual(['Copy', 'Move', 'Delete', 'Forget']);
  await press('Forget');
  expect(openConfirmation.value?.consequence).toContain('What is in the cluster stays there');
  answer(endpoints.deleteInstance, () => ({ removed: true }));
  await openConfirmation.value?.run();
  expect(calls.at(-1)?.input.query).toEqual({ abandon: 'true' });
});

test('deleting names what goes with it', async () => {
  await open();
  await press('Delete');
  expect(openConfirmation.value?.consequence).toBe(
    'Deleted with it: Deployment/cart-main, Service/cart-main',
  );
});

test('what others changed is told field by field, and can be mended', async () => {
  const drift = [
    { kind: 'Deployment', name: 'cart-main', path: 'spec.replicas', wanted: 2, found: 5 },
    { kind: 'Service', name: 'cart-main', path: '', wanted: null },
  ];
  const { text } = await open({ phase: 'drifted', drift });
  expect(text()).toContain('spec.replicas');
  expect(text()).toContain('This object is gone.');
  await press('Mend');
  answer(endpoints.reconcileInstance, () => instance);
  await openConfirmation.value?.run();
  expect(calls.at(-1)?.endpoint).toBe(endpoints.reconcileInstance.id);
});

const found = (id: string, path: string, problem: string | null = null) => ({
  id,
  kind: 'Deployment',
  name: 'cart-main',
  path,
  problem,
  wanted: 'cart:1',
  found: 'cart:2',
});
const drift = [{ kind: 'Deployment', name: 'cart-main', path: 'spec.replicas', wanted: 2, found: 5 }];
const plan = { problems: [], changes: [], warnings: [], clusterError: null };

test('what others changed is adopted field by field, after a look at what the instance will be', async () => {
  answer(endpoints.getInstanceDrift, () => ({
    version: 4,
    spec: instance.spec,
    fields: [found('a', 'spec.image'), found('b', 'spec.selector', 'unsaid'), found('c', 'spec.args')],
  }));
  answer(endpoints.planAdoption, () => ({ ...plan, spec: { ...instance.spec, image: 'cart:2' } }));
  answer(endpoints.adoptDrift, () => instance);
  const { text } = await open({ phase: 'drifted', drift });
  await press('Adopt…');
  expect(text()).toContain('The platform sets this itself');
  const boxes = () => [...document.querySelectorAll<HTMLInputElement>('.ant-modal input[type=checkbox]')];
  expect(boxes().map(({ disabled }) => disabled)).toEqual([false, false, true, false]);
  boxes()[0]?.click();
  await flushPromises();
  expect(boxes().map(({ checked }) => checked)).toEqual([true, true, false, true]);
  boxes()[3]?.click();
  document.querySelectorAll<HTMLInputElement>('.ant-modal input[type=radio]')[1]?.click();
  await press('Preview');
  expect(bodyOf(endpoints.planAdoption)).toEqual({ fields: ['a'] });
  await type(document.querySelector<HTMLInputElement>('.ant-modal input[maxlength="500"]'), 'hotfix');
  await press('Adopt');
  expect(bodyOf(endpoints.adoptDrift)).toEqual({
    fields: ['a'],
    mendOthers: true,
    version: 4,
    reason: 'hotfix',
  });
  expect(document.querySelector('.ant-modal')).toBeNull();
});

test('what has changed meanwhile is chosen anew; what cannot run is not adopted', async () => {
  const answers = [[found('a', 'spec.image')], [found('b', 'spec.image')]];
  answer(endpoints.getInstanceDrift, () => ({
    version: 4,
    spec: instance.spec,
    fields: answers.length > 1 ? answers.shift() : answers[0],
  }));
  answer(endpoints.planAdoption, () => {
    throw new ApiError(409, { code: 'changedMeanwhile', message: '', params: { what: 'main' } });
  });
  const { text } = await open({ phase: 'drifted', drift });
  const box = () => document.querySelector<HTMLInputElement>('.ant-modal td input[type=checkbox]');
  await press('Adopt…');
  box()?.click();
  await flushPromises();
  await press('Preview');
  expect(text()).toContain('was changed by somebody else');
  expect(box()?.checked).toBe(false);
  answer(endpoints.planAdoption, () => ({
    ...plan,
    spec: instance.spec,
    problems: [{ path: 'container.env.A', code: 'unheardOf', params: {} }],
  }));
  box()?.click();
  await flushPromises();
  await press('Preview');
  expect(text()).toContain('container.env.A');
  expect(buttonCalled('Adopt')?.disabled).toBe(true);
});

test('who may only look is offered no action and no Pods', async () => {
  const { text } = await open(
    {},
    { rights: [['/applications/{application}', 'GET', `tree:${ids.application}`]] },
  );
  expect(buttons().filter((label) => label !== '')).toEqual([]);
  expect(text()).not.toContain('Events');
});

test('a Pod says why it does not run; its log and shell are offered by the rights on the tree', async () => {
  const rights: GivenRight[] = [
    ['/applications/{application}', 'GET', `tree:${ids.application}`],
    ['k8s/core/pods', 'list', `tree:${ids.application}`],
    ['k8s/core/pods/log', 'get', `tree:${ids.application}`],
  ];
  const { text } = await open({}, { tab: 'pods', rights });
  const pod = {
    uid: 'p1',
    namespace: 'shop',
    name: 'cart-main-1',
    resourceVersion: '1',
    cells: { ready: 0, containers: 1, status: 'ImagePullBackOff', restarts: 0, lastRestart: null },
    containers: ['app'],
    why: { code: 'unheardOf', message: 'cannot pull cart:1' },
  };
  await tell(asked(endpoints.listInstancePods), snapshot({ pods: [pod], asOf: '2026-11-01T10:00:00Z' }));
  expect(text()).toContain('cannot pull cart:1');
  expect(text()).toContain('0/1');
  expect(buttons()).toContain('Log');
  expect(buttons()).not.toContain('Shell');
});

test('versions say who, why and what; one goes back with a reason', async () => {
  const version = (number: number, image: string) => ({
    version: number,
    author: 'li',
    reason: `because ${number}`,
    createdAt: '2026-11-01T10:00:00Z',
    applicationVersion: 3,
    image,
    spec: { ...instance.spec, image },
  });
  answer(endpoints.listInstanceVersions, () => ({ versions: [version(4, 'cart:2'), version(3, 'cart:1')] }));
  answer(endpoints.rollBackInstance, () => instance);
  const { text } = await open({}, { tab: 'versions' });
  expect(text()).toContain('because 3');
  await press('Roll back');
  await type(document.querySelector<HTMLInputElement>('.ant-modal input[maxlength="500"]'), 'worse');
  await press('Roll back', 1);
  expect(bodyOf(endpoints.rollBackInstance)).toEqual({ version: 3, reason: 'worse' });
});

test('several are changed as one operation, which is shown; it may wait for their Pods', async () => {
  const done = vi.fn<() => void>();
  const instances = [instance, { ...instance, id: ids.other, name: 'lane' }];
  const { page, router, text } = await mountPage(InstanceDialog, {
    props: { kind: 'setImage', instances, onDone: done },
    routes,
  });
  close = () => page.unmount();
  answer(endpoints.batchInstances, () => {
    throw new ApiError(500, { code: 'internal', message: 'down' });
  });
  const field = document.querySelector<HTMLInputElement>('#instance-value');
  await type(field, '');
  await press('Set image');
  expect(text()).toContain('Please fill this in');
  await type(field, 'cart:2');
  document.querySelector<HTMLInputElement>('.ant-modal input[type=checkbox]')?.click();
  await press('Set image');
  expect(done).not.toHaveBeenCalled();
  answer(endpoints.batchInstances, () => ({ operation: ids.other }));
  await press('Set image');
  await flushPromises();
  expect(bodyOf(endpoints.batchInstances)).toEqual({
    instances: [ids.instance, ids.other],
    change: { action: 'setImage', image: 'cart:2', reason: '' },
    rolledOut: true,
  });
  expect(router.currentRoute.value.query['operation']).toBe(ids.other);
  expect(done).toHaveBeenCalledOnce();
});

test('one on its way says how it is there; what it left behind is named until it is gone', async () => {
  const elsewhere = { cluster: 'buoy', namespace: 'shop', readyPods: null, wantedPods: null, error: null };
  const error = { code: 'rolloutScheduling', message: 'no node', params: { pods: 2 } };
  const movingTo = { ...elsewhere, phase: 'failing' as const, readyPods: 0, wantedPods: 2, error };
  const { page, text } = await open({
    movingTo,
    leftBehind: [
      { ...elsewhere, phase: 'unreachable' },
      { ...elsewhere, cluster: null, phase: 'detached' },
    ],
  });
  const moving = page.find('[data-testid=instance-moving]').text();
  expect(moving).toContain('Moving to buoy/shop');
  expect(moving).toContain('0 of 2 ready');
  expect(moving).toContain('Pods that cannot be scheduled: 2');
  expect(page.findAll('[data-testid=instance-left-behind]').map((each) => each.text())).toEqual([
    'Not all of it is gone from buoy/shop yet',
    'What it had in a removed cluster/shop may still be there: that cluster is not registered any more',
  ]);
  expect(text()).toContain('Running');
  expect(buttons()).not.toContain('Move');
});
