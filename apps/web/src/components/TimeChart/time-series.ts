/** One line of a chart over time; its values stand beside the chart's times. */
export interface TimeSeries {
  key: string;
  name: string;
  /** Null is a gap, which is not zero. */
  values: (number | null)[];
  /** `area` is what was measured, `line` beside it; `bound` is a promise or a border: dashed, in steps. */
  look: 'area' | 'line' | 'bound';
  tone: 'primary' | 'success' | 'warning' | 'error' | 'soft';
}

/** A stretch of time that stands out, and why. */
export interface TimeBand {
  from: number;
  to: number;
  tone: 'warning' | 'error' | 'soft';
  text: string;
}

/** What there is to say of a line in numbers; null where it has no value at all. */
export interface SeriesSummary {
  last: number;
  mean: number;
  peak: number;
}

/** The numbers of a line; gaps count for nothing. */
export function summaryOf(values: readonly (number | null)[]): SeriesSummary | null {
  const known = values.filter((value) => value !== null);
  const last = known.at(-1);
  if (last === undefined) return null;
  const sum = known.reduce((total, value) => total + value, 0);
  const peak = known.reduce((most, value) => Math.max(most, value), -Infinity);
  return { last, mean: sum / known.length, peak };
}
