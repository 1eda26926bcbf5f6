import type { LineSeriesOption } from 'echarts/charts';
import type { EChartsCoreOption } from 'echarts/core';
import type { TimeBand, TimeSeries } from './time-series.ts';

/** Everything a plot is drawn from. */
export interface Plot {
  /** Milliseconds, ascending. */
  times: number[];
  series: TimeSeries[];
  bands: TimeBand[];
  format: (value: number) => string;
  /** Amounts are told by powers of two: the lines across stand at such. */
  isBinary?: boolean;
  /** A colour of the theme by its name in the palette. */
  colour: (name: string) => string;
  /** As CSS has it: how long a label is can be told only of a font that has a name. */
  font: string;
  locale: string;
}

const dayMs = 86_400_000;
const aroundMs = 60_000;

function timeText(locale: string, options: Intl.DateTimeFormatOptions): (time: number) => string {
  const format = new Intl.DateTimeFormat(locale, options);
  return (time) => format.format(time);
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? sign);

function lineOf({ key, name, values, look, tone }: TimeSeries, plot: Plot): LineSeriesOption {
  const colour = plot.colour(tone === 'soft' ? 'text-soft' : tone);
  return {
    id: key,
    name,
    type: 'line',
    // a line of one point is none
    showSymbol: values.filter((value) => value !== null).length === 1,
    connectNulls: false,
    color: colour,
    data: values.map((value, index) => [plot.times[index] ?? 0, value]),
    lineStyle: { width: look === 'area' ? 1.5 : 1, type: look === 'bound' ? 'dashed' : 'solid' },
    ...(look === 'bound' ? { step: 'end' as const } : {}),
    ...(look === 'area' ? { areaStyle: { opacity: 0.14 } } : {}),
    emphasis: { disabled: true },
  };
}

/** Bands belong to a line of their own: without one of the others they stay. */
function bandsOf({ bands, colour }: Plot): LineSeriesOption[] {
  if (bands.length === 0) return [];
  return [
    {
      id: 'bands',
      type: 'line',
      data: [],
      markArea: {
        silent: true,
        label: { show: false },
        data: bands.map(({ from, to, tone, text }) => [
          {
            name: text,
            xAxis: from,
            itemStyle: { color: colour(tone === 'soft' ? 'text-soft' : tone), opacity: 0.18 },
          },
          { xAxis: to },
        ]),
      },
    },
  ];
}

/** Lines across at round amounts of Ki, Mi and Gi: three or four. */
function binaryTicks(series: readonly TimeSeries[]) {
  const peak = series
    .flatMap(({ values }) => values)
    .reduce<number>((most, value) => Math.max(most, value ?? 0), 1);
  const interval = 2 ** Math.ceil(Math.log2(peak / 3));
  return { interval, max: interval * Math.ceil(peak / interval) };
}

/** The plot as ECharts takes it. */
export function plotOption(plot: Plot): EChartsCoreOption {
  const { times, series, bands, format, isBinary = false, colour, font, locale } = plot;
  const span = (times.at(-1) ?? 0) - (times[0] ?? 0);
  // a single moment would be drawn on an axis of a day
  const around = span === 0 ? aroundMs : 0;
  const clock = { hour: '2-digit', minute: '2-digit' } as const;
  const inMinutes = span < 10 * aroundMs ? ({ ...clock, second: '2-digit' } as const) : clock;
  const short = timeText(locale, span > 2 * dayMs ? { month: 'short', day: 'numeric' } : inMinutes);
  const long = timeText(locale, {
    month: 'short',
    day: 'numeric',
    ...clock,
    ...(span < dayMs / 2 ? { second: '2-digit' } : {}),
  });
  const line = { lineStyle: { color: colour('border') } };
  const label = { color: colour('text-soft'), fontSize: 11, hideOverlap: true };
  return {
    animation: false,
    // what it shows stands in words beside it
    aria: { enabled: false },
    textStyle: { fontFamily: font },
    grid: {
      left: 8,
      // half of the longest label
      right: 32,
      top: 12,
      bottom: 34,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    xAxis: {
      type: 'time',
      min: (times[0] ?? 0) - around,
      max: (times.at(-1) ?? 0) + around,
      axisLine: line,
      axisTick: line,
      splitLine: { show: false },
      axisLabel: { ...label, formatter: short },
    },
    yAxis: {
      type: 'value',
      min: 0,
      splitNumber: 3,
      ...(isBinary && binaryTicks(series)),
      splitLine: line,
      axisLabel: { ...label, formatter: format },
    },
    tooltip: {
      trigger: 'axis',
      confine: true,
      transitionDuration: 0,
      backgroundColor: colour('raised'),
      borderColor: colour('border'),
      textStyle: { color: colour('text'), fontSize: 12 },
      formatter: (hovered: unknown) => tooltipOf(hovered as Hovered[], { long, format, bands }),
    },
    dataZoom: [
      // the wheel alone turns the page
      { type: 'inside', zoomOnMouseWheel: 'ctrl', moveOnMouseWheel: false },
      {
        type: 'slider',
        height: 16,
        bottom: 4,
        showDetail: false,
        brushSelect: false,
        borderColor: colour('border'),
        fillerColor: `${colour('primary')}22`,
        handleStyle: { color: colour('surface'), borderColor: colour('tick') },
        moveHandleStyle: { color: colour('tick') },
        dataBackground: { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } },
        selectedDataBackground: { lineStyle: { opacity: 0 }, areaStyle: { opacity: 0 } },
      },
    ],
    series: [...series.map((each) => lineOf(each, plot)), ...bandsOf(plot)],
  };
}

interface Hovered {
  seriesName?: string;
  value: [number, number | null];
  color: string;
}

function tooltipOf(
  hovered: Hovered[],
  { long, format, bands }: { long: (time: number) => string; format: Plot['format']; bands: TimeBand[] },
): string {
  const at = hovered[0]?.value[0];
  if (at === undefined) return '';
  const lines = hovered.map(
    ({ seriesName = '', value: [, amount], color }) =>
      `<span style="color:${escaped(color)}">■</span> ${escaped(seriesName)}: <b>${amount === null ? '–' : escaped(format(amount))}</b>`,
  );
  const marked = bands.filter(({ from, to }) => from <= at && at <= to).map(({ text }) => escaped(text));
  return [escaped(long(at)), ...lines, ...marked].join('<br>');
}
