import { endpoints, type Endpoint } from '@pilothouse/contract';
import type { KubernetesObject } from '@pilothouse/kinds';
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query';
import { flushPromises, mount, type VueWrapper } from '@vue/test-utils';
import { createPinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { defineComponent, h, nextTick, shallowRef, type Component } from 'vue';
import { createI18n } from 'vue-i18n';
import { createMemoryHistory, createRouter, RouterView, type Router } from 'vue-router';
import { ApiError } from '../../api/api-error.ts';
import { call } from '../../api/call.ts';
import { messages } from '../../app/i18n/en-US/index.ts';
import ObjectHistory from './ObjectHistory.vue';
import RestorePage from './RestorePage.vue';

vi.mock('../../api/call.ts', () => ({ call: vi.fn<typeof call>() }));
vi.mock('../../api/use-cluster.ts', async () => {
  const { ref } = await import('vue');
  return { useCluster: () => ref({ name: 'quay', environment: 'production' }) };
});
vi.mock('../../api/cluster-schemas.ts', () => ({ useClusterSchemas: () => () => Promise.resolve(null) }));
const refused = new Set<string>();
vi.mock('../../api/rights.ts', () => ({
  useRights: () => ({ may: ({ id }: Endpoint) => !refused.has(id) }),
}));

const called = vi.mocked(call);
const elsewhere = defineComponent(() => () => h('main'));
const entryId = '01a22210-0000-7000-8000-000000000001';
const entry = {
  id: entryId,
  at: '2026-11-28T10:00:00.000Z',
  user: 'ada',
  verb: 'scale',
  auditId: '01a22210-0000-7000-8000-00000000000a',
  uid: 'u-1',
  outcome: 'written',
};
const object = (spec: object, version = '7') => ({
  apiVersion: 'example.org/v1',
  kind: 'Site',
  metadata: { name: 'web', namespace: 'shop', uid: 'u-1', resourceVersion: version },
  spec,
});
const before = object({ replicas: 1 }, '5');
const after = object({ replicas: 2 }, '6');

/** The cluster and the platform, by endpoint. */
let answers: Record<string, unknown>;
const inputsOf = ({ id }: { id: string }) =>
  called.mock.calls.flatMap(([endpoint, input]) => (endpoint.id === id ? [input as never] : []));
beforeEach(() => {
  refused.clear();
  answers = {
    'history.list': { items: [entry] },
    'history.get': { ...entry, before, after },
  };
  called.mockReset();
  called.mockImplementation((endpoint: { id: string }) => {
    const answer = answers[endpoint.id];
    return (
      answer instanceof Error || answer === undefined
        ? Promise.reject(answer ?? new Error(`unexpected ${endpoint.id}`))
        : Promise.resolve(answer)
    ) as never;
  });
});

let page: VueWrapper | undefined;
afterEach(() => {
  page?.unmount();
  page = undefined;
  document.body.replaceChildren();
});

async function open(component: Component, props: () => object, path: string): Promise<Router> {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/:cluster/:group/:plural/:namespace/:name', name: 'resource', component: elsewhere },
      {
        path: '/:cluster/:group/:plural/:namespace/:name/history/:entry',
        name: 'restore-resource',
        component: elsewhere,
      },
      {
        path: '/on/:group/:plural/:namespace/:name',
        component: defineComponent(() => () => h(component, props())),
      },
    ],
  });
  await router.push(path);
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  page = mount(
    defineComponent(() => () => h(RouterView)),
    {
      attachTo: document.body,
      global: {
        plugins: [
          createI18n({ legacy: false, locale: 'en-US', messages: { 'en-US': messages } }),
          router,
          createPinia(),
          [VueQueryPlugin, { queryClient }],
        ],
      },
    },
  );
  await flushPromises();
  return router;
}
/** What the page shows the history of. */
const shown = shallowRef<KubernetesObject | null>(null);
function openHistory(current: KubernetesObject | null, kind = 'example.org/sites') {
  shown.value = current;
  return open(ObjectHistory, () => ({ cluster: 'quay', object: shown.value }), `/on/${kind}/shop/web`);
}
const openRestore = () =>
  open(
    RestorePage,
    () => ({
      cluster: 'quay',
      group: 'example.org',
      plural: 'sites',
      namespace: 'shop',
      name: 'web',
      entry: entryId,
      image: 'before',
    }),
    '/on/example.org/sites/shop/web',
  );

const text = () => document.body.textContent ?? '';
const buttons = () => [...document.querySelectorAll('button')].map((each) => each.textContent?.trim() ?? '');
const click = (label: string) =>
  [...document.querySelectorAll('button')].findLast((each) => each.textContent?.trim() === label)?.click();
/** Editors are read when they are first needed. */
const eventually = (assertion: () => unknown) => vi.waitFor(assertion, { timeout: 30_000 });
async function expand(): Promise<void> {
  document.querySelector<HTMLElement>('button.expand')?.click();
  await eventually(() => expect(document.querySelector('.foot')).not.toBeNull());
}
const asForbidden = new ApiError(403, { code: 'forbidden', message: 'no', params: { object: 'k8s/x' } });

