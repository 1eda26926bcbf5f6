import { flushPromises, mount } from '@vue/test-utils';
import { beforeEach, expect, test, vi } from 'vitest';
import { createI18n } from 'vue-i18n';
import { createMemoryHistory, createRouter } from 'vue-router';
import { call } from '../../api/call.ts';
import { messages } from '../../app/i18n/en-US/index.ts';
import AutoscalerNote from './AutoscalerNote.vue';

vi.mock('../../api/call.ts', () => ({ call: vi.fn<typeof call>() }));
let may = true;
vi.mock('../../api/rights.ts', () => ({ useRights: () => ({ holds: () => may }) }));
const called = vi.mocked(call);

beforeEach(() => {
  called.mockReset();
  may = true;
});

const autoscaler = (namespace: string, name: string, reference: string) => ({
  uid: `${namespace}-${name}`,
  namespace,
  name,
  resourceVersion: '1',
  cells: { reference, minPods: 2, maxPods: 4 },
});

async function open(replicas: number | undefined, plural = 'statefulsets') {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component: { render: () => null } },
      {
        path: '/o/:cluster/:group/:plural/:namespace/:name',
        name: 'resource',
        component: { render: () => null },
      },
    ],
  });
  const note = mount(AutoscalerNote, {
    props: {
      resource: { cluster: 'quay', group: 'apps', plural },
      objects: [
        { namespace: 'bugs-b', name: 'b12' },
        { namespace: 'shop', name: 'b12' },
      ],
      replicas,
    },
    global: {
      plugins: [createI18n({ legacy: false, locale: 'en-US', messages: { 'en-US': messages } }), router],
    },
  });
  await flushPromises();
  return note.text();
}

test('the autoscaler that sets the number is named, others are not', async () => {
  called.mockResolvedValue({
    items: [
      autoscaler('bugs-b', 'grower', 'StatefulSet/b12'),
      // of another kind, and of the same name elsewhere
      autoscaler('bugs-b', 'of-a-deployment', 'Deployment/b12'),
      autoscaler('elsewhere', 'far', 'StatefulSet/b12'),
    ],
    total: 3,
  });
  const text = await open(3);
  expect(called.mock.calls[0]?.[1]).toMatchObject({ query: { namespace: ['bugs-b', 'shop'] } });
  expect(text).toContain('will set it again');
  expect(text).toContain('grower');
  expect(text).toContain('sets StatefulSet/b12 to 2–4 replicas');
  expect(text).not.toMatch(/of-a-deployment|far/);
  expect(await open(0)).toContain('At 0 it pauses');
});

test('nothing is said where none sets it', async () => {
  called.mockResolvedValue({ items: [autoscaler('bugs-b', 'x', 'StatefulSet/other')], total: 1 });
  expect(await open(3)).toBe('');
});

test('that nobody could look is said', async () => {
  may = false;
  expect(await open(3)).toContain('Could not find out');
  expect(called).not.toHaveBeenCalled();
  may = true;
  called.mockRejectedValue(new Error('no answer'));
  expect(await open(3)).toContain('Could not find out');
});
