import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import { createI18n } from 'vue-i18n';
import { messages } from '../../app/i18n/en-US/index.ts';
import HealthState from './HealthState.vue';

function shown(throttledPercent: number | null): string {
  const health = { state: 'healthy', since: null, lastProbe: null, throttledPercent } as const;
  const i18n = createI18n({ legacy: false, locale: 'en-US', messages: { 'en-US': messages } });
  return mount(HealthState, { props: { health }, global: { plugins: [i18n] } }).text();
}

test('a cluster that is read more slowly than it sends is shown as throttled, with the figure', () => {
  expect(shown(30)).toBe('HealthyThrottled to 30% of a core');
  expect(shown(null)).toBe('Healthy');
});
