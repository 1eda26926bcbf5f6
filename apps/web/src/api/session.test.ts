import { endpoints } from '@pilothouse/contract';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { defineComponent, h } from 'vue';
import { answer, asked, forget, snapshotOf, subscriptions, tell } from '../app/testing/fake-api.ts';
import { mountPage } from '../app/testing/mount-page.ts';
import { useClusters } from './clusters.ts';
import { useRights } from './rights.ts';
import { useSession } from './session.ts';

vi.mock('./call.ts', () => import('../app/testing/fake-api.ts'));
vi.mock('./live.ts', () => import('../app/testing/fake-api.ts'));

const Page = defineComponent(() => {
  const { may } = useRights();
  const clusters = useClusters();
  return () => h('p', `users: ${may(endpoints.listUsers)}, clusters: ${clusters.clusters.length}`);
});

let close = () => undefined as void;
beforeEach(forget);
afterEach(() => close());

test('what is granted and taken meanwhile reaches the page that is open', async () => {
  const { page } = await mountPage(Page, { rights: [] });
  close = () => page.unmount();
  answer(endpoints.login, () => ({
    accessToken: 'x',
    expiresAt: '2030-01-01T00:00:00Z',
    mustChangePassword: false,
  }));
  await useSession().login('li', 'secret');
  const refusal = { code: 'forbidden', message: 'x', params: {} };
  await tell(asked(endpoints.listClusters), { type: 'error', error: refusal });
  expect(page.text()).toBe('users: false, clusters: 0');

  const me = (roles: object[], grants: object[]) => ({
    type: 'snapshot',
    data: { user: { id: 'u', username: 'li', displayName: '' }, menus: [], roles, grants },
  });
  const all = { name: 'admin', policies: [{ object: '**', action: 'All' }] };
  await tell(asked(endpoints.me), me([all], [{ role: 'admin', domain: '*' }]));
  // who saw no cluster asks again
  await tell(asked(endpoints.listClusters), snapshotOf([{ name: 'berlin' }]));
  expect(page.text()).toBe('users: true, clusters: 1');
  await tell(asked(endpoints.me), me([], []));
  expect(page.text()).toContain('users: false');
  expect(
    subscriptions.filter(({ ended, question }) => !ended && question.endpoint === endpoints.me.id),
  ).toHaveLength(1);
});
