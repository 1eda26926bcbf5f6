import { endpoints } from '@pilothouse/contract';
import { flushPromises } from '@vue/test-utils';
import { afterEach, expect, test, vi } from 'vitest';
import { answer, forget } from '../../app/testing/fake-api.ts';
import { mountPage } from '../../app/testing/mount-page.ts';
import IssueKubeconfig from './IssueKubeconfig.vue';

vi.mock('../../api/call.ts', () => import('../../app/testing/fake-api.ts'));
vi.mock('../../api/live.ts', () => import('../../app/testing/fake-api.ts'));
afterEach(forget);

test('an issued kubeconfig is shown without its token, and copied with it', async () => {
  answer(endpoints.listRoles, () => ({ items: [] }));
  answer(endpoints.issueKubeconfig, () => ({
    issued: { name: 'contractor', account: 'pilothouse-1', expiresAt: '2026-01-02T00:00:00Z' },
    kubeconfig: 'users:\n- user:\n    token: very-secret\n',
  }));
  const { page, text } = await mountPage(IssueKubeconfig, { props: { cluster: 'berlin' } });
  const type = async (id: string, value: string) => {
    const input = document.querySelector<HTMLInputElement>(id);
    if (input === null) throw new Error(`no ${id}`);
    input.value = value;
    input.dispatchEvent(new Event('input'));
    await flushPromises();
  };
  await type('#kubeconfig-name', 'contractor');
  await type('#kubeconfig-namespace', 'shop');
  page.findComponent({ name: 'AModal' }).vm.$emit('ok');
  await vi.waitUntil(() => text().includes('Kubeconfig for contractor'));
  expect(document.documentElement.outerHTML).not.toContain('very-secret');
  expect(text()).toContain('token: ••••');
  const expiresAt = new Date('2026-01-02T00:00:00Z');
  expect(text()).toContain(expiresAt.toLocaleString('en-US'));
  const written = vi.fn<(copied: string) => Promise<void>>(async () => undefined);
  vi.stubGlobal('navigator', { ...navigator, clipboard: { writeText: written } });
  document.querySelector<HTMLElement>('[aria-label="Copy"]')?.click();
  expect(written.mock.calls[0]?.[0]).toContain('very-secret');
  vi.unstubAllGlobals();
  page.unmount();
});
