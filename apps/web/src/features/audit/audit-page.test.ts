import { endpoints } from '@pilothouse/contract';
import { flushPromises } from '@vue/test-utils';
import { afterEach, expect, test, vi } from 'vitest';
import { answer, calls, forget } from '../../app/testing/fake-api.ts';
import { mountPage } from '../../app/testing/mount-page.ts';
import AuditPage from './AuditPage.vue';

vi.mock('../../api/call.ts', () => import('../../app/testing/fake-api.ts'));
vi.mock('../../api/live.ts', () => import('../../app/testing/fake-api.ts'));
afterEach(forget);

test('rows are found by person and by time, as the address keeps them', async () => {
  answer(endpoints.listAudit, () => ({ items: [], total: 0, page: 1, pageSize: 50, more: false }));
  const [from, to] = ['2026-01-01T08:00:00.000Z', '2026-01-02T08:00:00.000Z'];
  const { page, router } = await mountPage(AuditPage, { at: `/?user=ada&from=${from}&to=${to}` });
  const asked = () => calls.findLast(({ endpoint }) => endpoint === endpoints.listAudit.id)?.input.query;
  expect(asked()).toMatchObject({ user: 'ada', from, to });
  await page.get('[aria-label="User"] input, input[aria-label="User"]').setValue('grace');
  await vi.waitFor(() => expect(asked()).toMatchObject({ user: 'grace', from, to }));
  page.getComponent({ name: 'ARangePicker' }).vm.$emit('change', null);
  await flushPromises();
  expect(router.currentRoute.value.query).toEqual({ user: 'grace' });
  expect(asked()).toMatchObject({ user: 'grace', from: undefined, to: undefined });
  page.unmount();
});
