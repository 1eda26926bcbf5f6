import { endpoints } from '@pilothouse/contract';
import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '../../api/api-error.ts';
import { answer, calls, forget } from '../../app/testing/fake-api.ts';
import { mountPage } from '../../app/testing/mount-page.ts';
import { openConfirmation } from '../../components/confirm.ts';
import RetryPage from './RetryPage.vue';
import RollOutPage from './RollOutPage.vue';
import TaskPage from './TaskPage.vue';

vi.mock('../../api/call.ts', () => import('../../app/testing/fake-api.ts'));
vi.mock('../../api/live.ts', () => import('../../app/testing/fake-api.ts'));
vi.mock('../../api/clusters.ts', () => {
  const cluster = (name: string, environment: string, labels = {}) => {
    return { name, displayName: name, environment, labels };
  };
  const clusters = [
    cluster('quay', 'test', { region: 'eu' }),
    cluster('pier', 'test'),
    cluster('dock', 'production', { region: 'eu' }),
  ];
  const byName = (wanted: string) => clusters.find(({ name }) => name === wanted) ?? null;
  return { useClusters: () => ({ clusters, byName }) };
});
vi.mock('../../components/YamlEditor/YamlEditor.vue', () => ({
  // an async component takes the default of a module only
  __esModule: true,
  default: {
    props: ['modelValue', 'label', 'problems'],
    emits: ['update:modelValue'],
    template: `<textarea :aria-label="label" :value="modelValue" :data-problems="JSON.stringify(problems)"
      @input="$emit('update:modelValue', $event.target.value)" />`,
  },
}));

const routes = ['template', 'task', 'retryTask', 'tasks'].map((name) => ({
  path: `/${name}/:any*`,
  name,
  component: { render: () => null },
}));
const anywhere = { path: '/:path(.*)*', component: { render: () => null } };
const createdAt = '2026-11-01T10:00:00Z';
const variable = {
  name: 'team',
  type: 'string',
  description: '',
  required: true,
  default: null,
  choices: [],
  pattern: null,
};
const secret = { ...variable, name: 'password', type: 'secret' };
const document = (change: object) => ({
  index: 0,
  line: 1,
  apiVersion: 'v1',
  kind: 'ConfigMap',
  group: 'core',
  plural: 'configmaps',
  namespace: 'default',
  name: 'one',
  generateName: null,
  versionFrom: 'text',
  namespaceFrom: 'chosen',
  state: 'create',
  before: null,
  after: null,
  warnings: [],
  error: null,
  target: 'absent',
  into: 'default',
  ...change,
});
const sentTo = (endpoint: { id: string }) => calls.findLast((each) => each.endpoint === endpoint.id)?.input;
const button = (label: string) =>
  [...globalThis.document.querySelectorAll('button')].find((each) => each.textContent?.trim() === label);
const click = async (label: string) => {
  expect([label, button(label) !== undefined]).toEqual([label, true]);
  button(label)?.click();
  await flushPromises();
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  answer(endpoints.getTemplate, () => ({
    name: 'greeting',
    version: 3,
    versions: [],
    labels: {},
    description: '',
  }));
  answer(endpoints.getTemplateVersion, () => ({ version: 3, text: 'a: ${team}', variables: [variable] }));
  answer(endpoints.previewTemplate, () => ({ findings: [], values: [], text: 'a: shop\n' }));
});
afterEach(() => {
  vi.useRealTimers();
  openConfirmation.value = null;
  forget();
  globalThis.document.body.replaceChildren();
});
const quiet = async () => {
  await vi.dynamicImportSettled();
  await vi.advanceTimersByTimeAsync(500);
  await flushPromises();
};

async function rollOut() {
  const page = await mountPage(RollOutPage, { routes: [...routes, anywhere], props: { name: 'greeting' } });
  await quiet();
  return page;
}

test('all clusters of an environment at a click; each is planned, one that is down keeps none of the others', async () => {
  const { text } = await rollOut();
  await click('Review');
  expect(text()).toContain('Choose at least one cluster');
  expect(sentTo(endpoints.planTask)).toBeUndefined();
  await click('All Test (2)');
  answer(endpoints.planTask, ({ params }) => {
    if (params?.['cluster'] === 'pier')
      throw new ApiError(502, { code: 'clusterUnreachable', message: 'down', params: { reason: 'refused' } });
    return { documents: [document({}), document({ index: 1, name: 'two', state: 'refused', target: 'x' })] };
  });
  await click('Review');
  await quiet();
  expect(text()).toContain('Create 1 · Refused 1');
  expect(text()).toContain('No plan: this cluster will be recorded as failed');
  expect(text()).toContain('1 refused object is left out and recorded as failed');
  answer(endpoints.runTask, () => ({ task: 't1', operation: 'o1' }));
  await click('Roll out to 1 cluster');
  expect(openConfirmation.value).toMatchObject({ objects: ['quay'], cluster: null });
  await openConfirmation.value?.run().catch(() => undefined);
  expect(sentTo(endpoints.runTask)).toMatchObject({
    body: {
      template: 'greeting',
      version: 3,
      namespaces: ['default'],
      stopsAtFailure: false,
      clusters: [
        { cluster: 'quay', documents: [{ into: 'default', index: 0, target: 'absent' }] },
        { cluster: 'pier', documents: [] },
      ],
    },
  });
});

