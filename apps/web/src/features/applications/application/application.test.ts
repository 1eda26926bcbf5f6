import { endpoints } from '@pilothouse/contract';
import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '../../../api/api-error.ts';
import { answer, asked, calls, forget, tell } from '../../../app/testing/fake-api.ts';
import { everyRight, mountPage, type GivenRight } from '../../../app/testing/mount-page.ts';
import { openConfirmation } from '../../../components/confirm.ts';
import { bodyOf, buttonCalled, buttons, fields, press, snapshot, type } from '../testing/page.ts';
import { application, ids, instance, project, routes, tree } from '../testing/samples.ts';
import ApplicationCreatePage from './ApplicationCreatePage.vue';
import ApplicationEditPage from './ApplicationEditPage.vue';
import ApplicationPage from './ApplicationPage.vue';
import ApplicationSecrets from './ApplicationSecrets.vue';

vi.mock('../../../api/call.ts', () => import('../../../app/testing/fake-api.ts'));
vi.mock('../../../api/live.ts', () => import('../../../app/testing/fake-api.ts'));

let close = () => undefined as void;
beforeEach(() => {
  forget();
  document.body.innerHTML = '';
  answer(endpoints.getProject, () => project);
  answer(endpoints.getApplication, () => application);
});
afterEach(() => close());

async function open(page: object, props: Record<string, unknown>, rights: GivenRight[] = everyRight) {
  const mounted = await mountPage(page as never, { props, routes, rights });
  close = () => mounted.page.unmount();
  return mounted;
}
async function name() {
  await type(document.querySelector<HTMLInputElement>('#application-name'), 'cart');
  await type(document.querySelector<HTMLInputElement>('#application-display-name'), 'Cart');
}
const changed = new ApiError(409, { code: 'changedMeanwhile', message: 'changed' });
const planned = {
  problems: [],
  instances: [
    {
      id: ids.instance,
      name: 'main',
      cluster: 'quay',
      namespace: 'shop',
      restarts: true,
      changes: [
        {
          kind: 'Deployment',
          namespace: 'shop',
          name: 'cart-main',
          change: 'change',
          before: 'a: 1',
          after: 'a: 2',
        },
      ],
    },
    { id: ids.other, name: 'lane', cluster: 'quay', namespace: 'shop', restarts: false, changes: [] },
  ],
};

test('a new application without a name is refused here; with one it is made of what was typed', async () => {
  answer(endpoints.createApplication, () => application);
  const { router } = await open(ApplicationCreatePage, { project: ids.project });
  await press('Create application');
  expect(document.querySelectorAll('.ant-form-item-has-error').length).toBe(2);
  await name();
  await press('Add port');
  await press('Create application');
  expect(bodyOf(endpoints.createApplication)).toMatchObject({
    name: 'cart',
    spec: { container: { ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }] } },
  });
  expect(router.currentRoute.value.params['application']).toBe(ids.application);
});

test('what the spec does not take stands at its field', async () => {
  const { text } = await open(ApplicationCreatePage, { project: ids.project });
  await name();
  await press('Add variable');
  await press('Create application');
  expect(text()).toContain('Please fill this in');
  expect(calls.some(({ endpoint }) => endpoint === endpoints.createApplication.id)).toBe(false);
});

test('a name that is taken stands at the name', async () => {
  answer(endpoints.createApplication, () => {
    throw new ApiError(409, { code: 'conflict', message: 'x', field: 'body.name', params: { what: 'cart' } });
  });
  const { text } = await open(ApplicationCreatePage, { project: ids.project });
  await name();
  await press('Create application');
  expect(text()).toContain('cart already exists');
});

