/** Milliseconds of long work in one turn of the event loop, whoever does it. */
const shareMs = 4;

/** Milliseconds beyond the share that a piece may take before others are given as much time: a busy machine takes some. */
const mostOverdrawnMs = 24;
const longestWaitMs = 100;

const waiting: (() => void)[] = [];
/** When this turn's share is used up; undefined: nobody has begun on it. */
let shareEndsAt: number | undefined;

/**
 * For whoever does long work in pieces: to be asked, and awaited where it answers, between two of them. All who ask
 * share one slice of each turn of the event loop, and take turns in the order they came; so no lists, however many
 * and however long, hold up what else the process does.
 */
export function giveWay(): Promise<void> | undefined {
  if (shareEndsAt === undefined) beginShare();
  else if (performance.now() >= shareEndsAt) return new Promise((resolve) => waiting.push(resolve));
  return undefined;
}

function beginShare(): void {
  shareEndsAt = performance.now() + shareMs;
  setImmediate(nextTurn);
}

function nextTurn(): void {
  // a piece that nobody could stop has had the next shares as well
  const overdrawnMs = performance.now() - (shareEndsAt ?? Infinity);
  if (overdrawnMs > mostOverdrawnMs) setTimeout(letNext, Math.min(overdrawnMs, longestWaitMs));
  else letNext();
}

function letNext(): void {
  shareEndsAt = undefined;
  const next = waiting.shift();
  if (next === undefined) return;
  beginShare();
  next();
}
