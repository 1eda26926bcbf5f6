import { endpoints } from '@pilothouse/contract';
import { flushPromises, mount } from '@vue/test-utils';
import { createPinia } from 'pinia';
import { defineComponent, h } from 'vue';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createI18n } from 'vue-i18n';
import { createMemoryHistory, createRouter, RouterView } from 'vue-router';
import { ApiError } from '../../api/api-error.ts';
import { call } from '../../api/call.ts';
import type { LiveQuestion, LiveServerMessage } from '../../api/live-client.ts';
import { messages } from '../../app/i18n/en-US/index.ts';
import { openConfirmation } from '../../components/confirm.ts';
import ApplyPage from './ApplyPage.vue';
import type { ManifestPlan } from '../../components/PlanReview/manifest-plan.ts';
import ManifestText from './ManifestText.vue';

/** The one namespace that the credential, or the user, is limited to. */
const limitedTo = vi.hoisted((): { value: string | undefined } => ({ value: undefined }));
let hear: Record<string, (message: LiveServerMessage) => void> = {};
vi.mock('../../api/call.ts', () => ({ call: vi.fn<typeof call>() }));
vi.mock('../../api/cluster-schemas.ts', () => ({ useClusterSchemas: () => () => Promise.resolve(null) }));
vi.mock('../../api/use-cluster.ts', async () => {
  const { ref } = await import('vue');
  return { useCluster: () => ref(null) };
});
vi.mock('../../api/use-namespaces.ts', async () => {
  const { ref } = await import('vue');
  return {
    useNamespaces: () => ({
      areAll: ref(true),
      usual: limitedTo,
      names: ref(['default', 'shop']),
      isFetching: ref(false),
    }),
  };
});
vi.mock('../../api/live.ts', async () => {
  const { ref } = await import('vue');
  return {
    isConnected: ref(true),
    liveClient: () => ({
      subscribe: ({ endpoint }: LiveQuestion, listen: (message: LiveServerMessage) => void) => {
        hear[endpoint] = listen;
        return () => undefined;
      },
    }),
  };
});
const called = vi.mocked(call);
const operation = '01900000-0000-7000-8000-000000000001';
const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one\n';

const plan = (change: Partial<ManifestPlan>): ManifestPlan => ({
  index: 0,
  line: 1,
  apiVersion: 'v1',
  kind: 'ConfigMap',
  group: 'core',
  plural: 'configmaps',
  namespace: 'default',
  namespaceFrom: 'chosen',
  name: 'one',
  generateName: null,
  versionFrom: 'text',
  state: 'create',
  before: null,
  after: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' } },
  warnings: [],
  error: null,
  target: 'absent',
  ...change,
});
const refusal = (change: Partial<NonNullable<ManifestPlan['error']>>): Partial<ManifestPlan> => ({
  state: 'refused',
  after: null,
  error: {
    code: 'clusterInvalid',
    message: 'no',
    params: {},
    line: 3,
    fields: [],
    conflicts: [],
    status: null,
    ...change,
  },
});

let close = () => undefined as void;
beforeEach(() => {
  limitedTo.value = undefined;
  called.mockReset();
  hear = {};
});
afterEach(() => close());

async function open(query = '') {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component: defineComponent(() => () => h(ApplyPage, { cluster: 'prod' })) },
      { path: '/operations', name: 'operations', component: { render: () => null } },
    ],
  });
  await router.push(`/${query}`);
  const i18n = createI18n({ legacy: false, locale: 'en-US', messages: { 'en-US': messages } });
  const page = mount(
    defineComponent(() => () => h(RouterView)),
    { global: { plugins: [i18n, createPinia(), router] }, attachTo: document.body },
  );
  close = () => page.unmount();
  const write = async (value: string) => {
    page.getComponent(ManifestText).vm.$emit('update:text', value);
    await flushPromises();
  };
  const button = (label: string | RegExp) => {
    const found = page
      .findAll('button')
      .find((each) => (typeof label === 'string' ? each.text() === label : label.test(each.text())));
    if (found === undefined) throw new Error(`no button ${label} in ${page.text()}`);
    return found;
  };
  const press = async (label: string | RegExp) => {
    await button(label).trigger('click');
    await flushPromises();
  };
  /** Writes a text and looks at what it would do. */
  const review = async (...plans: ManifestPlan[]) => {
    called.mockResolvedValueOnce({ documents: plans } as never);
    await write(text);
    await press('Review');
  };
  const row = (index: number) => page.get(`tr[data-uid="${index}"]`).text();
  const textIsShown = () => page.getComponent(ManifestText).isVisible();
  return { page, router, write, button, press, review, row, textIsShown };
}

test('what names no namespace goes where the credential is at home', async () => {
  limitedTo.value = 'bugs-only';
  const { review } = await open();
  await review(plan({}));
  expect(called.mock.calls[0]?.[1]).toMatchObject({ body: { namespace: 'bugs-only' } });
});

