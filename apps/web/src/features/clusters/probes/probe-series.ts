import type { endpoints, OutputOf } from '@pilothouse/contract';

type History = OutputOf<typeof endpoints.getProbeHistory>;
type Reason = NonNullable<History['minutes'][number][2]>;

/** A stretch in which every probe failed. */
export interface Outage {
  /** Milliseconds. */
  from: number;
  to: number;
  /** Why, in the order in which that was met. */
  reasons: Reason[];
}

export interface ProbeSeries {
  /** Milliseconds, ascending. */
  times: number[];
  /** Latency in milliseconds; null is a gap: it failed, or nobody asked. */
  latency: (number | null)[];
  outages: Outage[];
  /** Minutes that were probed, and of these the ones without a failure. */
  probed: number;
  good: number;
}

const minuteMs = 60_000;
/** A minute without a probe is nothing yet: a probe may fall a little later. */
const gapMs = 2.5 * minuteMs;

/** What a day of probes says. */
export function probeSeries({ from, to, minutes }: History): ProbeSeries {
  const series: ProbeSeries = { times: [], latency: [], outages: [], probed: minutes.length, good: 0 };
  const add = (time: number, latency: number | null) => {
    series.times.push(time);
    series.latency.push(latency);
  };
  add(Date.parse(from), null);
  let open: Outage | undefined;
  for (const [seconds, latencyMs, reason] of minutes) {
    const time = seconds * 1000;
    const before = series.times.at(-1) ?? time;
    // across a gap neither the line nor an outage goes on
    if (time - before > gapMs) {
      add(before + minuteMs, null);
      open = undefined;
    }
    add(time, reason === null ? latencyMs : null);
    if (reason === null) {
      series.good += 1;
      open = undefined;
      continue;
    }
    if (open === undefined) series.outages.push((open = { from: time, to: time, reasons: [] }));
    open.to = time + minuteMs;
    if (!open.reasons.includes(reason)) open.reasons.push(reason);
  }
  add(Date.parse(to), null);
  return series;
}
