import { afterEach, expect, test, vi } from 'vitest';
import { forget } from '../../app/testing/fake-api.ts';
import { mountPage, type GivenRight } from '../../app/testing/mount-page.ts';
import ClusterPage from './ClusterPage.vue';

vi.mock('../../api/call.ts', () => import('../../app/testing/fake-api.ts'));
vi.mock('../../api/live.ts', () => import('../../app/testing/fake-api.ts'));
afterEach(forget);

async function offersApply(rights: GivenRight[]): Promise<boolean> {
  const { page, text } = await mountPage(ClusterPage, {
    at: '/clusters/one',
    routes: [{ path: '/clusters/:cluster', component: { render: () => null } }],
    rights,
  });
  const offers = text().includes('Apply YAML');
  page.unmount();
  return offers;
}

test('applying is offered to whom it can serve: who may make and change some kind there', async () => {
  const here = 'cluster:one/shop';
  expect(await offersApply([['k8s/core/configmaps', 'list', 'cluster:one']])).toBe(false);
  expect(await offersApply([['k8s/core/pods/exec', 'create', here]])).toBe(false);
  expect(await offersApply([['k8s/core/configmaps', 'create', here]])).toBe(false);
  const writes: GivenRight[] = [
    ['k8s/core/configmaps', 'create', here],
    ['k8s/core/*', 'patch', here],
  ];
  expect(await offersApply(writes)).toBe(true);
  expect(await offersApply(writes.map(([object, action]) => [object, action, 'cluster:two']))).toBe(false);
});