test('while they are planned, it is for all of them', async () => {
  await rollOut();
  await click('All Test (2)');
  answer(endpoints.planTask, () => new Promise(() => {}));
  await click('Review');
  expect(button('Roll out to 2 clusters')?.disabled).toBe(true);
});

test('who goes on right after the last key is not left standing', async () => {
  const { text } = await rollOut();
  await click('All Test (2)');
  answer(endpoints.planTask, () => ({ documents: [document({})] }));
  answer(endpoints.previewTemplate, () => ({ findings: [], values: [], text: 'a: ahoy\n' }));
  const field = globalThis.document.querySelector<HTMLInputElement>('#value-team')!;
  field.value = 'ahoy';
  field.dispatchEvent(new Event('input'));
  await flushPromises();
  await click('Review');
  expect(sentTo(endpoints.previewTemplate)).toMatchObject({ body: { values: { team: 'ahoy' } } });
  expect(text()).toContain('Create 1');
});

test('clusters by a label; in production its name is asked for', async () => {
  await rollOut();
  await click('region=eu (2)');
  answer(endpoints.planTask, () => ({ documents: [document({})] }));
  await click('Review');
  await quiet();
  await click('Roll out to 2 clusters');
  expect(openConfirmation.value).toMatchObject({ objects: ['quay', 'dock'], cluster: { name: 'dock' } });
});

test('a value that is not accepted stands at its field, and nothing is planned', async () => {
  answer(endpoints.previewTemplate, () => ({
    findings: [],
    values: [{ variable: 'team', problem: 'required' }],
    text: null,
  }));
  const { text } = await rollOut();
  expect(text()).not.toContain('Please fill this in');
  await click('All Test (2)');
  await click('Review');
  expect(text()).toContain('Please fill this in');
  expect(sentTo(endpoints.planTask)).toBeUndefined();
});

test('what a task made can be taken back, where it failed it can be rolled out again; secrets are not shown', async () => {
  answer(endpoints.getTask, () => ({
    id: 't1',
    template: 'greeting',
    version: 3,
    actor: 'li',
    createdAt,
    clusters: ['quay', 'pier'],
    namespaces: ['default'],
    run: { operation: 'o1', kind: 'apply', state: 'failed' },
    variables: [variable, secret],
    values: { team: 'shop' },
    fieldValidation: 'Strict',
    force: false,
    stopsAtFailure: true,
    runs: [{ operation: 'o1', kind: 'apply', actor: 'li', createdAt }],
    failed: ['pier'],
    made: 4,
    isTemplateDeleted: false,
  }));
  answer(endpoints.takeBackTask, () => ({ task: 't1', operation: 'o2' }));
  const { text } = await mountPage(TaskPage, {
    at: '/?tab=details',
    routes: [...routes, anywhere],
    props: { task: 't1' },
  });
  expect(text()).toContain('Roll-out: Failed');
  expect(text()).toContain('shop');
  expect(text()).toContain('Erased');
  expect(button('Roll out again where it failed')).toBeDefined();
  await click('Take back');
  expect(openConfirmation.value?.consequence).toContain('Deletes the 4 objects');
  await openConfirmation.value?.run();
  expect(sentTo(endpoints.takeBackTask)).toMatchObject({ params: { task: 't1' } });
});

test('a task whose template was deleted says so, and rolls out again what it has kept', async () => {
  const deleted = {
    id: 't1',
    template: 'greeting',
    version: 3,
    actor: 'li',
    createdAt,
    clusters: ['quay', 'pier'],
    namespaces: ['default'],
    run: { operation: 'o1', kind: 'apply', state: 'failed' },
    variables: [variable],
    values: { team: 'shop' },
    fieldValidation: 'Strict',
    force: false,
    stopsAtFailure: false,
    runs: [{ operation: 'o1', kind: 'apply', actor: 'li', createdAt }],
    failed: ['pier'],
    made: 4,
    isTemplateDeleted: true,
  };
  answer(endpoints.getTask, () => deleted);
  const task = await mountPage(TaskPage, {
    at: '/?tab=details',
    routes: [...routes, anywhere],
    props: { task: 't1' },
  });
  expect(task.text()).toContain('It has been deleted since');
  globalThis.document.body.replaceChildren();
  answer(endpoints.planTaskRetry, () => ({ documents: [document({})] }));
  answer(endpoints.retryTask, () => ({ task: 't1', operation: 'o2' }));
  await mountPage(RetryPage, { routes: [...routes, anywhere], props: { task: 't1' } });
  await click('Review');
  await quiet();
  expect(sentTo(endpoints.planTaskRetry)).toMatchObject({ params: { cluster: 'pier', task: 't1' } });
  expect(sentTo(endpoints.planTask)).toBeUndefined();
  await click('Roll out to 1 cluster');
  await openConfirmation.value?.run();
  expect(sentTo(endpoints.retryTask)).toMatchObject({
    body: { clusters: [{ cluster: 'pier', documents: [{ index: 0 }] }] },
  });
});
