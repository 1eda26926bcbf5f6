import { DeleteOutlined, PauseCircleOutlined } from '@ant-design/icons-vue';
import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import { defineComponent, h } from 'vue';
import { plainIcon } from './plain-icon.ts';

test('an icon is drawn as the library draws it, without the library’s components', () => {
  for (const icon of [DeleteOutlined, PauseCircleOutlined]) {
    const plain = mount(plainIcon(icon));
    const paths = (element: Element) => [...element.querySelectorAll('path')].map((path) => path.outerHTML);
    expect(paths(plain.element)).toEqual(paths(mount(icon).element));
    expect(paths(plain.element)).not.toEqual([]);
    expect(plain.findAllComponents({ name: 'AntdIcon' })).toEqual([]);
    expect(plainIcon(icon)).toBe(plainIcon(icon));
  }
});

test('a component that is none of the library’s icons stays itself', () => {
  const own = defineComponent(() => () => h('i'));
  expect(plainIcon(own)).toBe(own);
});
