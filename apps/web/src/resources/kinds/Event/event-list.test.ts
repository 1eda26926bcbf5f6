import { endpoints } from '@pilothouse/contract';
import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { asked, forget, snapshotOf, tell } from '../../../app/testing/fake-api.ts';
import { mountPage } from '../../../app/testing/mount-page.ts';
import ResourceListPage from '../../ResourceListPage.vue';
import { resourceRoutes } from '../../routes.ts';

vi.mock('../../../api/call.ts', () => import('../../../app/testing/fake-api.ts'));
vi.mock('../../../api/live.ts', () => import('../../../app/testing/fake-api.ts'));

let close = () => undefined as void;
beforeEach(forget);
afterEach(() => close());

test('events lead to what they are about, are counted, and are found by type and reason', async () => {
  const { page, router } = await mountPage(ResourceListPage, {
    at: '/clusters/berlin/core/events?fieldSelector=type=Warning',
    routes: [{ path: '/clusters/:cluster', children: resourceRoutes }],
    props: { cluster: 'berlin', group: 'core', plural: 'events' },
  });
  close = () => page.unmount();
  const list = () => asked(endpoints.listResources);
  expect(list().question.query).toMatchObject({ fieldSelector: 'type=Warning' });
  const cells = { type: 'Warning', reason: 'BackOff', object: 'pod/web', count: 7, message: 'again' };
  const about = {
    involvedApiVersion: 'v1',
    involvedKind: 'Pod',
    involvedName: 'web',
    involvedNamespace: 'shop',
  };
  const event = {
    uid: 'e',
    name: 'e',
    namespace: 'shop',
    resourceVersion: '1',
    cells: { ...cells, ...about },
  };
  await tell(list(), snapshotOf([event]));
  expect(page.get('tbody a[title="pod/web"]').attributes('href')).toBe('/clusters/berlin/core/pods/shop/web');
  expect(page.get('tbody tr[data-uid]').text()).toContain('7');

  const reason = page.get('input[aria-label="Reason"]');
  await reason.setValue('BackOff');
  await reason.trigger('keydown', { key: 'Enter', keyCode: 13 });
  await flushPromises();
  expect(router.currentRoute.value.query['fieldSelector']).toBe('type=Warning,reason=BackOff');
  expect(list().question.query).toMatchObject({ fieldSelector: 'type=Warning,reason=BackOff' });
});
