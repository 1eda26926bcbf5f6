import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createMemoryHistory, createRouter, type Router } from 'vue-router';
import { focusContent } from './focus-content.ts';

let router: Router;
beforeEach(async () => {
  vi.useFakeTimers();
  document.body.innerHTML =
    '<nav><a href="#" id="link">Pods</a></nav><main tabindex="-1"><input id="filter"></main>';
  const component = { render: () => null };
  router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:page', component }] });
  focusContent(router);
  await router.push('/first');
  await vi.advanceTimersByTimeAsync(1000);
});
afterEach(() => {
  vi.useRealTimers();
  document.body.innerHTML = '';
});
const focus = (selector: string) => document.querySelector<HTMLElement>(selector)?.focus();
async function focusedAfter(path: string) {
  await router.push(path);
  await vi.advanceTimersByTimeAsync(1000);
  return document.activeElement?.id || document.activeElement?.localName;
}

test('a new page takes the focus from the menu and from what is gone', async () => {
  expect(document.activeElement).toBe(document.body);
  focus('#link');
  expect(await focusedAfter('/second')).toBe('main');
  (document.activeElement as HTMLElement).blur();
  expect(await focusedAfter('/third')).toBe('main');
});

test('a filter and a field of the page keep it', async () => {
  focus('#link');
  expect(await focusedAfter('/first?q=a')).toBe('link');
  focus('#filter');
  expect(await focusedAfter('/second')).toBe('filter');
});
