import { endpoints } from '@pilothouse/contract';
import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keepFocus } from '../../../app/keep-focus.ts';
import { answer, forget } from '../../../app/testing/fake-api.ts';
import { mountPage } from '../../../app/testing/mount-page.ts';
import RegisterClusterPage from './RegisterClusterPage.vue';

vi.mock('../../../api/call.ts', () => import('../../../app/testing/fake-api.ts'));
vi.mock('../../../api/live.ts', () => import('../../../app/testing/fake-api.ts'));

let close = () => undefined as void;
beforeEach(() => {
  // nothing is laid out here: an element is seen unless it or what holds it is hidden
  Element.prototype.checkVisibility = function checkVisibility() {
    return this.closest('[style*="none"], [hidden]') === null;
  };
});
afterEach(() => {
  close();
  forget();
});

const context = {
  name: 'berlin',
  server: 'https://192.0.2.1:6443',
  user: 'admin',
  namespace: null,
  authentication: 'token',
  insecureSkipTlsVerify: false,
  tlsServerName: null,
  caExpiresAt: null,
  certificateExpiresAt: null,
  current: true,
  loopback: false,
  problems: [],
  warnings: [],
  refusals: [],
};
const probe = {
  at: '2026-01-01T00:00:00Z',
  ok: true,
  reason: null,
  detail: null,
  version: 'v1.36.0',
  latencyMs: 3,
};

test('by keyboard each step begins at its first field', async () => {
  const { page } = await mountPage(RegisterClusterPage, {
    at: '/register-cluster',
    routes: [{ path: '/register-cluster', component: { render: () => null } }],
  });
  const main = document.createElement('main');
  document.body.append(main);
  main.append(page.element);
  const kept = keepFocus(document.body);
  // as a browser does it: what is hidden loses the focus
  const hidden = new MutationObserver(() => {
    if (document.activeElement?.checkVisibility() === false) (document.activeElement as HTMLElement).blur();
  });
  hidden.observe(document.body, { subtree: true, attributes: true });
  close = () => {
    hidden.disconnect();
    kept.stop();
    page.unmount();
    main.remove();
  };
  answer(endpoints.inspectKubeconfig, () => ({
    contexts: [context],
    dropped: [],
    warnings: [],
    suggestedName: 'berlin',
    probe: { ...probe, nodes: 3 },
  }));
  await page.get('#kubeconfig').setValue('apiVersion: v1');
  const press = async (text: string) => {
    const button = page.findAll('button').find((each) => each.text() === text && each.isVisible());
    (button?.element as HTMLElement | undefined)?.focus();
    await button?.trigger('click');
    await flushPromises();
  };
  await press('Check');
  await vi.waitFor(() => expect(document.activeElement?.outerHTML.slice(0, 300)).toContain('radio'));
  await press('Continue');
  await vi.waitFor(() => expect(document.activeElement?.id).toBe('cluster-name'));
});
