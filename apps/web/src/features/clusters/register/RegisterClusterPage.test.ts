import { endpoints } from '@pilothouse/contract';
import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '../../../api/api-error.ts';
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

/** The page with a kubeconfig pasted; `press` a button as somebody at the keyboard does. */
async function open() {
  const { page } = await mountPage(RegisterClusterPage, {
    at: '/register-cluster',
    routes: [{ path: '/register-cluster', component: { render: () => null } }],
  });
  close = () => page.unmount();
  answer(endpoints.inspectKubeconfig, () => ({
    contexts: [context],
    dropped: [],
    warnings: [],
    suggestedName: 'berlin',
    probe: { ...probe, nodes: 3 },
  }));
  await page.get('#kubeconfig').setValue('apiVersion: v1');
  const button = (text: string) =>
    page.findAll('button').find((each) => each.text() === text && each.isVisible());
  const press = async (text: string) => {
    (button(text)?.element as HTMLElement | undefined)?.focus();
    await button(text)?.trigger('click');
    await flushPromises();
  };
  return { page, button, press };
}

test('by keyboard each step begins at its first field', async () => {
  const { page, press } = await open();
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
  await press('Check');
  await vi.waitFor(() => expect(document.activeElement?.outerHTML.slice(0, 300)).toContain('radio'));
  await press('Continue');
  await vi.waitFor(() => expect(document.activeElement?.id).toBe('cluster-name'));
});

test('a choice that is refused says what to set, and nobody can go on with it', async () => {
  const { page, button, press } = await open();
  await press('Check');
  expect(button('Continue')?.attributes('disabled')).toBeUndefined();
  answer(endpoints.inspectKubeconfig, () => {
    throw new ApiError(400, {
      code: 'addressForbidden',
      message: 'x',
      params: { address: '127.0.0.1', reason: 'loopback' },
    });
  });
  await press('Test the connection');
  expect(page.text()).toContain('PILOTHOUSE_ALLOW_LOOPBACK_CLUSTERS=true');
  expect(page.text()).toContain('restart');
  expect(button('Continue')?.attributes('disabled')).toBeDefined();
});

test('the last step shows its own error, at the field that is wrong, and keeps what was typed', async () => {
  const { page, press } = await open();
  await press('Check');
  await press('Continue');
  await page.get('#cluster-name').setValue('harbour');
  answer(endpoints.createCluster, () => {
    const params = { what: 'harbour' };
    throw new ApiError(409, { code: 'conflict', message: 'x', params, field: 'body.name' });
  });
  (page.get('button[type=submit]').element as HTMLElement).focus();
  await page.get('form').trigger('submit');
  await vi.waitFor(() => expect(page.text()).toContain('harbour already exists'));
  const name = page.get<HTMLInputElement>('#cluster-name').element;
  expect(name.value).toBe('harbour');
  await vi.waitFor(() => expect(document.activeElement).toBe(name));
  answer(endpoints.createCluster, () => {
    throw new ApiError(0, { code: 'offline', message: 'x' });
  });
  await page.get('form').trigger('submit');
  await vi.waitFor(() =>
    expect(page.get('form [role=alert]').text()).toContain('Pilothouse does not answer'),
  );
  expect(name.value).toBe('harbour');
});
