import { endpoints, instanceSpec } from '@pilothouse/contract';
import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '../../../api/api-error.ts';
import { answer, forget } from '../../../app/testing/fake-api.ts';
import { mountPage } from '../../../app/testing/mount-page.ts';
import { bodyOf, buttons, fields, press, type } from '../testing/page.ts';
import { application, ids, instance, project, routes } from '../testing/samples.ts';
import InstanceEditPage from './InstanceEditPage.vue';

vi.mock('../../../api/call.ts', () => import('../../../app/testing/fake-api.ts'));
vi.mock('../../../api/live.ts', () => import('../../../app/testing/fake-api.ts'));

const plan = { problems: [], changes: [], warnings: [], clusterError: null };
let close = () => undefined as void;
beforeEach(() => {
  forget();
  document.body.innerHTML = '';
  answer(endpoints.getProject, () => project);
  answer(endpoints.getApplication, () => application);
  answer(endpoints.getInstance, () => instance);
  answer(endpoints.planInstance, () => plan);
});
afterEach(() => close());

async function open(props: { instance?: string; copy?: string } = {}) {
  const mounted = await mountPage(InstanceEditPage, {
    props: { application: ids.application, ...props },
    routes,
  });
  close = () => mounted.page.unmount();
  return mounted;
}
/** The row of a value, as it stands there. */
const row = (label: string) =>
  [...document.querySelectorAll('.row')].find(
    (each) => each.querySelector('.label')?.textContent?.trim() === label,
  );
const said = (label: string) => row(label)?.textContent?.replace(/\s+/g, ' ');

test('every value says where it comes from', async () => {
  await open();
  expect(said('LOG_LEVEL')).toContain('applicationinfo');
  expect(said('CPU request')).toContain('project50m');
  expect(said('CPU limit')).toContain('not set');
});

test('what is overridden, taken away and reset is sent as the instance’s own', async () => {
  await open({ instance: ids.instance });
  await press('Override LOG_LEVEL');
  await type(fields('Value')[0], 'debug');
  await press('Take away MODE');
  await press('Override CPU request');
  await press('Reset CPU request');
  await press('Set CPU limit');
  await type(document.querySelector<HTMLInputElement>('[aria-label="CPU limit"]'), '1');
  expect(said('LOG_LEVEL')).toContain('this instance');
  expect(said('MODE')).toContain('removed here');
  await press('Review');
  expect(bodyOf(endpoints.planInstance)).toEqual({
    name: 'main',
    namespaceId: ids.namespace,
    instance: ids.instance,
    applicationVersion: 3,
    spec: instanceSpec.parse({
      image: 'cart:1',
      replicas: 2,
      overrides: {
        container: {
          env: [
            { name: 'LOG_LEVEL', value: 'debug' },
            { name: 'MODE', unset: true },
          ],
          resources: { limits: { cpu: '1' } },
        },
      },
    }),
  });
});

test('a new one wants a name and an image; the only namespace is chosen already', async () => {
  await open();
  await press('Review');
  expect(document.querySelectorAll('.ant-form-item-has-error').length).toBe(2);
  expect(bodyOf(endpoints.planInstance)).toBeUndefined();
  await type(document.querySelector<HTMLInputElement>('#instance-name'), 'lane');
  await type(fields('Image')[0], 'cart:2');
  await press('Review');
  expect(bodyOf(endpoints.planInstance)).toMatchObject({ name: 'lane', namespaceId: ids.namespace });
  expect(buttons()).toContain('Create lane');
});

test('a problem of an inherited value stands at it', async () => {
  answer(endpoints.planInstance, () => ({
    ...plan,
    problems: [{ path: 'container.resources.requests.cpu', code: 'unheardOf', params: {} }],
  }));
  await open({ instance: ids.instance });
  await type(fields('Image')[0], 'cart:2');
  await press('Review');
  expect(said('CPU request')).toContain('unheardOf');
});

test('without an answer of the cluster the preview says that it is none', async () => {
  answer(endpoints.planInstance, () => ({
    ...plan,
    clusterError: { code: 'unheardOf', message: 'quay does not answer' },
  }));
  const { text } = await open({ instance: ids.instance });
  await type(fields('Image')[0], 'cart:2');
  await press('Review');
  expect(text()).toContain('The cluster could not be asked');
  expect(text()).toContain('quay does not answer');
});

test('a refusal stays with the button, and what was typed is there when one goes back', async () => {
  answer(endpoints.updateInstance, () => {
    throw new ApiError(500, { code: 'internal', message: 'down' });
  });
  const { text } = await open({ instance: ids.instance });
  await type(fields('Image')[0], 'cart:2');
  await press('Review');
  await press('Save main');
  expect(text()).toContain('Something went wrong on our side');
  await press('Back');
  expect(fields('Image')[0]?.value).toBe('cart:2');
});

test('somebody else’s change is joined; what both changed is asked', async () => {
  await open({ instance: ids.instance });
  await type(fields('Image')[0], 'cart:2');
  await press('Review');
  const theirs = { ...instance, version: 5, spec: { ...instance.spec, image: 'cart:3' } };
  answer(endpoints.getInstance, () => theirs);
  answer(endpoints.updateInstance, () => {
    throw new ApiError(409, { code: 'changedMeanwhile', message: 'changed' });
  });
  await press('Save main');
  const conflicts = document.querySelector('.conflicts');
  expect(conflicts?.textContent).toContain('cart:2');
  expect(conflicts?.textContent).toContain('cart:3');
  await flushPromises();
});

test('one that is behind takes the newest version over, and says so', async () => {
  answer(endpoints.getInstance, () => ({ ...instance, applicationVersion: 2 }));
  answer(endpoints.updateInstance, () => instance);
  const { text } = await open({ instance: ids.instance });
  expect(text()).toContain('It has version 2 of the application; the newest is 3.');
  await press('Review');
  await press('Save main');
  expect(bodyOf(endpoints.updateInstance)).toMatchObject({ applicationVersion: 3, version: 4 });
});
