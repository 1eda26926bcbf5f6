import type { World } from './world.ts';

/** What a measure must stay within: its ratio to the reference, its difference from it, or its own value. */
export interface Limit {
  of: 'ratio' | 'difference' | 'value';
  most?: number;
  least?: number;
}

/** One line of the table. */
export interface Measure {
  what: string;
  ours: number;
  /** The same thing done the other way, in the same run and unit; null where the limit is of the value itself. */
  reference: number | null;
  referenceWhat: string;
  unit: 'ms' | 'MB' | 'kB' | 'MB/s' | 's' | 'µs' | '% of a core' | 'rows' | 'calls';
  limit: Limit;
  /** What a reader needs to judge the figures. */
  note?: string;
}

/** One bar. It throws where what it measured is not what it should have measured. */
export interface Bar {
  number: number;
  title: string;
  /** It needs real containers; where the machine can have none it is skipped. */
  needsRealNode?: boolean;
  run(world: World): Promise<Measure[]>;
}

/** What became of a bar. */
export type BarResult =
  | { bar: Bar; outcome: 'measured'; measures: Measure[]; seconds: number }
  | { bar: Bar; outcome: 'failed' | 'skipped'; reason: string; seconds: number };

/** The figure the limit is of. */
export function limitedFigure({ ours, reference, limit }: Measure): number {
  if (limit.of === 'value' || reference === null) return ours;
  return limit.of === 'ratio' ? ours / reference : ours - reference;
}

/** Whether a measure stays within its limit; one that is no number does not. */
export function passes(measure: Measure): boolean {
  const { most = Infinity, least = -Infinity } = measure.limit;
  const figure = limitedFigure(measure);
  return figure <= most && figure >= least;
}

/** Whether a bar did not do what it should; one that was skipped did not fail. */
export function failed(result: BarResult): boolean {
  return result.outcome === 'failed' || (result.outcome === 'measured' && !result.measures.every(passes));
}
