import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { setTimeout as sleep } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import type { ClusterConnection } from '../transport/connection.ts';
import { fixedPaths } from '../transport/api-path.ts';
import { startHostile } from './hostile-server.ts';

/** What an attack did to this process and to another cluster that it talks to. */
export interface Harm {
  /** Longest delay of the event loop, in milliseconds, as `monitorEventLoopDelay` has it. */
  loopDelayMs: number;
  /** Longest time that this thread itself was at work in one turn: what others on the machine did is not in it. */
  busyMs: number;
  /** Most that the process grew by, in bytes. */
  rssBytes: number;
  /** Most that heap and buffers grew by, in bytes: what is held, without the garbage. */
  heapBytes: number;
  /** Latency of the other cluster's answers: the slowest before the attack, and under it. */
  calmMs: number;
  otherP99Ms: number;
  /** Of an answer's latency what this thread was at work, the 99th percentile. */
  otherBusyMs: number;
  otherFailures: number;
}

/** How many times as much as to read the largest object that an honest apiserver may send. */
export interface HarmLimits {
  delay: number;
  memory: number;
}

const defaultLimits: HarmLimits = { delay: 2, memory: 5 };
/** A busy machine can only make it look worse than it is: the best of so many attempts counts. */
const attempts = 3;
const sampleMs = 5;
/** What an attack leaves behind may harm later: it is watched for so long after its end. */
const afterMs = 150;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
let other: Promise<ClusterConnection> | undefined;
let honest: HonestWork | undefined;

/** What is measured beside the attacks, in this very process: milliseconds of its work, and bytes held of what it read. */
interface HonestWork {
  ms: number;
  heldBytes: number;
}

/** An object as large as etcd takes it, of nothing but names: such as managedFields, the dearest to read. */
const largestObject = `{${Array.from({ length: 110_000 }, (_, at) => `"f:${at}":{}`).join(',')}}`;

function readLargestObject(): HonestWork {
  const read = (): unknown => JSON.parse(largestObject);
  read();
  collectGarbage();
  const { heap } = memory();
  const cpu = process.threadCpuUsage();
  const objects = [read(), read(), read()];
  const ms = milliseconds(process.threadCpuUsage(cpu)) / objects.length;
  collectGarbage();
  return { ms, heldBytes: (memory().heap - heap) / objects.splice(0).length };
}

/**
 * Runs an attack while another cluster is asked over and over, and returns its outcome and the harm done. Throws where
 * the harm is over the limits, which are in proportion to honest work: the event loop held up, memory grown, the other cluster slow or failing.
 */
export async function underAttack<T>(
  attack: () => Promise<T>,
  changes: Partial<HarmLimits> = {},
): Promise<{ outcome: T; harm: Harm }> {
  const limits = { ...defaultLimits, ...changes };
  honest ??= readLargestObject();
  for (let attempt = 1; ; attempt++) {
    const measured = await measure(attack, limits.memory * honest.heldBytes);
    let complaints = judge(measured.harm, limits, honest);
    if (complaints.length === 0) return measured;
    // the machine may have become slower since
    honest.ms = Math.max(honest.ms, readLargestObject().ms);
    complaints = judge(measured.harm, limits, honest);
    if (complaints.length === 0) return measured;
    if (attempt === attempts) throw new Error(`The process was harmed: ${complaints.join(', ')}`);
  }
}

function judge(harm: Harm, { delay, memory: times }: HarmLimits, { ms, heldBytes }: HonestWork): string[] {
  const delayMs = delay * ms;
  const memoryBytes = times * heldBytes;
  const { loopDelayMs, busyMs, rssBytes, heapBytes, calmMs, otherP99Ms, otherBusyMs, otherFailures } = harm;
  const megabytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`;
  return [
    // where only one of the two is long the machine was busy
    loopDelayMs > delayMs && busyMs > delayMs ? `the event loop stood for ${Math.round(busyMs)} ms` : '',
    rssBytes > memoryBytes ? `it grew by ${megabytes(rssBytes)}` : '',
    heapBytes > memoryBytes ? `its heap grew by ${megabytes(heapBytes)}` : '',
    otherP99Ms > 2 * delayMs && (otherBusyMs > 2 * delayMs || otherP99Ms > Math.max(20 * delayMs, 3 * calmMs))
      ? `another cluster took ${Math.round(otherP99Ms)} ms`
      : '',
    otherFailures > 0 ? `another cluster failed ${otherFailures} times` : '',
  ].filter((complaint) => complaint !== '');
}

async function measure<T>(
  attack: () => Promise<T>,
  memoryBytes: number,
): Promise<{ outcome: T; harm: Harm }> {
  other ??= startHostile('nothing: a good cluster', { alone: true }).then((server) => server.connect());
  const connection = await other;
  // its connection is open, its code compiled
  for (let call = 0; call < 5; call++) await connection.json({ path: fixedPaths.version });
  let calls = 20;
  const calm = await askAgainAndAgain(connection, () => (calls -= 1) < 0);
  collectGarbage();
  const before = memory();
  const harm: Harm = {
    loopDelayMs: 0,
    busyMs: 0,
    rssBytes: 0,
    heapBytes: 0,
    calmMs: calm.otherP99Ms,
    otherP99Ms: 0,
    otherBusyMs: 0,
    otherFailures: 0,
  };
  let cpu = process.threadCpuUsage();
  const sample = () => {
    harm.busyMs = Math.max(harm.busyMs, milliseconds(process.threadCpuUsage(cpu)));
    // how much garbage there is depends on how quick the machine is
    if (memory().heap - before.heap > memoryBytes / 2) collectGarbage();
    cpu = process.threadCpuUsage();
    const { rss, heap } = memory();
    harm.rssBytes = Math.max(harm.rssBytes, rss - before.rss);
    harm.heapBytes = Math.max(harm.heapBytes, heap - before.heap);
  };
  const timer = setInterval(sample, sampleMs);
  const histogram = monitorEventLoopDelay({ resolution: sampleMs });
  histogram.enable();
  let over = false;
  const asking = askAgainAndAgain(connection, () => over);
  try {
    const outcome = await attack();
    await sleep(afterMs);
    return { outcome, harm };
  } finally {
    over = true;
    sample();
    clearInterval(timer);
    histogram.disable();
    harm.loopDelayMs = histogram.max / 1e6;
    Object.assign(harm, await asking);
  }
}

async function askAgainAndAgain(connection: ClusterConnection, over: () => boolean) {
  const latencies: number[] = [];
  const busy: number[] = [];
  let otherFailures = 0;
  while (!over()) {
    const startedAt = performance.now();
    const cpu = process.threadCpuUsage();
    await connection.json({ path: fixedPaths.version }).catch(() => (otherFailures += 1));
    latencies.push(performance.now() - startedAt);
    busy.push(milliseconds(process.threadCpuUsage(cpu)));
    await sleep(sampleMs);
  }
  return { otherP99Ms: p99(latencies), otherBusyMs: p99(busy), otherFailures };
}

function p99(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? Infinity;
}

function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}

function memory(): { rss: number; heap: number } {
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed + external };
}
