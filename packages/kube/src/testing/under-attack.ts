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
  /** Most that heap and buffers grew by, in bytes. */
  heapBytes: number;
  /** Latency of the other cluster's answers. */
  otherP99Ms: number;
  otherFailures: number;
}

export interface HarmLimits {
  delayMs: number;
  memoryBytes: number;
}

const defaultLimits: HarmLimits = { delayMs: 100, memoryBytes: 64 * 1024 * 1024 };
/** A busy machine can only make it look worse than it is: the best of so many attempts counts. */
const attempts = 3;
const sampleMs = 5;
/** What an attack leaves behind may harm later: it is watched for so long after its end. */
const afterMs = 150;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
let other: Promise<ClusterConnection> | undefined;

/**
 * Runs an attack while another cluster is asked over and over, and returns its outcome and the harm done. Throws where
 * the harm is over the limits: the event loop held up, memory grown, the other cluster slow or failing.
 */
export async function underAttack<T>(
  attack: () => Promise<T>,
  changes: Partial<HarmLimits> = {},
): Promise<{ outcome: T; harm: Harm }> {
  const limits = { ...defaultLimits, ...changes };
  for (let attempt = 1; ; attempt++) {
    const measured = await measure(attack);
    const complaints = judge(measured.harm, limits);
    if (complaints.length === 0) return measured;
    if (attempt === attempts) throw new Error(`The process was harmed: ${complaints.join(', ')}`);
  }
}

function judge(harm: Harm, { delayMs, memoryBytes }: HarmLimits): string[] {
  const { loopDelayMs, busyMs, rssBytes, heapBytes, otherP99Ms, otherFailures } = harm;
  const megabytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`;
  return [
    // where only one of the two is long the machine was busy
    loopDelayMs > delayMs && busyMs > delayMs ? `the event loop stood for ${Math.round(busyMs)} ms` : '',
    rssBytes > memoryBytes ? `it grew by ${megabytes(rssBytes)}` : '',
    heapBytes > memoryBytes ? `its heap grew by ${megabytes(heapBytes)}` : '',
    otherP99Ms > 2 * delayMs ? `another cluster took ${Math.round(otherP99Ms)} ms` : '',
    otherFailures > 0 ? `another cluster failed ${otherFailures} times` : '',
  ].filter((complaint) => complaint !== '');
}

async function measure<T>(attack: () => Promise<T>): Promise<{ outcome: T; harm: Harm }> {
  other ??= startHostile('nothing: a good cluster', { alone: true }).then((server) => server.connect());
  const connection = await other;
  // its connection is open, its code compiled
  for (let call = 0; call < 20; call++) await connection.json({ path: fixedPaths.version });
  collectGarbage();
  const before = memory();
  const harm: Harm = {
    loopDelayMs: 0,
    busyMs: 0,
    rssBytes: 0,
    heapBytes: 0,
    otherP99Ms: 0,
    otherFailures: 0,
  };
  let cpu = process.threadCpuUsage();
  const sample = () => {
    const { user, system } = process.threadCpuUsage(cpu);
    cpu = process.threadCpuUsage();
    const { rss, heap } = memory();
    harm.busyMs = Math.max(harm.busyMs, (user + system) / 1000);
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
  let otherFailures = 0;
  while (!over()) {
    const startedAt = performance.now();
    await connection.json({ path: fixedPaths.version }).catch(() => (otherFailures += 1));
    latencies.push(performance.now() - startedAt);
    await sleep(sampleMs);
  }
  latencies.sort((a, b) => a - b);
  return { otherP99Ms: latencies[Math.ceil(latencies.length * 0.99) - 1] ?? Infinity, otherFailures };
}

function memory(): { rss: number; heap: number } {
  const { rss, heapUsed, external } = process.memoryUsage();
  return { rss, heap: heapUsed + external };
}
