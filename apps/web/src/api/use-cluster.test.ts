import { endpoints } from '@pilothouse/contract';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { defineComponent, h } from 'vue';
import { asked, forget, snapshotOf, subscriptions, tell } from '../app/testing/fake-api.ts';
import { mountPage } from '../app/testing/mount-page.ts';
import { useUnknownCluster } from './use-cluster.ts';

vi.mock('./call.ts', () => import('../app/testing/fake-api.ts'));
vi.mock('./live.ts', () => import('../app/testing/fake-api.ts'));

const Page = defineComponent(() => {
  const unknown = useUnknownCluster();
  return () => h('p', `unknown: ${unknown.value}`);
});
const routes = [{ path: '/clusters/:cluster', component: Page }];

let close = () => undefined as void;
beforeEach(forget);
afterEach(() => close());

test('a cluster is unknown once all that may be seen are known, and not before', async () => {
  const { page, router } = await mountPage(Page, { at: '/clusters/rome', routes });
  close = () => page.unmount();
  expect(page.text()).toBe('unknown: null');
  await tell(asked(endpoints.listClusters), snapshotOf([{ name: 'berlin' }]));
  expect(page.text()).toBe('unknown: rome');
  await router.push('/clusters/berlin');
  expect(page.text()).toBe('unknown: null');
});

test('one that was registered a moment ago is asked for before it is called unknown', async () => {
  const { page, router } = await mountPage(Page, { at: '/clusters/berlin', routes });
  close = () => page.unmount();
  await tell(asked(endpoints.listClusters), snapshotOf([{ name: 'berlin' }]));
  const before = subscriptions.length;
  await router.push('/clusters/rome');
  expect([subscriptions.length, page.text()]).toEqual([before + 1, 'unknown: null']);
  await tell(asked(endpoints.listClusters), snapshotOf([{ name: 'berlin' }, { name: 'rome' }]));
  expect(page.text()).toBe('unknown: null');
});
