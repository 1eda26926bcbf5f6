import { mount } from '@vue/test-utils';
import { beforeEach, expect, test, vi } from 'vitest';
import { createI18n } from 'vue-i18n';
import common from '../app/i18n/en-US/common.json' with { type: 'json' };
import SearchInput from './SearchInput.vue';

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

function mountSearch(value = '') {
  const i18n = createI18n({ legacy: false, locale: 'en-US', messages: { 'en-US': { common } } });
  const wrapper = mount(SearchInput, { props: { value, label: 'Find' }, global: { plugins: [i18n] } });
  const input = wrapper.get('input');
  const type = async (text: string) => {
    for (let length = 1; length <= text.length; length += 1) {
      await input.setValue(text.slice(0, length));
      await vi.advanceTimersByTimeAsync(100);
    }
  };
  return { wrapper, input, type, told: () => wrapper.emitted('search') ?? [] };
}

test('what is typed is told once, when the typing pauses', async () => {
  const { type, told } = mountSearch();
  await type('web-7');
  expect(told()).toEqual([]);
  await vi.advanceTimersByTimeAsync(300);
  expect(told()).toEqual([['web-7']]);
});

test('Enter and clearing do not wait, and nothing is told twice', async () => {
  const { wrapper, input, type, told } = mountSearch();
  await type('web');
  await input.trigger('keydown', { key: 'Enter', keyCode: 13 });
  expect(told()).toEqual([['web']]);
  await wrapper.setProps({ value: 'web' });
  await vi.advanceTimersByTimeAsync(1000);
  await input.setValue('');
  expect(told()).toEqual([['web'], ['']]);
});

test('another filter from outside is shown, unless somebody is typing', async () => {
  const { wrapper, input, type } = mountSearch('web');
  await wrapper.setProps({ value: 'api' });
  expect(input.element.value).toBe('api');
  await type('db');
  await wrapper.setProps({ value: 'cart' });
  expect(input.element.value).toBe('db');
});
