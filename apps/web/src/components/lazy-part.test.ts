import { flushPromises, mount } from '@vue/test-utils';
import { afterEach, expect, test, vi } from 'vitest';
import { h, type Component } from 'vue';
import { lazyPart, preloadPart } from './lazy-part.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('a skeleton stands for a part that takes its time, until it is there', async () => {
  vi.useFakeTimers();
  let arrive: (part: Component) => void = () => undefined;
  const Part = lazyPart(() => new Promise((resolve) => (arrive = resolve)));
  const page = mount({ render: () => h(Part) });
  expect(page.find('.ant-skeleton').exists()).toBe(false);
  await vi.advanceTimersByTimeAsync(250);
  expect(page.find('.ant-skeleton').exists()).toBe(true);
  arrive({ render: () => h('p', 'there') });
  await flushPromises();
  expect(page.html()).toBe('<p>there</p>');
});

test('a part can be begun before it is shown, and a failure is told when it is', async () => {
  const loader = vi.fn<() => Promise<Component>>(() => Promise.reject(new Error('offline')));
  preloadPart(lazyPart(loader));
  await flushPromises();
  expect(loader).toHaveBeenCalledOnce();
  preloadPart({ render: () => h('p') });
  preloadPart(undefined);
});