test('a change is shown instance by instance; some take it over', async () => {
  answer(endpoints.planApplication, () => planned);
  answer(endpoints.updateApplication, () => application);
  const { page, router, text } = await open(ApplicationEditPage, { application: ids.application });
  await type(fields('Value')[0], 'debug');
  await press('Review');
  expect(text()).toContain('Pods are replaced');
  await page.findAll('.scope input[type=radio]')[2]?.setValue(true);
  await page.findAll('.instances input[type=checkbox]')[1]?.setValue(true);
  await flushPromises();
  await press('Save and roll out');
  expect(bodyOf(endpoints.updateApplication)).toMatchObject({
    version: 3,
    rollOut: [ids.other],
    spec: { container: { env: [{ name: 'LOG_LEVEL', value: 'debug' }, { name: 'MODE' }] } },
  });
  expect(router.currentRoute.value.name).toBe('application');
});

test('it goes out one after the other as an operation, which is shown', async () => {
  answer(endpoints.planApplication, () => planned);
  answer(endpoints.updateApplication, () => ({ ...application, version: 4 }));
  answer(endpoints.rollOutApplication, () => ({ operation: ids.other }));
  const { page, router } = await open(ApplicationEditPage, { application: ids.application });
  await type(fields('Value')[0], 'debug');
  await press('Review');
  await page.findAll('.scope input[type=radio]')[1]?.setValue(true);
  await flushPromises();
  const move = (label: string) =>
    [...document.querySelectorAll('button')].find((each) => each.getAttribute('aria-label') === label);
  expect(move('Move main up')?.disabled).toBe(true);
  expect(move('Move lane down')?.disabled).toBe(true);
  move('Move lane up')?.focus();
  await press('Move lane up');
  // at the top it can only go down again
  expect(document.activeElement).toBe(move('Move lane down'));
  expect(page.findAll('summary button, [role=button] button')).toEqual([]);
  await press('Save and roll out');
  expect(bodyOf(endpoints.updateApplication)).toMatchObject({ rollOut: [] });
  expect(bodyOf(endpoints.rollOutApplication)).toMatchObject({
    version: 4,
    instances: [ids.other, ids.instance],
    deadlineSeconds: 600,
  });
  expect(router.currentRoute.value.query['operation']).toBe(ids.other);
});

test('where a roll-out has stopped, the rest is named, and it can go on', async () => {
  const { text } = await open(ApplicationPage, { application: ids.application });
  await tell(asked(endpoints.listTree), snapshot(tree));
  await tell(asked(endpoints.getApplication), snapshot(application));
  const behind = { ...instance, id: ids.other, name: 'lane', applicationVersion: 2 };
  await tell(asked(endpoints.listInstances), snapshot({ instances: [instance, behind] }));
  expect(text()).toContain('One of 2 instances still runs with an earlier version');
  await press('Roll out to the rest');
  expect(openConfirmation.value?.objects).toEqual(['lane (quay/shop)']);
  answer(endpoints.rollOutApplication, () => ({ operation: ids.other }));
  await openConfirmation.value?.run();
  expect(bodyOf(endpoints.rollOutApplication)).toEqual({ version: 3, instances: [ids.other] });
});

test('what cannot run is said at its field, and nothing is saved', async () => {
  answer(endpoints.planApplication, () => ({
    problems: [{ path: 'container.env.MODE', code: 'unheardOf', params: {} }],
    instances: [],
  }));
  await open(ApplicationEditPage, { application: ids.application });
  await type(fields('Value')[0], 'debug');
  await press('Review');
  const mode = [...document.querySelectorAll('li')].find((each) => each.textContent?.startsWith('MODE'));
  expect(mode?.textContent).toContain('unheardOf');
  expect(buttons()).not.toContain('Save and roll out');
});

