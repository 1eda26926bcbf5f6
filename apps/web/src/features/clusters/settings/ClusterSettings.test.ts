import { endpoints } from '@pilothouse/contract';
import { flushPromises } from '@vue/test-utils';
import { defineComponent, h } from 'vue';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '../../../api/api-error.ts';
import type { Cluster } from '../../../api/clusters.ts';
import { answer, calls, forget } from '../../../app/testing/fake-api.ts';
import { mountPage } from '../../../app/testing/mount-page.ts';
import ConfirmAction from '../../../components/ConfirmAction.vue';
import ClusterSettings from './ClusterSettings.vue';

vi.mock('../../../api/call.ts', () => import('../../../app/testing/fake-api.ts'));
vi.mock('../../../api/live.ts', () => import('../../../app/testing/fake-api.ts'));

const cluster = {
  id: 'c',
  name: 'quay',
  displayName: '',
  environment: 'test',
  description: '',
  owner: '',
  labels: {},
  timeoutMs: 10_000,
} as unknown as Cluster;
const issued = { name: 'Contractor', namespace: 'shop', account: 'pilothouse-1', state: 'active' };
const command = 'kubectl delete -n shop rolebinding,role,serviceaccount pilothouse-1';

let close = () => undefined as void;
beforeEach(() => {
  forget();
  answer(endpoints.listIssuedKubeconfigs, () => ({ items: [issued, { ...issued, state: 'ended' }] }));
});
afterEach(() => close());

async function open() {
  const Both = defineComponent(() => () => [h(ClusterSettings, { cluster }), h(ConfirmAction)]);
  const { page, router, text } = await mountPage(Both, {
    routes: [
      { path: '/', component: { render: () => null } },
      { path: '/clusters', name: 'clusters', component: { render: () => null } },
    ],
  });
  close = () => page.unmount();
  const press = async (label: string) => {
    [...document.querySelectorAll('button')].findLast((each) => each.textContent.trim() === label)?.click();
    await flushPromises();
  };
  const deletions = () =>
    calls.filter(({ endpoint }) => endpoint === 'clusters.delete').map(({ input }) => input.query);
  return { router, text, press, deletions };
}

test('whose kubeconfigs end with a cluster is said before it is removed', async () => {
  const { router, text, press, deletions } = await open();
  answer(endpoints.deleteCluster, () => undefined);
  await press('Remove cluster');
  expect(text()).toContain('Contractor · shop/pilothouse-1');
  expect(text()).toContain('their accounts are deleted from the cluster first');
  await press('Remove cluster');
  expect(deletions()).toEqual([undefined]);
  await vi.waitFor(() => expect(router.currentRoute.value.path).toBe('/clusters'));
});

test('accounts that the cluster would keep are told with how to delete them, and the cluster stays until that is wanted', async () => {
  const { router, text, press, deletions } = await open();
  answer(endpoints.deleteCluster, ({ query }) => {
    if ((query as { leaveKubeconfigs?: string } | undefined)?.leaveKubeconfigs) return undefined;
    const params = { count: 1, cluster: 'quay', reason: '', commands: command };
    throw new ApiError(409, { code: 'kubeconfigsRemain', message: '', params });
  });
  await press('Remove cluster');
  await press('Remove cluster');
  expect(text()).toContain('Remove quay although kubeconfigs stay valid?');
  expect(text()).toContain(command);
  expect(router.currentRoute.value.path).toBe('/');
  await press('Remove all the same');
  expect(deletions()).toEqual([undefined, { leaveKubeconfigs: 'true' }]);
  await vi.waitFor(() => expect(router.currentRoute.value.path).toBe('/clusters'));
});
