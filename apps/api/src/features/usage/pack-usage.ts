import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { NumberReader, NumberWriter } from './number-bytes.ts';
import { memoryUnit, type UsagePoint, type UsagePoints } from './usage-point.ts';

/** Goes up when bytes come to mean something else. */
const version = 1;

/** More than any block has. */
const mostSlots = 1000;

/** A point as the whole numbers that are written, peaks as what they are above. */
const columns: { of: (point: UsagePoint) => number }[] = [
  { of: ({ cpu }) => Math.round(cpu) },
  { of: ({ cpu, cpuPeak }) => Math.round(cpuPeak) - Math.round(cpu) },
  { of: ({ memory }) => Math.round(memory / memoryUnit) },
  { of: ({ memory, memoryPeak }) => Math.round(memoryPeak / memoryUnit) - Math.round(memory / memoryUnit) },
  { of: ({ cpuRequests }) => Math.round(cpuRequests) },
  { of: ({ cpuLimits }) => Math.round(cpuLimits) },
  { of: ({ memoryRequests }) => Math.round(memoryRequests / memoryUnit) },
  { of: ({ memoryLimits }) => Math.round(memoryLimits / memoryUnit) },
];

function pointOf(numbers: readonly number[]): UsagePoint {
  const [cpu = 0, cpuAbove = 0, memory = 0, memoryAbove = 0, cpuRequests = 0, cpuLimits = 0] = numbers;
  const [memoryRequests = 0, memoryLimits = 0] = numbers.slice(6);
  return {
    cpu,
    cpuPeak: cpu + cpuAbove,
    memory: memory * memoryUnit,
    memoryPeak: (memory + memoryAbove) * memoryUnit,
    cpuRequests,
    cpuLimits,
    memoryRequests: memoryRequests * memoryUnit,
    memoryLimits: memoryLimits * memoryUnit,
  };
}

/** Column after column, each number as its step from the one before: what hardly changes takes hardly any room. */
function writeColumns(writer: NumberWriter, points: readonly UsagePoint[]): void {
  for (const { of } of columns) {
    let before = 0;
    for (const point of points) {
      writer.write(of(point) - before);
      before = of(point);
    }
  }
}

function readColumns(reader: NumberReader, count: number): UsagePoint[] {
  const read = columns.map(() => {
    let value = 0;
    return Array.from({ length: count }, () => (value += reader.read()));
  });
  return Array.from({ length: count }, (_, index) => pointOf(read.map((column) => column[index] ?? 0)));
}

/** Packs the points of a block: how many slots, which of them are gaps, then the numbers; amounts are rounded to 1m and 1Ki. */
export function packPoints(points: UsagePoints): Uint8Array<ArrayBuffer> {
  const writer = new NumberWriter();
  writer.write(version);
  writer.write(points.length);
  // lengths of stretches that are measured and missing, in turn
  const stretches: number[] = [];
  let isMeasured = true;
  let length = 0;
  for (const point of points) {
    if ((point !== null) === isMeasured) length += 1;
    else {
      stretches.push(length);
      isMeasured = !isMeasured;
      length = 1;
    }
  }
  if (points.length > 0) for (const stretch of [...stretches, length]) writer.write(stretch);
  writeColumns(
    writer,
    points.filter((point) => point !== null),
  );
  return Uint8Array.from(deflateRawSync(writer.bytes));
}

/** What was packed; throws on bytes of another version or that are none. */
export function unpackPoints(bytes: Uint8Array): UsagePoints {
  const reader = readerOf(bytes);
  const slots = reader.read();
  if (slots < 0 || slots > mostSlots) throw new RangeError('packed points do not add up');
  const isMeasured: boolean[] = [];
  for (let stretch = true; isMeasured.length < slots; stretch = !stretch) {
    const length = reader.read();
    if (length < 0 || isMeasured.length + length > slots) throw new RangeError('packed points do not add up');
    for (let count = 0; count < length; count += 1) isMeasured.push(stretch);
  }
  const known = readColumns(reader, isMeasured.filter(Boolean).length).values();
  return isMeasured.map((measured) => (measured ? (known.next().value ?? null) : null));
}

/** Packs one minute of many series, by the series' numbers. */
export function packFrame(points: ReadonlyMap<number, UsagePoint>): Uint8Array<ArrayBuffer> {
  const writer = new NumberWriter();
  const entries = [...points].toSorted(([a], [b]) => a - b);
  writer.write(version);
  writer.write(entries.length);
  let before = 0;
  for (const [series] of entries) {
    writer.write(series - before);
    before = series;
  }
  writeColumns(
    writer,
    entries.map(([, point]) => point),
  );
  return Uint8Array.from(deflateRawSync(writer.bytes));
}

/** The minute that was packed. */
export function unpackFrame(bytes: Uint8Array): Map<number, UsagePoint> {
  const reader = readerOf(bytes);
  const count = reader.read();
  let series = 0;
  const numbers = Array.from({ length: count }, () => (series += reader.read()));
  const points = readColumns(reader, count);
  return new Map(numbers.map((number, index) => [number, points[index] as UsagePoint]));
}

function readerOf(bytes: Uint8Array): NumberReader {
  const reader = new NumberReader(inflateRawSync(bytes));
  const found = reader.read();
  if (found !== version) throw new RangeError(`packed by version ${found}, this is ${version}`);
  return reader;
}
