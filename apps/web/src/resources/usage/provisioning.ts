/** What was used over a time, beside what was promised at its end. Zero promises nothing. */
export interface Provision {
  resource: 'cpu' | 'memory';
  mean: number;
  peak: number;
  /** Null where they are not known. */
  requests: number | null;
  limits: number;
  /** Of a node. */
  allocatable: number;
  /** How long it was measured. */
  measuredMs: number;
}

/**
 * - `runsOut`: a node that is nearly full. `nearLimit`: more is throttled (cpu) or killed (memory).
 * - `under`: it uses more than it requested, so that the scheduler counts on room that is not there; cpu may do so for a
 *   moment.
 * - `over`: it never used half of what it requested. `noRequests`: nothing is reserved for it. `fits`: none of these.
 * `used`: what was requested is not known.
 */
export type Verdict = 'runsOut' | 'nearLimit' | 'under' | 'over' | 'noRequests' | 'fits' | 'used';

const nearly = 0.9;
const hourMs = 3_600_000;

/** What to think of requests and limits after what was used. */
export function verdictOf(provision: Provision): Verdict {
  const { resource, mean, peak, requests, limits, allocatable, measuredMs } = provision;
  if (allocatable > 0 && peak >= nearly * allocatable) return 'runsOut';
  // the limits of a node's pods are none of the node
  if (allocatable === 0 && limits > 0 && peak >= nearly * limits) return 'nearLimit';
  if (requests === null) return 'used';
  if (requests === 0) return 'noRequests';
  if ((resource === 'cpu' ? mean : peak) > requests) return 'under';
  return measuredMs >= hourMs && peak < requests / 2 ? 'over' : 'fits';
}

/**
 * When a line that rises steadily reaches a bound, in milliseconds since the epoch; null where it does not rise, or not
 * steadily, or would take more than four times as long as it was measured. A straight line of least squares.
 */
export function reachesAt(
  times: readonly number[],
  values: readonly (number | null)[],
  bound: number,
): number | null {
  const known = times.flatMap((time, index) => {
    const value = values[index] ?? null;
    return value === null ? [] : [{ time, value }];
  });
  const [first] = known;
  const last = known.at(-1);
  if (first === undefined || last === undefined || known.length < 10 || last.value >= bound) return null;
  const mean = (of: (point: { time: number; value: number }) => number) =>
    known.reduce((sum, point) => sum + of(point), 0) / known.length;
  const [time, value] = [mean((point) => point.time), mean((point) => point.value)];
  const spread = mean((point) => (point.time - time) ** 2);
  const together = mean((point) => (point.time - time) * (point.value - value));
  const deviation = mean((point) => (point.value - value) ** 2);
  const slope = together / spread;
  if (!(slope > 0) || together ** 2 / (spread * deviation) < 0.7) return null;
  const at = time + (bound - value) / slope;
  return at > last.time && at - last.time <= 4 * (last.time - first.time) ? at : null;
}
