import type { World } from './world.ts';

/** `full` is what `npm run soak` runs, `middle` is for trying, `small` is what `npm test` runs. */
export type SizeName = 'full' | 'middle' | 'small';

/** One thing that was measured or looked at. */
export interface Figure {
  what: string;
  /** With its unit. */
  measured: string;
  /** What it is held to; a figure without one only informs. */
  bar?: string;
  /** Whether it keeps to its bar. */
  holds?: boolean;
}

export interface Outcome {
  figures: Figure[];
  verdict: 'passed' | 'failed';
}

/** A long test: sets its own scene in the world it is given, and says what it saw. */
export interface Scenario<Size = unknown> {
  name: string;
  /** A sentence for the report. */
  title: string;
  /** Without `small` it is no part of `npm test`. */
  sizes: Record<Exclude<SizeName, 'small'>, Size> & { small?: Size };
  /** It needs a node with real containers. */
  realNode: boolean;
  /** It mostly waits: the others run meanwhile. */
  waits?: boolean;
  /** Throws where it could not be carried through. */
  run(world: World, size: Size): Promise<Outcome>;
}

/** Passed when something was held to a bar and nothing missed its own. */
export function outcomeOf(figures: Figure[]): Outcome {
  const judged = figures.filter(({ holds }) => holds !== undefined);
  const passed = judged.length > 0 && judged.every(({ holds }) => holds);
  return { figures, verdict: passed ? 'passed' : 'failed' };
}

/** A number held to a largest value. */
export function atMost(what: string, value: number, limit: number, unit = ''): Figure {
  const measured = `${round(value)}${unit}`;
  return { what, measured, bar: `≤ ${limit}${unit}`, holds: value <= limit };
}

/** Seconds that something took; undefined when it did not happen at all. */
export const within = (what: string, seconds: number | undefined, limit: number): Figure => ({
  what,
  measured: seconds === undefined ? 'never' : `after ${round(seconds)} s`,
  bar: `≤ ${limit} s`,
  holds: seconds !== undefined && seconds <= limit,
});

/** A number held to a smallest value. */
export const atLeast = (what: string, value: number, limit: number): Figure => ({
  what,
  measured: round(value),
  bar: `≥ ${round(limit)}`,
  holds: value >= limit,
});

/** Something that has to be none. */
export const none = (what: string, count: number): Figure => ({
  what,
  measured: String(count),
  bar: '0',
  holds: count === 0,
});

/** Something that has to be so. */
export const must = (what: string, holds: boolean, measured = holds ? 'yes' : 'no'): Figure => ({
  what,
  measured,
  bar: 'yes',
  holds,
});

const round = (value: number) => String(Math.round(value * 10) / 10);
