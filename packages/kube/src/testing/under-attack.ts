import { existsSync, openSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { startHealthyCluster, type HealthyCluster } from './healthy-cluster.ts';

/**
 * What was measured of this process and of a healthy cluster's page, with a misbehaving cluster or without. Time in
 * which this thread was ready and the machine gave it no core is in none of it: that is somebody else's doing.
 */
export interface Measured {
  /** 99th percentile of the page's latency, in milliseconds. */
  pageP99Ms: number;
  /** 99th percentile of the event loop's delay, in milliseconds. */
  loopP99Ms: number;
  /** The same of the healthy cluster's process, which is the machine's doing. */
  machineP99Ms: number;
  /** Longest time that this thread itself was at work in one turn. */
  turnMs: number;
  /** Most that the process has grown by, in bytes. */
  grownBytes: number;
  /** Pages that failed. */
  failures: number;
}

/**
 * With any one misbehaving cluster present a healthy cluster's page is to take no longer, the event loop to come no
 * later and the process to grow no more than this. What misses it is told; what misses it by as much again is refused.
 */
const goals = { pageTimes: 1.5, pageMs: 30, loopMs: 60, grownMiB: 150 };
/**
 * What one turn may take of what it takes to read the dearest object that etcd holds in one piece, which is 60 ms on a
 * machine of its day: large objects are read in pieces.
 */
const turnShare = 0.8;
/** A window in which the machine was busy with something else says little of us: so many are tried. */
const attempts = 3;
const sampleMs = 5;
/** An attack that is over sooner is made again and again for so long; and as long everything is watched without it. */
const leastMs = 1000;
/** What was measured without an attack counts for so long, unless the attack then seems to harm. */
const freshMs = 30_000;
/** What an attack leaves behind may harm later: it is watched for so long after its end. */
const afterMs = 150;

/** Nothing but names that are no other's, such as managedFields. */
const dearestObject = `{${Array.from({ length: 110_000 }, (_, at) => `"f:${at}":{}`).join(',')}}`;

let healthy: Promise<HealthyCluster> | undefined;
let dearestMs = 0;
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as (how: object) => void;

/**
 * Runs an attack while pages of a healthy cluster are asked for over and over; returns its outcome, of the first run,
 * and what was measured. Throws where it harmed: the same is measured without it shortly before.
 */
export async function underAttack<T>(attack: () => Promise<T>): Promise<{ outcome: T; measured: Measured }> {
  healthy ??= startHealthyCluster();
  const cluster = await healthy;
  const first: T[] = [];
  for (let attempt = 1; ; attempt++) {
    collectGarbage({ type: 'major', flavor: 'last-resort' });
    const alone = await measureAlone(cluster, attempt === 1 ? freshMs : 0);
    const measured = await measure(cluster, async () => {
      const startedAt = performance.now();
      do {
        const outcome = await attack();
        // what is kept of the others would count as growth
        if (first.length === 0) first.push(outcome);
      } while (performance.now() - startedAt < leastMs);
      await sleep(afterMs);
    });
    // the machine may have become slower since
    if (measured.turnMs > turnShare * dearestMs) dearestMs = Math.max(dearestMs, readDearestObject());
    const missed = judge(measured, alone, 1);
    const isLast = attempt === attempts;
    if (missed.length > 0 && !isLast) continue;
    if (missed.length > 0) console.warn(`Short of the goal: ${missed.join(', ')}`);
    const complaints = judge(measured, alone, 2);
    if (complaints.length > 0) throw new Error(`The process was harmed: ${complaints.join(', ')}`);
    return { outcome: first[0] as T, measured };
  }
}

let lastAlone: { measured: Measured; at: number } | undefined;

/** What there is without an attack, measured anew where that was longer ago than `mostAgeMs`. */
async function measureAlone(cluster: HealthyCluster, mostAgeMs: number): Promise<Measured> {
  if (lastAlone === undefined || performance.now() - lastAlone.at > mostAgeMs) {
    const measured = await measure(cluster, () => sleep(leastMs));
    lastAlone = { measured, at: performance.now() };
  }
  return lastAlone.measured;
}

/** What is over the goals, times `slack`. */
function judge(measured: Measured, alone: Measured, slack: number): string[] {
  const { pageP99Ms, loopP99Ms, machineP99Ms, turnMs, grownBytes, failures } = measured;
  const busyMs = Math.max(0, machineP99Ms - alone.machineP99Ms);
  const pageMs =
    alone.pageP99Ms + slack * Math.max((goals.pageTimes - 1) * alone.pageP99Ms, goals.pageMs) + busyMs;
  const loopMs = alone.loopP99Ms + slack * goals.loopMs + busyMs;
  const over = (what: string, value: number, limit: number, unit = 'ms') =>
    value > limit ? [`${what} ${Math.round(value)} ${unit} where ${Math.round(limit)} may be`] : [];
  return [
    ...over('a page of a healthy cluster took', pageP99Ms, pageMs),
    ...over('the event loop came late by', loopP99Ms, loopMs),
    ...over('one turn took', turnMs, slack * turnShare * dearestMs),
    ...over('it grew by', grownBytes / 2 ** 20, slack * goals.grownMiB, 'MiB'),
    ...over('pages of a healthy cluster failed:', failures, 0, ''),
  ];
}

async function measure(cluster: HealthyCluster, work: () => Promise<void>): Promise<Measured> {
  // its connection is open, its code compiled
  for (let call = 0; call < 5; call++) await cluster.page();
  await cluster.lateness();
  const ownBytes = process.memoryUsage.rss();
  let [turnMs, grownBytes] = [0, 0];
  const delays: number[] = [];
  let cpu = process.threadCpuUsage();
  let sinceSample = stopwatch();
  const sample = () => {
    turnMs = Math.max(turnMs, milliseconds(process.threadCpuUsage(cpu)));
    cpu = process.threadCpuUsage();
    grownBytes = Math.max(grownBytes, process.memoryUsage.rss() - ownBytes);
    delays.push(Math.max(0, sinceSample() - sampleMs));
    sinceSample = stopwatch();
  };
  const timer = setInterval(sample, sampleMs);
  let over = false;
  const asking = askForPages(cluster, () => over);
  try {
    await work();
  } finally {
    over = true;
    sample();
    clearInterval(timer);
  }
  const machineP99Ms = await cluster.lateness();
  return { ...(await asking), loopP99Ms: p99(delays), machineP99Ms, turnMs, grownBytes };
}

async function askForPages(cluster: HealthyCluster, over: () => boolean) {
  const latencies: number[] = [];
  let failures = 0;
  while (!over()) {
    const elapsed = stopwatch();
    await cluster.page().catch(() => (failures += 1));
    latencies.push(elapsed());
    await sleep(sampleMs);
  }
  return { pageP99Ms: p99(latencies), failures };
}

function p99(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? Infinity;
}

/** Milliseconds from now on, without those in which this thread waited for a core. */
function stopwatch(): () => number {
  const [startedAt, waited] = [performance.now(), waitedForCore()];
  return () => performance.now() - startedAt - (waitedForCore() - waited);
}

const schedstat = '/proc/self/schedstat';
const schedstatFile = existsSync(schedstat) ? openSync(schedstat, 'r') : undefined;
const schedstatText = Buffer.alloc(64);

/** Milliseconds that this thread has waited for a core so far; 0 where the system does not say. */
function waitedForCore(): number {
  if (schedstatFile === undefined) return 0;
  const length = readSync(schedstatFile, schedstatText, 0, schedstatText.length, 0);
  return Number(schedstatText.toString('latin1', 0, length).split(' ')[1]) / 1e6;
}

function readDearestObject(): number {
  const cpu = process.threadCpuUsage();
  JSON.parse(dearestObject);
  return milliseconds(process.threadCpuUsage(cpu));
}

function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}
