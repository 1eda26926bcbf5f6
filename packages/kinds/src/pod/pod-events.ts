import type { Event } from '../wire/core.ts';

const timeOf = ({ series, lastTimestamp, eventTime, firstTimestamp }: Event): number =>
  Math.max(
    ...[series?.lastObservedTime, lastTimestamp, eventTime, firstTimestamp].map((time) =>
      time ? Date.parse(time) : 0,
    ),
  );

/** What the newest event of one of these reasons says; with a container's name, of those that are of it. */
export function newestMessage(
  events: readonly Event[],
  reasons: readonly string[],
  of: { container?: string; begins?: RegExp } = {},
): string | null {
  const found = events
    .filter(({ reason, message, involvedObject: { fieldPath } }) => {
      const isOfIt = of.container === undefined || fieldPath?.includes(`{${of.container}}`) === true;
      return isOfIt && reasons.includes(reason ?? '') && (of.begins?.test(message ?? '') ?? true);
    })
    .toSorted((one, other) => timeOf(other) - timeOf(one));
  return found[0]?.message ?? null;
}
