import { expect, test } from 'vitest';
import { probeSeries } from './probe-series.ts';

const start = Date.parse('2026-11-28T00:00:00Z');
const at = (minute: number) => start + minute * 60_000;
const line = (minute: number, latency: number | null, reason: 'timeout' | 'refused' | null = null) =>
  [at(minute) / 1000, latency, reason] as [number, number | null, typeof reason];
const history = (minutes: ReturnType<typeof line>[]) => ({
  from: new Date(start).toISOString(),
  to: new Date(at(1440)).toISOString(),
  minutes,
});

test('failures in a row are one outage, with its reasons; a good probe ends it', () => {
  const { outages, probed, good } = probeSeries(
    history([
      line(1, 5),
      line(2, null, 'timeout'),
      line(3, null, 'refused'),
      line(4, null, 'timeout'),
      line(5, 6),
      line(6, null, 'timeout'),
    ]),
  );
  expect(outages).toEqual([
    { from: at(2), to: at(5), reasons: ['timeout', 'refused'] },
    { from: at(6), to: at(7), reasons: ['timeout'] },
  ]);
  expect([probed, good]).toEqual([6, 2]);
});

test('neither the line nor an outage goes on where nobody asked', () => {
  const { times, latency, outages } = probeSeries(
    history([
      line(1, null, 'timeout'),
      line(3, 4),
      line(10, 5),
      line(20, null, 'timeout'),
      line(90, null, 'timeout'),
    ]),
  );
  const values = new Map(times.map((time, index) => [(time - start) / 60_000, latency[index]]));
  expect(values.get(3)).toBe(4);
  expect(values.get(4)).toBeNull();
  expect(values.get(10)).toBe(5);
  expect(outages.map(({ from }) => (from - start) / 60_000)).toEqual([1, 20, 90]);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  // the axis is the whole day
  expect([times[0], times.at(-1)]).toEqual([start, at(1440)]);
});

test('a cluster that was never probed has an empty day', () => {
  expect(probeSeries(history([]))).toEqual({
    times: [start, at(1440)],
    latency: [null, null],
    outages: [],
    probed: 0,
    good: 0,
  });
});
