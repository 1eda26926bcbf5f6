import { endpoints } from '@pilothouse/contract';
import { flushPromises } from '@vue/test-utils';
import { afterEach, expect, test, vi } from 'vitest';
import { answer, calls, forget } from '../../app/testing/fake-api.ts';
import { mountPage } from '../../app/testing/mount-page.ts';
import CreateToken from './CreateToken.vue';
import TokensPage from './TokensPage.vue';

vi.mock('../../api/call.ts', () => import('../../app/testing/fake-api.ts'));
vi.mock('../../api/live.ts', () => import('../../app/testing/fake-api.ts'));
afterEach(forget);

const token = {
  id: '01900000-0000-7000-8000-000000000001',
  name: 'pipeline',
  user: 'li',
  scopes: [{ role: 'developer', scope: { kind: 'namespace', cluster: 'berlin', namespace: 'shop' } }],
  state: 'active',
  createdAt: '2026-01-01T00:00:00Z',
  expiresAt: '2026-02-01T00:00:00Z',
  lastUsedAt: null,
  revokedAt: null,
  revokedBy: null,
};

test('own tokens are made and revoked; who may not revoke others’ has no button', async () => {
  answer(endpoints.listOwnTokens, () => ({ tokens: [token] }));
  answer(endpoints.listTokens, () => ({ tokens: [{ ...token, user: 'ada' }] }));
  const own = await mountPage(TokensPage, { props: { isOwn: true }, rights: [] });
  expect(own.text()).toContain('pipeline');
  expect(own.text()).toContain('berlin/shop');
  expect(own.text()).toContain('Never');
  expect(own.text()).toContain('Create API token');
  expect(own.text()).toContain('Revoke');
  own.page.unmount();
  const all = await mountPage(TokensPage, { props: { isOwn: false }, rights: [['/tokens', 'GET']] });
  expect(all.text()).toContain('ada');
  expect(all.text()).not.toContain('Create API token');
  expect(all.text()).not.toContain('Revoke');
  all.page.unmount();
});

test('a new token asks for a place, and is shown once', async () => {
  answer(endpoints.listRoles, () => ({ items: [] }));
  answer(endpoints.createToken, () => ({ token, secret: 'pilothouse_very-secret' }));
  const { page, text } = await mountPage(CreateToken);
  const type = async (id: string, value: string) => {
    const input = document.querySelector<HTMLInputElement>(id);
    if (input === null) throw new Error(`no ${id}`);
    input.value = value;
    input.dispatchEvent(new Event('input'));
    await flushPromises();
  };
  const ok = async () => {
    page.findComponent({ name: 'AModal' }).vm.$emit('ok');
    await flushPromises();
  };
  await type('#token-name', 'pipeline');
  page.findAllComponents({ name: 'ASelect' }).at(1)?.vm.$emit('change', 'developer');
  await ok();
  // a node is not chosen yet
  expect(calls.some(({ endpoint }) => endpoint === endpoints.createToken.id)).toBe(false);
  page.findComponent({ name: 'ARadioGroup' }).vm.$emit('change', { target: { value: 'namespace' } });
  await flushPromises();
  page.findAllComponents({ name: 'ASelect' }).at(2)?.vm.$emit('change', 'berlin');
  await type('#token-0-namespace', 'shop');
  await ok();
  await vi.waitUntil(() => text().includes('API token pipeline'));
  expect(calls.find(({ endpoint }) => endpoint === endpoints.createToken.id)?.input).toEqual({
    body: {
      name: 'pipeline',
      expiresInSeconds: 30 * 86_400,
      scopes: [{ role: 'developer', scope: { kind: 'namespace', cluster: 'berlin', namespace: 'shop' } }],
    },
  });
  expect(text()).toContain('pilothouse_very-secret');
  expect(text()).toContain('Bearer ••••');
  page.unmount();
});