test('what would happen, object by object; only what is not refused is applied, as it was planned', async () => {
  const { page, press, review, row } = await open('?namespace=shop');
  await review(
    plan({}),
    plan({ index: 1, line: 5, name: 'two', state: 'change', target: 'u:7', namespaceFrom: 'text' }),
    plan({ index: 2, line: 9, name: null, generateName: 'job-', kind: 'Job', target: 'new' }),
    plan({ index: 3, line: 14, kind: 'Pod', name: 'p', versionFrom: 'cluster' }),
    plan({
      index: 4,
      line: 20,
      name: 'x',
      ...refusal({ code: 'manifestHead', params: { problem: 'noKind' } }),
    }),
  );
  expect(called).toHaveBeenLastCalledWith(endpoints.planManifests, {
    params: { cluster: 'prod' },
    body: { text, namespace: 'shop', fieldValidation: 'Strict', force: false },
  });
  expect(row(0)).toMatch(/^1ConfigMap onedefault \(chosen\)Create/);
  expect(row(1)).toMatch(/^5ConfigMap twodefault Change/);
  expect(row(2)).toContain('Job job-…');
  expect(row(3)).toContain('apiVersion is missing: Pod is v1 in this cluster');
  expect(row(4)).toContain('Refusedkind is missing');
  expect(page.text()).toContain('1 refused object is left out');
  called.mockResolvedValueOnce({ operation } as never);
  await press('Apply 4 objects');
  expect(called).toHaveBeenLastCalledWith(endpoints.runManifests, {
    params: { cluster: 'prod' },
    body: expect.objectContaining({
      text,
      documents: [
        { index: 0, target: 'absent' },
        { index: 1, target: 'u:7' },
        { index: 2, target: 'new' },
        { index: 3, target: 'absent' },
      ],
    }),
  });
});

test('a text that cannot be read stays, with what is wrong with it', async () => {
  const { page, write, press, textIsShown } = await open();
  called.mockRejectedValueOnce(
    new ApiError(400, {
      code: 'manifestUnreadable',
      message: '',
      params: { line: 2, column: 1, detail: 'bad indentation' },
    }),
  );
  await write(text);
  await press('Review');
  expect(page.get('[role=alert]').text()).toContain('Line 2, column 1: bad indentation');
  expect(textIsShown()).toBe(true);
  await write(`${text}#`);
  expect(page.find('[role=alert]').exists()).toBe(false);
});

test('what the cluster refuses stands at its line, back at the text', async () => {
  const { page, press, review, textIsShown } = await open();
  const fields = [{ field: 'data.x', code: 'FieldValueInvalid', message: 'must be short', line: 4 }];
  await review(plan(refusal({ fields })));
  expect(textIsShown()).toBe(false);
  expect(page.text()).toContain('Apply 0 objects');
  await press('Back to the text');
  expect(textIsShown()).toBe(true);
  expect(page.getComponent(ManifestText).props('problems')).toEqual([
    { line: 4, message: 'The cluster says: must be short' },
  ]);
});

test('fields of others are named with their owner, and taken over by choice, which plans again', async () => {
  const { page, press, review, row } = await open();
  const conflicts = [{ manager: 'kubectl', field: '.spec.replicas', message: '' }];
  await review(plan(refusal({ code: 'applyConflict', conflicts })));
  await page.get('button.expand').trigger('click');
  await flushPromises();
  expect(page.text()).toContain('.spec.replicas belongs to kubectl');
  called.mockResolvedValueOnce({ documents: [plan({ state: 'change' })] } as never);
  await page.get('input[type=checkbox]').setValue(true);
  await flushPromises();
  expect(called.mock.lastCall?.[1]).toMatchObject({ body: { force: true } });
  expect(row(0)).toContain('Change');
  called.mockResolvedValueOnce({ operation } as never);
  await press('Apply 1 object');
  expect(called.mock.lastCall?.[1]).toMatchObject({ body: { force: true } });
});

test('a Secret’s change of values is said, not shown', async () => {
  const { page, review } = await open();
  const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { a: 'masked:3' } };
  await review(plan({ kind: 'Secret', state: 'change', before: object, after: object }));
  await page.get('button.expand').trigger('click');
  await flushPromises();
  expect(page.text()).toContain('values of Secrets are never shown');
});

const shown = (state: string, failed = 0) =>
  ({
    type: 'snapshot',
    data: { id: operation, kind: 'manifests.apply', state, counts: { total: 1, done: 1, failed } },
  }) as LiveServerMessage;
async function run(page: Awaited<ReturnType<typeof open>>, end: LiveServerMessage) {
  await page.review(plan({}));
  called.mockResolvedValueOnce({ operation } as never);
  await page.press('Apply 1 object');
  hear[endpoints.getOperation.id]?.(end);
  await flushPromises();
}

test('what is applied may be left; what failed is asked about before it is lost', async () => {
  const page = await open();
  await run(page, shown('failed', 1));
  expect(page.page.text()).toContain('Your text is still there');
  void page.router.push('/operations');
  await flushPromises();
  expect(page.router.currentRoute.value.path).toBe('/');
  expect(openConfirmation.value?.verb).toBe('Leave without saving');
  openConfirmation.value?.settle(false);
  await page.press('Back to the text');
  expect(page.textIsShown()).toBe(true);
  expect(page.page.getComponent(ManifestText).props('text')).toBe(text);
});

test('all applied: nothing is left to lose', async () => {
  const page = await open();
  await run(page, shown('succeeded'));
  await page.router.push('/operations');
  expect(page.router.currentRoute.value.path).toBe('/operations');
});

test('files that are dropped or opened become one text with what is there', async () => {
  const { page, write } = await open();
  await write('a: 1\n');
  const input = page.get<HTMLInputElement>('input[type=file]');
  const files = [new File(['b: 2\n'], 'b.yaml'), new File([Uint8Array.from([0, 255])], 'c.bin')];
  Object.defineProperty(input.element, 'files', { value: files, configurable: true });
  await input.trigger('change');
  await vi.waitFor(() => expect(page.getComponent(ManifestText).props('text')).toBe('a: 1\n---\nb: 2\n'));
  expect(page.text()).toContain('c.bin is not a text file and was left out');
});
