import { endpoints } from '@pilothouse/contract';
import { afterEach, expect, test, vi } from 'vitest';
import { answer, forget } from '../../../app/testing/fake-api.ts';
import { mountPage } from '../../../app/testing/mount-page.ts';
import TimeChart from '../../../components/TimeChart/TimeChart.vue';
import ProbeHistory from './ProbeHistory.vue';

vi.mock('../../../api/call.ts', () => import('../../../app/testing/fake-api.ts'));
vi.mock('../../../api/live.ts', () => import('../../../app/testing/fake-api.ts'));
afterEach(forget);

const start = Date.parse('2026-11-28T00:00:00Z') / 1000;

test('a day with a failure is not whole; its outages say why, the latest first, five at most', async () => {
  const minutes = Array.from({ length: 1440 }, (_, minute) => [
    start + minute * 60,
    minute % 200 === 100 ? null : 5,
    minute % 200 === 100 ? (minute === 100 ? 'timeout' : 'refused') : null,
  ]);
  answer(endpoints.getProbeHistory, () => ({
    from: '2026-11-28T00:00:00Z',
    to: '2026-11-29T00:00:00Z',
    minutes,
  }));
  const { page } = await mountPage(ProbeHistory, { props: { cluster: 'rome' } });
  expect(page.get('p').text()).toContain('99.5%');
  const items = page.findAll('li').map((li) => li.text());
  expect(items).toHaveLength(6);
  expect(items[0]).toContain('for 60s');
  expect(items[0]).toContain('refuses');
  expect(items.at(-1)).toBe('2 outages more');
  const chart = page.getComponent(TimeChart).props();
  expect(chart.bands?.map(({ text }) => text).filter((text) => text.includes('for 60s'))).toHaveLength(7);
  expect(chart.bands?.[0]).toMatchObject({ from: (start + 6000) * 1000, to: (start + 6060) * 1000 });
  expect(chart.series[0]?.values[chart.times.indexOf((start + 6000) * 1000)]).toBeNull();
  page.unmount();
});

test('a cluster that was not probed says so', async () => {
  answer(endpoints.getProbeHistory, () => ({
    from: '2026-11-28T00:00:00Z',
    to: '2026-11-29T00:00:00Z',
    minutes: [],
  }));
  const { page } = await mountPage(ProbeHistory, { props: { cluster: 'rome' } });
  expect(page.get('p').text()).toBe('Nobody probed it');
  expect(page.findAll('li')).toHaveLength(0);
  expect(page.findComponent(TimeChart).exists()).toBe(false);
  page.unmount();
});
