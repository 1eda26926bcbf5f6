import { expect, test } from 'vitest';
import { plotOption, type Plot } from './plot-option.ts';

const plot: Plot = {
  times: [0, 60_000],
  series: [],
  bands: [{ from: 0, to: 1000, tone: 'error', text: '<img src=x>' }],
  format: (value) => `${value}m`,
  colour: (name) => `#${name}`,
  font: 'Sans',
  locale: 'en-US',
};

test('what a hover tells is text, whatever names contain', () => {
  const { tooltip } = plotOption(plot) as { tooltip: { formatter: (hovered: unknown) => string } };
  const html = tooltip.formatter([
    { seriesName: '<b onclick="x">', value: [0, 5], color: '#123' },
    { seriesName: 'gap', value: [0, null], color: '#123' },
  ]);
  expect(html).not.toContain('<img');
  expect(html).toContain('&lt;b onclick=&quot;x&quot;&gt;: <b>5m</b>');
  expect(html).toContain('gap: <b>–</b>');
});

test('amounts of bytes have their lines at powers of two; a single moment has some room', () => {
  const gi = 2 ** 30;
  const series = [
    { key: 'a', name: 'a', values: [null, 100 * gi], look: 'area', tone: 'primary' } as const,
    { key: 'b', name: 'b', values: [256 * gi, 256 * gi], look: 'bound', tone: 'error' } as const,
  ].map((each) => ({ ...each, values: [...each.values] }));
  const { yAxis } = plotOption({ ...plot, series, isBinary: true }) as { yAxis: object };
  expect(yAxis).toMatchObject({ interval: 128 * gi, max: 256 * gi });
  const { xAxis } = plotOption({ ...plot, times: [120_000] }) as { xAxis: object };
  expect(xAxis).toMatchObject({ min: 60_000, max: 180_000 });
});

test('a single value is a point, for there is no line', () => {
  const line = (values: (number | null)[]) => {
    const series = [{ key: 'a', name: 'a', values, look: 'area', tone: 'primary' } as const];
    return (plotOption({ ...plot, series }) as { series: object[] }).series[0];
  };
  expect(line([null, 5])).toMatchObject({ showSymbol: true });
  expect(line([4, 5])).toMatchObject({ showSymbol: false });
});

test('ticks a few seconds apart are told apart', () => {
  const { xAxis } = plotOption({ ...plot, times: [0, 60_000] }) as {
    xAxis: { axisLabel: { formatter: (time: number) => string } };
  };
  expect(xAxis.axisLabel.formatter(15_000)).not.toBe(xAxis.axisLabel.formatter(30_000));
});

test('the wheel turns the page, with Ctrl it zooms', () => {
  const { dataZoom } = plotOption(plot) as { dataZoom: object[] };
  expect(dataZoom[0]).toMatchObject({ type: 'inside', zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false });
});