describe('the list', () => {
  test('says who did what by which way, and what it changed', async () => {
    await openHistory(after);
    for (const part of ['ada', 'Scale', 'Written']) expect(text()).toContain(part);
    await expand();
    await eventually(() => expect(document.querySelector('.cm-deletedChunk')).not.toBeNull());
    expect(document.querySelector('.cm-deletedChunk')?.textContent).toContain('replicas: 1');
    expect(document.querySelector('.cm-changedLine')?.textContent).toContain('replicas: 2');
    // what the cluster counts is no change of anybody's
    expect(text()).not.toContain('resourceVersion');
    expect(buttons()).toEqual(
      expect.arrayContaining(['Restore the state before this change', 'Restore the state after this change']),
    );
  });

  test.each([
    ['patch', 'Edit'],
    ['replace', 'Replace'],
    ['set-image', 'Set image'],
    ['from-tomorrow', 'from-tomorrow'],
  ])('%s is called %s', async (verb, words) => {
    answers['history.list'] = { items: [{ ...entry, verb }] };
    await openHistory(after);
    expect(document.querySelector('tbody')?.textContent).toContain(words);
  });

  test('is paged', async () => {
    const items = Array.from({ length: 45 }, (_, index) => ({
      ...entry,
      id: `${entryId.slice(0, -2)}${10 + index}`,
      user: `user-${index}`,
    }));
    answers['history.list'] = { items };
    await openHistory(after);
    expect(document.querySelectorAll('tr[data-uid]')).toHaveLength(20);
    document.querySelector<HTMLElement>('.ant-pagination-item-3')?.click();
    await flushPromises();
    expect(document.querySelectorAll('tr[data-uid]')).toHaveLength(5);
    expect(text()).toContain('user-44');
  });

  test('that is empty says what would be in it', async () => {
    answers['history.list'] = { items: [] };
    await openHistory(after);
    expect(text()).toContain('Nothing has been written to this object through Pilothouse yet');
  });

  test('that is under way shows that it is', async () => {
    called.mockImplementation(() => new Promise(() => undefined));
    await openHistory(after);
    expect(document.querySelector('.ant-skeleton')).not.toBeNull();
  });

  test('that one may not read says so', async () => {
    answers['history.list'] = asForbidden;
    await openHistory(after);
    expect(document.querySelector('.empty')?.getAttribute('data-kind')).toBe('forbidden');
  });

  test('that failed can be asked for again', async () => {
    answers['history.list'] = new ApiError(503, { code: 'databaseUnavailable', message: 'no', params: {} });
    await openHistory(after);
    expect(document.querySelector('.empty')?.getAttribute('data-kind')).toBe('unreachable');
    answers['history.list'] = { items: [entry] };
    click('Try again');
    await eventually(() => expect(text()).toContain('ada'));
  });

  test('an entry that failed can be asked for again', async () => {
    answers['history.get'] = new ApiError(404, { code: 'notFound', message: 'no', params: {} });
    await openHistory(after);
    document.querySelector<HTMLElement>('button.expand')?.click();
    await eventually(() => expect(document.querySelector('[role=alert]')).not.toBeNull());
    answers['history.get'] = { ...entry, before, after };
    click('Try again');
    await eventually(() => expect(document.querySelector('.foot')).not.toBeNull());
  });

  test('follows what is written to the object, not what the cluster says of it', async () => {
    await openHistory(after);
    const reads = () => inputsOf(endpoints.listHistory).length;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      shown.value = { ...after, status: { ready: 2 } } as KubernetesObject;
      await nextTick();
      await vi.advanceTimersByTimeAsync(5000);
      expect(reads()).toBe(1);
      shown.value = object({ replicas: 3 }, '9');
      await nextTick();
      await vi.advanceTimersByTimeAsync(5000);
      expect(reads()).toBe(2);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('an entry', () => {
  test('of which nobody knows what came says so, and offers what was before', async () => {
    answers['history.list'] = { items: [{ ...entry, outcome: 'unknown' }] };
    answers['history.get'] = { ...entry, outcome: 'unknown', before, after: null };
    await openHistory(after);
    await expand();
    expect(text()).toContain('it is unknown whether this was written');
    expect(document.querySelector('[data-testid=diff]')).toBeNull();
    expect(buttons()).toContain('Restore the state before this change');
    expect(buttons()).not.toContain('Restore the state after this change');
  });

  test('of an earlier object of the name is told from today’s', async () => {
    answers['history.list'] = { items: [{ ...entry, uid: 'u-0' }] };
    await openHistory(after);
    expect(text()).toContain('an earlier object of this name');
  });

  test('offers no restoring to who may not write', async () => {
    refused.add(endpoints.patchResource.id);
    await openHistory(after);
    await expand();
    expect(buttons().filter((label) => label.startsWith('Restore'))).toEqual([]);
  });

  test('of what is gone is restored by who may create', async () => {
    refused.add(endpoints.patchResource.id);
    const router = await openHistory(null);
    await expand();
    click('Restore the state before this change');
    await flushPromises();
    expect(router.currentRoute.value).toMatchObject({
      name: 'restore-resource',
      params: { entry: entryId, namespace: 'shop', name: 'web' },
      query: { image: 'before' },
    });
  });

  test('of a Secret names keys and what became of them, and why nothing is restored', async () => {
    const digest = (value: string) => `hmac-sha256:k:${value}`;
    const secret = (data: object, labels = {}) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'web', labels },
      data,
    });
    answers['history.get'] = {
      ...entry,
      before: secret({ kept: digest('1'), changed: digest('2') }),
      after: secret({ kept: digest('1'), changed: digest('3') }, { tier: 'x' }),
    };
    await openHistory(after, 'core/secrets');
    await expand();
    await eventually(() => expect(document.querySelector('[data-testid=diff]')).not.toBeNull());
    const keys = [...document.querySelectorAll('.keys li')].map((each) => each.textContent?.trim());
    expect(keys).toEqual(['changedchanged', 'keptunchanged']);
    await eventually(() => expect(text()).toContain('tier: x'));
    expect(text()).not.toContain('hmac');
    expect(text()).toContain('The values of a Secret are not kept');
    expect(buttons().filter((label) => label.startsWith('Restore'))).toEqual([]);
  });
});

describe('restoring', () => {
  const dialog = () => document.querySelector('.ant-modal')?.textContent ?? '';
  const reviewOpens = () =>
    eventually(() => expect(document.querySelector('.ant-modal [data-testid=diff]')).not.toBeNull());

  test('is reviewed on today’s version, then written', async () => {
    answers['history.restore'] = { object: object({ replicas: 1 }), current: object({ replicas: 2 }) };
    answers['resources.patch'] = { object: object({ replicas: 1 }, '8'), warnings: ['spec.x is old'] };
    const router = await openRestore();
    await reviewOpens();
    expect(inputsOf(endpoints.prepareRestore)).toMatchObject([
      { params: { entry: entryId, name: 'web' }, query: { image: 'before' } },
    ]);
    expect(dialog()).toContain('spec.x is old');
    expect(document.querySelector('.cm-deletedChunk')?.textContent).toContain('replicas: 2');
    click('Save sites web');
    await eventually(() => expect(router.currentRoute.value.name).toBe('resource'));
    const patch = { spec: { replicas: 1 } };
    expect(inputsOf(endpoints.patchResource)).toMatchObject(
      ['true', 'false'].map((dryRun) => ({
        query: { dryRun },
        body: { type: 'merge', patch, resourceVersion: '7', uid: 'u-1' },
      })),
    );
  });

  test('of what is as it was writes nothing', async () => {
    answers['history.restore'] = { object: object({ replicas: 2 }), current: object({ replicas: 2 }) };
    await openRestore();
    await eventually(() => expect(text()).toContain('Nothing has been changed yet'));
    expect(inputsOf(endpoints.patchResource)).toEqual([]);
  });

  test('of what is gone has been created', async () => {
    answers['history.restore'] = { object: object({ replicas: 1 }), current: null };
    answers['resources.create'] = { object: object({ replicas: 1 }, '9'), warnings: [] };
    const router = await openRestore();
    await eventually(() => expect(dialog()).toContain('what will be written'));
    const create = buttons().findLast((label) => label.startsWith('Create'));
    click(create ?? '');
    await eventually(() => expect(router.currentRoute.value.name).toBe('resource'));
    const written = { ...object({ replicas: 1 }), metadata: { name: 'web', namespace: 'shop' } };
    expect(inputsOf(endpoints.createResource)).toMatchObject(
      ['true', 'false'].map((dryRun) => ({
        params: { namespace: 'shop' },
        query: { dryRun },
        body: { object: written },
      })),
    );
  });

  test('that is refused says why', async () => {
    answers['history.restore'] = new ApiError(409, {
      code: 'secretNotRestorable',
      message: 'no',
      params: {},
    });
    await openRestore();
    await eventually(() => expect(document.querySelector('[role=alert]')).not.toBeNull());
    expect(text()).toContain('The values of a Secret are not kept');
  });

  test('a change of somebody else meanwhile is joined, not overwritten', async () => {
    answers['history.restore'] = { object: object({ replicas: 1 }), current: object({ replicas: 2 }) };
    answers['resources.patch'] = new ApiError(409, {
      code: 'changedMeanwhile',
      message: 'no',
      params: { what: 'web' },
    });
    answers['resources.get'] = { object: object({ replicas: 5 }, '9'), state: 'live' };
    await openRestore();
    await eventually(() => expect(document.querySelector('fieldset')).not.toBeNull());
    const sides = [...document.querySelectorAll('fieldset pre')].map((each) => each.textContent);
    expect(sides).toEqual(['2', '5', '1']);
  });
});
