import { endpoints } from '@pilothouse/contract';
import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { answer, calls, forget } from '../../app/testing/fake-api.ts';
import { mountPage } from '../../app/testing/mount-page.ts';
import { openConfirmation, sayAgain } from '../../components/confirm.ts';
import NamespaceInput from '../../components/NamespaceInput.vue';
import GrantsPage from './GrantsPage.vue';

vi.mock('../../api/call.ts', () => import('../../app/testing/fake-api.ts'));
vi.mock('../../api/live.ts', () => import('../../app/testing/fake-api.ts'));

let close = () => undefined as void;
beforeEach(forget);
afterEach(() => close());

const pageOf = (...items: object[]) => ({ items, total: items.length, page: 1, pageSize: 50 });
const grant = {
  id: 'g1',
  subject: { kind: 'user', name: 'ann', displayName: 'Ann' },
  role: { name: 'viewer' },
  scope: { kind: 'namespace', cluster: 'quay', namespace: 'shop' },
  expiresAt: null,
  isExpired: false,
  reason: '',
  givenBy: 'li',
  createdAt: '2026-01-01T00:00:00Z',
};

test('who takes a grant away is asked by its role, its person and its scope, as the table names them', async () => {
  answer(endpoints.listGrants, () => pageOf(grant));
  const { page } = await mountPage(GrantsPage, {
    at: '/grants',
    routes: ['grants', 'user', 'group'].map((name) => ({
      path: `/${name}/:name?`,
      name,
      component: { render: () => null },
    })),
  });
  close = () => page.unmount();
  const row = page.get('tr[data-uid]');
  for (const words of ['ann', 'Viewer', 'quay/shop']) expect(row.text()).toContain(words);
  await row.get('button').trigger('click');
  expect(openConfirmation.value?.objects).toEqual(['Viewer of ann in quay/shop']);
  answer(endpoints.deleteGrant, () => undefined);
  await openConfirmation.value?.run();
  openConfirmation.value?.settle(true);
  await flushPromises();
  expect(calls).toContainEqual({ endpoint: 'grants.delete', input: { params: { grant: 'g1' } } });
});

test('a grant everywhere is asked about as one, and in the language of the moment', async () => {
  answer(endpoints.listGrants, () => pageOf({ ...grant, scope: { kind: 'all' } }));
  const { page, inChinese } = await mountPage(GrantsPage, {
    at: '/grants',
    routes: ['grants', 'user', 'group'].map((name) => ({
      path: `/${name}/:name?`,
      name,
      component: { render: () => null },
    })),
  });
  close = () => page.unmount();
  await page.get('tr[data-uid] button').trigger('click');
  expect(openConfirmation.value?.objects).toEqual(['Viewer of ann, everywhere']);
  const asked = openConfirmation.value;
  await inChinese();
  sayAgain();
  expect(openConfirmation.value?.objects).toEqual(['ann 在所有位置的角色 只读用户']);
  expect([openConfirmation.value?.run, openConfirmation.value?.settle]).toEqual([asked?.run, asked?.settle]);
  openConfirmation.value?.settle(false);
});

test('a namespace may be typed that is not there yet, and that is said', async () => {
  answer(endpoints.listResources, () => pageOf({ name: 'shop' }));
  const props = { id: 'namespace', cluster: 'quay', modelValue: 'shop', error: undefined };
  const { page, text } = await mountPage(NamespaceInput, { props });
  close = () => page.unmount();
  expect(text()).not.toContain('It does not exist now');
  await page.get('input').setValue('later');
  expect(page.emitted('update:modelValue')).toEqual([['later']]);
  await page.setProps({ modelValue: 'later' });
  expect(text()).toContain('It does not exist now');
});
