import { endpoints } from '@pilothouse/contract';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '../../api/api-error.ts';
import { portForwards } from '../../api/port-forwards.ts';
import { answer, calls, forget } from '../../app/testing/fake-api.ts';
import { mountPage, type GivenRight } from '../../app/testing/mount-page.ts';
import PodPorts from './PodPorts.vue';

vi.mock('../../api/call.ts', () => import('../../app/testing/fake-api.ts'));
vi.mock('../../api/live.ts', () => import('../../app/testing/fake-api.ts'));

const forward = {
  id: '01a20000-0000-7000-8000-000000000001',
  cluster: 'quay',
  namespace: 'shop',
  pod: 'web-0',
  port: 8080,
  createdAt: '2026-11-28T22:00:00Z',
};
const url = 'http://f.localhost:8800/.pilothouse/enter?ticket=t';
const opened = vi.fn<typeof window.open>();
let close = () => undefined as void;

beforeEach(() => {
  forget();
  portForwards.value = [];
  document.body.innerHTML = '';
  vi.stubGlobal('open', opened);
  opened.mockReset();
});
afterEach(() => {
  close();
  vi.unstubAllGlobals();
});

async function mount(rights: GivenRight[] = [['k8s/core/pods/portforward', 'create']]) {
  const mounted = await mountPage(PodPorts, {
    props: { cluster: 'quay', namespace: 'shop', pod: 'web-0', ports: [{ name: 'http', port: 8080 }] },
    rights,
  });
  close = () => mounted.page.unmount();
  return mounted;
}
async function click(label: string) {
  const button = [...document.querySelectorAll('button')].find((each) => each.textContent?.trim() === label);
  expect([label, button !== undefined]).toEqual([label, true]);
  button?.click();
  await vi.dynamicImportSettled();
}

test('a port opens in a new tab that cannot reach back, is listed, and can be stopped', async () => {
  answer(endpoints.openPortForward, () => ({ ...forward, url }));
  const { text, page } = await mount();
  await click('Open 8080 (http)');
  await expect.poll(() => opened.mock.calls).toEqual([[url, '_blank', 'noopener']]);
  expect(calls.at(-1)?.input.body).toEqual({ cluster: 'quay', namespace: 'shop', pod: 'web-0', port: 8080 });
  // where the browser lets no tab open
  expect(page.find(`a[href="${url}"]`).attributes('rel')).toContain('noopener');
  expect(text()).toContain('web-0:8080');
  answer(endpoints.stopPortForward, () => undefined);
  await click('Stop');
  await expect.poll(text).not.toContain('web-0:8080');
});

test('without the right nothing is offered; a refusal is told', async () => {
  await mount([['k8s/core/pods/exec', 'create']]);
  expect(document.querySelectorAll('button').length).toBe(0);
  close();
  answer(endpoints.openPortForward, () => {
    throw new ApiError(409, { code: 'portForwardOff', message: 'off' });
  });
  const { text } = await mount();
  await click('Open 8080 (http)');
  await expect.poll(text).toContain('PILOTHOUSE_FORWARD_URL is missing');
});
