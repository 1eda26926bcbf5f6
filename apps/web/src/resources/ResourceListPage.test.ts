import { endpoints } from '@pilothouse/contract';
import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { asked, forget, snapshotOf, tell } from '../app/testing/fake-api.ts';
import { mountPage } from '../app/testing/mount-page.ts';
import ResourceListPage from './ResourceListPage.vue';
import { resourceRoutes } from './routes.ts';

vi.mock('../api/call.ts', () => import('../app/testing/fake-api.ts'));
vi.mock('../api/live.ts', () => import('../app/testing/fake-api.ts'));

let close = () => undefined as void;
beforeEach(forget);
afterEach(() => close());

async function open(query = '') {
  const { page, router, text } = await mountPage(ResourceListPage, {
    at: `/clusters/berlin/core/pods${query}`,
    routes: [{ path: '/clusters/:cluster', children: resourceRoutes }],
    props: { cluster: 'berlin', group: 'core', plural: 'pods' },
  });
  close = () => page.unmount();
  const dot = () => document.querySelector('[data-testid="live-dot"]')?.getAttribute('data-state') ?? null;
  const rows = () =>
    [...document.querySelectorAll('tbody tr[data-uid]')].map((row) => row.getAttribute('data-uid'));
  return { page, router, text, dot, rows, list: () => asked(endpoints.listResources) };
}

const pod = (name: string) => ({
  uid: name,
  name,
  namespace: 'shop',
  resourceVersion: '1',
  cells: { status: 'Running' },
});
const refusal = (code: string, params = {}) => ({ type: 'error', error: { code, message: code, params } });

test('a list that is refused shows no dot and no narrowing, and keeps no rows', async () => {
  const { list, dot, rows, text } = await open();
  await tell(list(), snapshotOf([pod('web')], { narrowedTo: ['shop'] }));
  expect([dot(), rows()]).toEqual(['live', ['web']]);
  expect(text()).toContain('Only namespaces you are allowed to list: shop');
  await tell(
    list(),
    refusal('forbidden', { action: 'list', object: 'k8s/core/pods', domain: 'cluster:berlin' }),
  );
  expect([dot(), rows()]).toEqual([null, []]);
  expect(text()).toContain('You lack the right to see this');
  expect(text()).not.toContain('Only namespaces');
});

test.each([
  ['clusterForbidden', 'The cluster refuses this'],
  ['unknownResource', 'This does not exist'],
  ['notNamespaced', 'This request is not valid'],
  ['clusterTimeout', 'No answer'],
])('after %s nobody is catching up, and the page says what it is', async (code, title) => {
  const { list, dot, text } = await open();
  await tell(list(), refusal(code, { message: '', plural: 'pods', group: 'core', seconds: 10 }));
  expect(dot()).toBeNull();
  expect(text()).toContain(title);
});

test('a list that the cluster refuses says so in the place of rows', async () => {
  const { list, text } = await open();
  const error = { code: 'clusterForbidden', message: '', params: { message: 'pods is forbidden' } };
  await tell(list(), snapshotOf([], { state: 'denied', problems: [{ error }] }));
  expect(text()).toContain('The cluster refuses this');
  expect(text()).toContain('pods is forbidden');
});

test('what came before an error is of the past', async () => {
  const { list, dot, rows } = await open();
  await tell(list(), snapshotOf([pod('web')]));
  await tell(list(), refusal('clusterTimeout', { seconds: 10 }));
  await flushPromises();
  expect([dot(), rows()]).toEqual(['stale', ['web']]);
});

test('a selector that is none is said once, at its field, over the rows of before', async () => {
  const { page, list, rows, dot } = await open('?q=we');
  await tell(list(), snapshotOf([pod('web')]));
  const field = page.get('input[aria-label^="Label selector"]');
  await field.setValue('app in');
  await field.trigger('keydown', { key: 'Enter', keyCode: 13 });
  await flushPromises();
  await tell(list(), refusal('badSelector', { reason: 'a set is missing' }));
  const said = [...document.body.textContent.matchAll(/a set is missing|badSelector/g)];
  expect(said).toHaveLength(1);
  expect(page.get('#selector-error').text()).toBe('The selector is not valid: a set is missing');
  expect(field.attributes('aria-invalid')).toBe('true');
  expect([dot(), rows()]).toEqual(['stale', ['web']]);
  expect(page.text()).toContain('these are the rows from before');
});

test('rows that are chosen leave the filters where they are', async () => {
  const { page, list } = await open('?q=we');
  await tell(list(), snapshotOf([pod('web')]));
  await page.get('tbody input[type=checkbox]').setValue(true);
  expect(page.text()).toContain('1 selected');
  expect(page.get<HTMLInputElement>('input[aria-label="Filter by text"]').element.value).toBe('we');
});

test('the view of use asks for it, sorts the most first, and is in the address', async () => {
  const { page, list, text } = await open();
  expect(list().question.query).not.toHaveProperty('withUsage');
  await tell(list(), snapshotOf([pod('web')]));
  expect(text()).not.toContain('Memory used');
  await page.get('button[aria-pressed="false"]').trigger('click');
  await flushPromises();
  expect(list().question.query).toMatchObject({ withUsage: 'true', sort: '-memoryUsage' });
  const measured = {
    ...pod('web'),
    cells: {
      status: 'Running',
      memoryUsage: 2 ** 20,
      memoryUsageOfLimits: 0.95,
      memoryUsageOfRequests: null,
    },
  };
  await tell(list(), snapshotOf([measured, pod('idle')]));
  expect(text()).toContain('Memory used');
  const cells = [...document.querySelectorAll('tr[data-uid=web] td')].map((cell) => cell.textContent.trim());
  expect(cells).toEqual(expect.arrayContaining(['1Mi', '95%', '–']));
  expect(document.querySelector('tr[data-uid=idle]')?.textContent).toContain('no data');
  await page.get('button[aria-pressed="true"]').trigger('click');
  await flushPromises();
  expect(list().question.query).not.toHaveProperty('withUsage');
});