test('somebody else’s change elsewhere is joined with what was typed', async () => {
  answer(endpoints.planApplication, () => planned);
  await open(ApplicationEditPage, { application: ids.application });
  await type(fields('Value')[0], 'debug');
  await press('Review');
  const theirs = structuredClone(application.spec);
  theirs.pod.serviceAccountName = 'theirs';
  answer(endpoints.getApplication, () => ({ ...application, version: 4, spec: theirs }));
  answer(endpoints.updateApplication, () => {
    throw changed;
  });
  await press('Save and roll out');
  expect(bodyOf(endpoints.planApplication)).toMatchObject({
    spec: { pod: { serviceAccountName: 'theirs' }, container: { env: [{ value: 'debug' }, {}] } },
  });
  answer(endpoints.updateApplication, () => application);
  await press('Save and roll out');
  expect(bodyOf(endpoints.updateApplication)).toMatchObject({ version: 4 });
});

test('where both changed the same, it is asked', async () => {
  answer(endpoints.planApplication, () => planned);
  await open(ApplicationEditPage, { application: ids.application });
  await type(fields('Value')[0], 'debug');
  await press('Review');
  const theirs = structuredClone(application.spec);
  theirs.container.env = [{ name: 'LOG_LEVEL', value: 'warn' }];
  answer(endpoints.getApplication, () => ({ ...application, version: 4, spec: theirs }));
  answer(endpoints.updateApplication, () => {
    throw changed;
  });
  await press('Save and roll out');
  expect(document.querySelector('.conflicts')?.textContent).toContain('debug');
});

test('an application that nobody described yet takes no instances', async () => {
  const { text } = await open(ApplicationPage, { application: ids.application });
  await tell(asked(endpoints.getApplication), snapshot({ ...application, version: 0, instances: 0 }));
  expect(text()).toContain('Nobody has said yet what this application is');
  expect(buttonCalled('Create instance')?.disabled).toBe(true);
});

test('instances say how they are, and who may only look is offered nothing', async () => {
  const rights: GivenRight[] = [['/applications/{application}', 'GET', `tree:${ids.application}`]];
  const { text } = await open(ApplicationPage, { application: ids.application }, rights);
  await tell(asked(endpoints.listTree), snapshot(tree));
  await tell(asked(endpoints.getApplication), snapshot(application));
  const failing = { code: 'unheardOf', message: 'cannot pull cart:1' };
  await tell(
    asked(endpoints.listInstances),
    snapshot({
      instances: [
        { ...instance, phase: 'failing', error: failing },
        { ...instance, id: ids.other, name: 'lane', applicationVersion: 2 },
      ],
    }),
  );
  for (const said of ['Failing', 'cannot pull cart:1', 'behind']) expect(text()).toContain(said);
  expect(buttons().filter((label) => label !== '')).toEqual([]);
});

test('a right on the project holds for its applications', async () => {
  const rights: GivenRight[] = [['/applications/{application}', 'All', `tree:${ids.project}`]];
  await open(ApplicationPage, { application: ids.application }, rights);
  await tell(asked(endpoints.listTree), snapshot(tree));
  await tell(asked(endpoints.getApplication), snapshot(application));
  expect(buttons().filter((label) => label !== '')).toEqual(['Delete', 'Edit']);
});

test('secrets are set and never shown; a refusal keeps what was typed', async () => {
  const told = vi.fn<() => void>();
  const { text } = await open(ApplicationSecrets, { application, onChanged: told });
  expect(text()).toContain('TOKEN');
  await press('Replace');
  const value = document.querySelector<HTMLTextAreaElement>('#secret-value');
  await type(value, 'hush');
  answer(endpoints.setApplicationSecrets, () => {
    throw new ApiError(500, { code: 'internal', message: 'down' });
  });
  const save = () => document.querySelector('form')?.dispatchEvent(new Event('submit'));
  save();
  await flushPromises();
  expect([value?.value, told.mock.calls.length]).toEqual(['hush', 0]);
  answer(endpoints.setApplicationSecrets, () => application);
  save();
  await flushPromises();
  expect(bodyOf(endpoints.setApplicationSecrets)).toEqual({ secrets: { TOKEN: 'hush' } });
  expect(told).toHaveBeenCalledOnce();
  expect(document.querySelector('#secret-value')).toBeNull();
});
