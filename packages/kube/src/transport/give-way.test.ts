import { setImmediate as setImmediateOnce } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { giveWay } from './give-way.ts';

afterEach(() => vi.restoreAllMocks());

/** Works for 3 ms a piece by a clock that nothing else moves. */
async function work(pieces: number, clock: { ms: number }, done: () => void): Promise<void> {
  for (let piece = 0; piece < pieces; piece++) {
    clock.ms += 3;
    done();
    await giveWay();
  }
}

it('lets the event loop turn while several work at length, and each of them get on', async () => {
  const clock = { ms: 0 };
  vi.spyOn(performance, 'now').mockImplementation(() => clock.ms);
  let running = true;
  let longestTurnMs = 0;
  // in the first turn each does a piece before anybody has asked
  let turnBeganAt = Infinity;
  let turns = 0;
  const turn = () => {
    turns += 1;
    longestTurnMs = Math.max(longestTurnMs, clock.ms - turnBeganAt);
    turnBeganAt = clock.ms;
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  const done = Array.from({ length: 20 }, () => 0);
  let furthestAhead = 0;
  await Promise.all(
    done.map((_, worker) =>
      work(20, clock, () => {
        done[worker] = (done[worker] ?? 0) + 1;
        furthestAhead = Math.max(furthestAhead, Math.max(...done) - Math.min(...done));
      }),
    ),
  );
  running = false;
  await setImmediateOnce();
  expect(clock.ms).toBe(1200);
  // a share of 4 ms, and the piece that goes beyond it
  expect(longestTurnMs).toBeLessThanOrEqual(8);
  expect(turns).toBeGreaterThan(100);
  expect(furthestAhead).toBeLessThanOrEqual(5);
});
