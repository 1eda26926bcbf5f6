import { expect, test } from 'vitest';
import { plotOption, type Plot } from './plot-option.ts';

const plot: Plot = {
  times: [0, 60_000],
  series: [],
  bands: [{ from: 0, to: 1000, tone: 'error', text: '<img src=x>' }],
  format: (value) => `${value}m`,
  colour: (name) => `#${name}`,
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

test('the wheel turns the page, with Ctrl it zooms', () => {
  const { dataZoom } = plotOption(plot) as { dataZoom: object[] };
  expect(dataZoom[0]).toMatchObject({ type: 'inside', zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false });
});
