import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packFrame, packPoints, unpackFrame, unpackPoints } from './pack-usage.ts';
import { coarser, resolutions, type UsagePoint, type UsagePoints } from './usage-point.ts';

const cpu = fc.nat(2 ** 31 - 1);
const memory = fc.nat({ max: 2 ** 31 - 1 }).map((amount) => amount * 1024);
const point: fc.Arbitrary<UsagePoint> = fc
  .record({
    cpu,
    memory,
    cpuPeak: cpu,
    memoryPeak: memory,
    cpuRequests: cpu,
    cpuLimits: cpu,
    memoryRequests: memory,
    memoryLimits: memory,
  })
  .map((each) => ({
    ...each,
    cpuPeak: Math.max(each.cpu, each.cpuPeak),
    memoryPeak: Math.max(each.memory, each.memoryPeak),
  }));
const points = fc.array(fc.option(point, { nil: null }), { maxLength: 300 });

test('what is packed comes out again, gaps as gaps', () => {
  fc.assert(
    fc.property(points, (given) => {
      expect(unpackPoints(packPoints(given))).toEqual(given);
    }),
  );
});

test('a gap is no zero', () => {
  const zero = Object.fromEntries(Object.keys(fc.sample(point, 1)[0] ?? {}).map((key) => [key, 0]));
  const given = [null, zero as unknown as UsagePoint, null];
  expect(unpackPoints(packPoints(given))).toEqual(given);
});

test('so does a minute of many series', () => {
  const frame = fc.uniqueArray(fc.tuple(fc.nat(2 ** 31 - 1), point), {
    selector: ([id]) => id,
    maxLength: 300,
  });
  fc.assert(
    fc.property(frame, (entries) => {
      const given = new Map(entries);
      expect(unpackFrame(packFrame(given))).toEqual(new Map(entries.toSorted(([a], [b]) => a - b)));
    }),
  );
});

test('bytes that are cut off or of another kind are refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      let read: UsagePoints | null = null;
      try {
        read = unpackPoints(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
      if (read !== null) expect(read.length).toBeLessThan(10_000);
    }),
  );
});

test('coarser points have the mean, the peak and the last promise of what was measured', () => {
  const at = (amount: number): UsagePoint => ({
    cpu: amount,
    cpuPeak: amount + 1,
    memory: amount * 1024,
    memoryPeak: amount * 2048,
    cpuRequests: amount,
    cpuLimits: 0,
    memoryRequests: 0,
    memoryLimits: amount,
  });
  const [first, second] = coarser([at(10), null, at(30), null, null, null], 3);
  expect(first).toEqual({ ...at(30), cpu: 20, cpuPeak: 31, memory: 20 * 1024, memoryPeak: 60 * 1024 });
  expect(second).toBeNull();
});

test('peaks are never lost on the way to the coarsest', () => {
  fc.assert(
    fc.property(fc.array(fc.option(point, { nil: null }), { minLength: 60, maxLength: 60 }), (hour) => {
      const known = hour.filter((each) => each !== null);
      const [whole] = coarser(coarser(hour, 5), 12);
      expect(whole?.memoryPeak).toBe(
        known.length === 0 ? undefined : Math.max(...known.map((each) => each.memoryPeak)),
      );
      expect(whole === null).toBe(known.length === 0);
    }),
  );
});

/** A noisy series: cpu wanders by a fifth, memory creeps and drops, nothing is promised anew. */
function noisy(count: number, seed: number): UsagePoints {
  let state = seed;
  const random = () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
  let memoryNow = 2 ** 28 * (1 + random());
  return Array.from({ length: count }, () => {
    const cpuNow = Math.round(250 * (0.8 + 0.4 * random()));
    memoryNow = random() < 0.01 ? memoryNow * 0.8 : memoryNow + 2 ** 20 * (random() - 0.4) * 4;
    const memoryOf = Math.round(memoryNow / 1024) * 1024;
    return {
      cpu: cpuNow,
      cpuPeak: cpuNow + Math.round(50 * random()),
      memory: memoryOf,
      memoryPeak: memoryOf + 1024 * Math.round(2000 * random()),
      cpuRequests: 200,
      cpuLimits: 1000,
      memoryRequests: 2 ** 28,
      memoryLimits: 2 ** 30,
    };
  });
}

/** In a row: its key twice (table and index), the engine's own, the blob's length. */
const rowBytes = 70;
/** 1,000 pods of 200 workloads in 20 namespaces on 50 nodes. */
const series = 200 + 20 + 50;
/** docs/operations.md says so. */
const statedBytes = 12_000_000;

test('a thousand pods take no more than is stated', () => {
  const bytesOfSeries = resolutions
    .map(({ seconds, slots, keepDays }) => {
      // one more than are kept whole: the first goes when all of it is too old
      const blocks = Math.ceil((keepDays * 86_400) / (seconds * slots)) + 1;
      const sizes = Array.from({ length: 20 }, (_, seed) => packPoints(noisy(slots, seed + 1)).length);
      const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
      return blocks * (mean + rowBytes);
    })
    .reduce((sum, bytes) => sum + bytes, 0);
  const bytes = bytesOfSeries * series;
  expect(bytes).toBeLessThan(statedBytes);
  // the statement is no fairy tale either
  expect(bytes).toBeGreaterThan(statedBytes / 2);
});
