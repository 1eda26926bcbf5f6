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
  let turnBeganAt = 0;
  const turn = () => {
    longestTurnMs = Math.max(longestTurnMs, clock.ms - turnBeganAt);
    turnBeganAt = clock.ms;
    if (running) setImmediate(turn);
  };
  setImmediate(turn);
  const done = [0, 0, 0];
  const most = [0, 0];
  await Promise.all(
    done.map((_, worker) =>
      work(100, clock, () => {
        done[worker] = (done[worker] ?? 0) + 1;
        most[0] = Math.max(most[0] ?? 0, Math.max(...done) - Math.min(...done));
      }),
    ),
  );
  running = false;
  expect(clock.ms).toBe(900);
  // a share of 8 ms, and the piece that goes beyond; the worker that begins a turn and those before it
  expect(longestTurnMs).toBeLessThanOrEqual(18);
  expect(most[0]).toBeLessThanOrEqual(10);
});
