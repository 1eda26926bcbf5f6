import { flushPromises, mount } from '@vue/test-utils';
import { Button, Menu } from 'ant-design-vue';
import { afterEach, expect, test, vi } from 'vitest';
import { h } from 'vue';
import MenuDropdown from './MenuDropdown.vue';

let close = () => undefined as void;
afterEach(() => close());

function open(onClick: (key: string) => void) {
  const items = ['profile', 'language', 'signOut'].map((key) => ({ key, label: key }));
  const wrapper = mount(MenuDropdown, {
    attachTo: document.body,
    slots: {
      default: () => h(Button, () => 'Li'),
      menu: () => h(Menu, { items, onClick: ({ key }) => onClick(String(key)) }),
    },
  });
  close = () => wrapper.unmount();
  return wrapper;
}
const focused = () => document.activeElement?.textContent;
function press(key: string) {
  document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
}

test('a menu opens with its first item, arrows go through it, Enter chooses, Escape goes back to the button', async () => {
  const chosen: string[] = [];
  const menu = open((key) => chosen.push(key));
  await menu.get('button').trigger('click');
  await vi.waitFor(() => expect(focused()).toBe('profile'));
  expect(menu.get('button').attributes('aria-expanded')).toBe('true');
  press('ArrowDown');
  expect(focused()).toBe('language');
  press('ArrowUp');
  press('ArrowUp');
  expect(focused()).toBe('signOut');
  press('Escape');
  expect(focused()).toBe('Li');
  expect(chosen).toEqual([]);
  await flushPromises();

  await menu.get('button').trigger('click');
  await vi.waitFor(() => expect(focused()).not.toBe('Li'));
  press('End');
  press('Enter');
  expect(chosen).toEqual(['signOut']);
  expect(focused()).toBe('Li');
});
