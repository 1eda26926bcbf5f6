import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import { createI18n } from 'vue-i18n';
import resources from '../app/i18n/en-US/resources.json' with { type: 'json' };
import usage from '../app/i18n/en-US/usage.json' with { type: 'json' };
import UsageBar from './UsageBar.vue';

const bar = (props: object) =>
  mount(UsageBar, {
    props: { resource: 'cpu', allocatable: 8000, requested: 2000, used: 2000, ...props } as never,
    global: {
      plugins: [createI18n({ legacy: false, locale: 'en-US', messages: { 'en-US': { resources, usage } } })],
    },
  });

test('use is a share of what is measured, requests of everything', () => {
  expect(bar({}).text()).toBe('25%25%');
  expect(bar({ measured: 8000 }).attributes('title')).not.toContain('only');
  const half = bar({ measured: 4000 });
  expect(half.text()).toBe('50%25%');
  expect(half.attributes('title')).toContain('measured on nodes with 4 only');
});

test('nothing known is no data; one known is shown beside a dash', () => {
  expect(bar({ allocatable: null }).text()).toBe('no data');
  expect(bar({ used: null, measured: null }).text()).toBe('–25%');
});
