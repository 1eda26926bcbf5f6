/**
 * What was used in a stretch of time, beside what was promised at its end: cpu in millicores, memory in bytes. Of a
 * minute the peaks are what was measured.
 */
export interface UsagePoint {
  cpu: number;
  cpuPeak: number;
  memory: number;
  memoryPeak: number;
  cpuRequests: number;
  cpuLimits: number;
  memoryRequests: number;
  memoryLimits: number;
}

/** Memory is kept in these: metrics-server measures no finer. */
export const memoryUnit = 1024;

/** A point for each step of a stretch of time; null where nothing was measured, which is not zero. */
export type UsagePoints = (UsagePoint | null)[];

/** How finely, and for how long, use is kept; a block holds `slots` points of `seconds` each. */
export const resolutions = [
  { seconds: 60, slots: 60, keepDays: 1 },
  { seconds: 300, slots: 288, keepDays: 7 },
  { seconds: 3600, slots: 240, keepDays: 90 },
] as const;

export type Resolution = (typeof resolutions)[number];

/** Milliseconds that a block covers. */
export function blockMs({ seconds, slots }: Resolution): number {
  return seconds * slots * 1000;
}

/** When the block begins that a moment is in; blocks are laid from the epoch on. */
export function blockStart(resolution: Resolution, ms: number): number {
  return Math.floor(ms / blockMs(resolution)) * blockMs(resolution);
}

/** Points of `factor` times the length: means, peaks of peaks, and the last promise; gaps where all was one. */
export function coarser(points: UsagePoints, factor: number): UsagePoints {
  return Array.from({ length: Math.ceil(points.length / factor) }, (_, index) =>
    together(points.slice(index * factor, (index + 1) * factor)),
  );
}

function together(points: UsagePoints): UsagePoint | null {
  const known = points.filter((point) => point !== null);
  const last = known.at(-1);
  if (last === undefined) return null;
  // in the units that are kept, so that it stays the same when it is packed
  const mean = (of: 'cpu' | 'memory', unit: number) =>
    Math.round(known.reduce((sum, point) => sum + point[of], 0) / known.length / unit) * unit;
  const peak = (of: 'cpuPeak' | 'memoryPeak') => Math.max(...known.map((point) => point[of]));
  return {
    ...last,
    cpu: mean('cpu', 1),
    cpuPeak: peak('cpuPeak'),
    memory: mean('memory', memoryUnit),
    memoryPeak: peak('memoryPeak'),
  };
}
