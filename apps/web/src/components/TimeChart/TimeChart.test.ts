import { flushPromises, mount } from '@vue/test-utils';
import { createPinia } from 'pinia';
import { afterEach, expect, test, vi } from 'vitest';
import { createI18n } from 'vue-i18n';
import chart from '../../app/i18n/en-US/chart.json' with { type: 'json' };
import resources from '../../app/i18n/en-US/resources.json' with { type: 'json' };
import type { TimeBand, TimeSeries } from './time-series.ts';
import TimeChart from './TimeChart.vue';
// loaded here, so that the page need not wait for it
import './TimePlot.vue';

const minute = 60_000;
const times = [0, 1, 2, 3].map((each) => Date.UTC(2026, 0, 1) + each * minute);
const used: TimeSeries = {
  key: 'used',
  name: 'Used',
  values: [100, null, 300, 200],
  look: 'area',
  tone: 'primary',
};
const limit: TimeSeries = {
  ...used,
  key: 'limit',
  name: 'Limit',
  values: [400, 400, 400, 400],
  look: 'bound',
};

let page: ReturnType<typeof mountChart> | undefined;
afterEach(() => page?.unmount());

function mountChart(series: TimeSeries[], bands: TimeBand[] = []) {
  const i18n = createI18n({ legacy: false, locale: 'en-US', messages: { 'en-US': { chart, resources } } });
  // happy-dom lays nothing out
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(220);
  return mount(TimeChart, {
    props: { title: 'Memory', times, series, bands, format: (value: number) => `${value}Mi` },
    global: { plugins: [i18n, createPinia()] },
    attachTo: document.body,
  });
}

/** The pieces each line is drawn in: a gap ends one. */
function piecesOf(root: Element): number[] {
  return [...root.querySelectorAll('svg path[fill=none][stroke-width]')]
    .map((path) => path.getAttribute('d')?.match(/M/g)?.length ?? 0)
    .filter((pieces) => pieces > 0);
}

test('lines are drawn and told in numbers; what is missing is a gap, not a zero', async () => {
  page = mountChart([used, limit]);
  await vi.waitUntil(() => page?.find('svg').exists());
  const rows = page.findAll('tbody tr').map((row) => row.text().replaceAll(/\s+/g, ' '));
  expect(rows).toEqual(['Used200Mi200Mi300Mi', 'Limit400Mi400Mi400Mi']);
  const drawn = page.get('svg').html();
  expect(drawn).toContain('stroke-dasharray');
  expect(piecesOf(page.get('svg').element)).toContain(2);
  await page.setProps({ series: [{ ...used, values: [100, 150, 300, 200] }] });
  await flushPromises();
  expect(page.get('svg').html()).not.toContain('stroke-dasharray');
  expect(piecesOf(page.get('svg').element)).not.toContain(2);
});

test('where nothing but a stretch that stands out is known, that is drawn', async () => {
  const [from = 0, to = 0] = times;
  page = mountChart(
    [{ ...used, values: [null, null, null, null] }],
    [{ from, to, tone: 'error', text: 'Unreachable' }],
  );
  await vi.waitUntil(() => page?.find('svg').exists());
  expect(page.text()).not.toContain('no data');
  expect(page.get('tbody tr').text()).toBe('Used–––');
});

test('without a single value it says so and takes the same room', async () => {
  page = mountChart([{ ...used, values: [null, null, null, null] }]);
  await flushPromises();
  expect(page.text()).toContain('no data');
  expect(page.find('table').exists()).toBe(false);
  expect(page.get('.place').attributes('style')).toContain('height: 220px');
});
