import { endpoints } from '@pilothouse/contract';
import { flushPromises } from '@vue/test-utils';
import { defineComponent, h } from 'vue';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '../../../api/api-error.ts';
import type { Cluster } from '../../../api/clusters.ts';
import { answer, calls, forget } from '../../../app/testing/fake-api.ts';
import { mountPage } from '../../../app/testing/mount-page.ts';
import ConfirmAction from '../../../components/ConfirmAction.vue';
import PrometheusSettings from './PrometheusSettings.vue';

vi.mock('../../../api/call.ts', () => import('../../../app/testing/fake-api.ts'));
vi.mock('../../../api/live.ts', () => import('../../../app/testing/fake-api.ts'));

const cluster = { name: 'quay', displayName: '', environment: 'test' } as unknown as Cluster;
const known = { url: 'http://prometheus:9090', hasToken: true };
let stored: typeof known | null;

let close = () => undefined as void;
beforeEach(() => {
  forget();
  stored = known;
  answer(endpoints.getPrometheus, () => ({ prometheus: stored }));
});
afterEach(() => close());

async function open() {
  const changed = vi.fn<() => void>();
  const Both = defineComponent(() => () => [
    h(PrometheusSettings, { cluster, onChanged: changed }),
    h(ConfirmAction),
  ]);
  const { page, text } = await mountPage(Both);
  close = () => page.unmount();
  const type = (field: string, value: string) => page.find(`#prometheus-${field}`).setValue(value);
  const submit = async () => {
    await page.find('form').trigger('submit');
    await flushPromises();
  };
  const sent = () =>
    calls.filter(({ endpoint }) => endpoint === 'prometheus.set').map(({ input }) => input.body);
  return { page, text, type, submit, sent, changed };
}

test('a stored token is never shown, stays while the address does, and is dropped with a new one', async () => {
  const { page, text, type, submit, sent, changed } = await open();
  expect((page.find('#prometheus-token').element as HTMLInputElement).value).toBe('');
  expect(text()).toContain('A token is stored');
  await type('url', 'https://elsewhere');
  expect(text()).toContain('With a new address the stored token is dropped');
  answer(endpoints.setPrometheus, ({ body }) => {
    stored = { url: (body as typeof known).url, hasToken: false };
    return { prometheus: stored };
  });
  await submit();
  expect(sent()).toEqual([{ url: 'https://elsewhere' }]);
  expect(text()).toContain('Saved: Prometheus answers');
  expect(text()).not.toContain('token is dropped');
  expect(changed).toHaveBeenCalledOnce();
});

test('what is no address is said at the field, and what does not answer below the form', async () => {
  const { text, type, submit, sent } = await open();
  await type('url', 'prometheus:9090');
  await submit();
  expect(text()).toContain('An http:// or https:// address');
  expect(sent()).toEqual([]);
  answer(endpoints.setPrometheus, () => {
    const params = { reason: 'notPrometheus' };
    throw new ApiError(502, { code: 'prometheusUnavailable', message: '', params });
  });
  await type('url', 'http://prometheus:9091');
  await type('token', 'a-token');
  await submit();
  expect(sent()).toEqual([{ url: 'http://prometheus:9091', token: 'a-token' }]);
  expect(text()).toContain('Prometheus cannot be queried: what answers there is no Prometheus');
});

test('it is removed once that is confirmed', async () => {
  const { text, changed } = await open();
  answer(endpoints.deletePrometheus, () => void (stored = null));
  const press = async () => {
    [...document.querySelectorAll('button')]
      .findLast((each) => each.textContent.trim() === 'Remove Prometheus')
      ?.click();
    await flushPromises();
  };
  await press();
  expect(text()).toContain('Remove the Prometheus of quay?');
  expect(changed).not.toHaveBeenCalled();
  await press();
  expect(calls.filter(({ endpoint }) => endpoint === 'prometheus.delete')).toHaveLength(1);
  expect(changed).toHaveBeenCalledOnce();
});
