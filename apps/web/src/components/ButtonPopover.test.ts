import { mount } from '@vue/test-utils';
import { Button } from 'ant-design-vue';
import { afterEach, expect, test, vi } from 'vitest';
import { h } from 'vue';
import ButtonPopover from './ButtonPopover.vue';

let close = () => undefined as void;
afterEach(() => close());

const focused = () => document.activeElement?.textContent;
function press(key: string, shiftKey = false) {
  const event = new KeyboardEvent('keydown', { key, shiftKey, bubbles: true, cancelable: true });
  document.activeElement?.dispatchEvent(event);
  return event;
}

async function open() {
  const popover = mount(ButtonPopover, {
    attachTo: document.body,
    slots: {
      default: () => h(Button, () => 'Columns'),
      content: () => ['one', 'two'].map((name) => h('button', name)),
    },
  });
  close = () => popover.unmount();
  await popover.get('button').trigger('click');
  await vi.waitFor(() => expect(focused()).toBe('one'));
  return () => popover.get('button').attributes('aria-expanded');
}

test('what opens has the focus; Escape gives it back to the button', async () => {
  const isExpanded = await open();
  expect(isExpanded()).toBe('true');
  press('Escape');
  expect(focused()).toBe('Columns');
  await vi.waitFor(() => expect(isExpanded()).toBe('false'));
});

test('Tab goes through it, and at its end on from the button', async () => {
  await open();
  expect(press('Tab').defaultPrevented).toBe(false);
  expect(focused()).toBe('one');
  [...document.querySelectorAll('button')].find(({ textContent }) => textContent === 'two')?.focus();
  expect(press('Tab').defaultPrevented).toBe(false);
  expect(focused()).toBe('Columns');
});

test('Shift-Tab at its beginning goes back to the button', async () => {
  await open();
  expect(press('Tab', true).defaultPrevented).toBe(true);
  expect(focused()).toBe('Columns');
});
