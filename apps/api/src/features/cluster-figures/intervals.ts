const minuteMs = 60_000;

/** Between counts of a cluster nobody looks at. */
export const countMs = 5 * minuteMs;
/** Between counts of one that is on somebody's screen. */
export const seenCountMs = minuteMs;
/** At least so long between two passes over a cluster's pods. */
export const sweepMs = 10 * minuteMs;
/** Objects a list brings in one call. */
const pageSize = 500;
/** Pods whose pass is still due every {@link sweepMs}. */
const sweptOften = 5000;

/** Milliseconds until the next pass over so many pods: a large cluster is asked no more calls an hour than a middling one. */
export function sweepInterval(pods: number): number {
  return sweepMs * Math.max(1, pods / sweptOften);
}

/** Milliseconds until a cluster with so many nodes is counted again: each page of nodes is a call. */
export function countInterval(nodes: number): number {
  return countMs * Math.max(1, Math.ceil(nodes / pageSize));
}

/**
 * Most calls an hour that a cluster nobody looks at is asked for its figures: per count its nodes by the page, one for
 * the number of pods, one for warnings, one for usage; per pass its pods by the page.
 */
export function callsAnHour(nodes: number, pods: number): number {
  const pages = (objects: number) => Math.max(1, Math.ceil(objects / pageSize));
  const hour = 60 * minuteMs;
  return (hour / countInterval(nodes)) * (pages(nodes) + 3) + (hour / sweepInterval(pods)) * pages(pods);
}
