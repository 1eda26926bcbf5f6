import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCluster } from '@pilothouse/control-plane';
import type { TestClient } from '../../../apps/api/src/testing/test-client.ts';
import type { Place } from '../../../apps/api/src/ws/testing/stream-client.ts';
import { followAuditLog } from '../src/audit-log.ts';
import type { Bar, Measure } from '../src/bar.ts';
import {
  followByKubectl,
  followByPlatform,
  openLog,
  type Burst,
  type LogFollower,
} from '../src/log-followers.ts';
import type { Platform } from '../src/platform.ts';
import { cpuDuring } from '../src/process-meter.ts';
import { endRealPod, runRealPod } from '../src/real-pods.ts';
import { mustBe } from '../src/rows.ts';
import { median } from '../src/statistics.ts';
import { formatNumber } from '../src/table.ts';
import type { World } from '../src/world.ts';

const rounds = 4;
const linesOfBurst = 120_000;
const viewers = 100;
/** A user may have 50 streams at once. */
const streamsPerUser = 25;
const windowMs = 15_000;
const linesPerSecond = 200;

export const logs: Bar = {
  number: 12,
  title: 'following logs',
  needsRealNode: true,
  async run(world) {
    const [platform, side] = [await world.platform(), await world.side()];
    return [await throughput(world, platform, side), await manyViewers(world, platform, side)];
  },
};

/** Writes a burst as fast as it can whenever a file appears, and then its name. */
const burstWriter = `yes ${'0123456789'.repeat(10)} | head -n ${linesOfBurst} > /tmp/burst; touch /tmp/ready
while :; do for go in /tmp/go-*; do [ -e "$go" ] && cat /tmp/burst && echo "$go" && rm "$go"; done; sleep 0.1; done`;

async function throughput(world: World, platform: Platform, side: LocalCluster): Promise<Measure> {
  const place = await runRealPod(side, 'burst-writer', burstWriter);
  const speed = { platform: [] as number[], kubectl: [] as number[] };
  try {
    const kubectl = await world.kubectlPath();
    for (let round = 0; round < rounds; round += 1) {
      const one = async (who: keyof typeof speed, follower: LogFollower) => {
        const burst = await oneBurst(side, place, follower, `/tmp/go-${round}-${who}`);
        speed[who].push(burst.bytes / 1e3 / burst.ms);
      };
      await one('platform', await followByPlatform(platform, place));
      await one('kubectl', followByKubectl(kubectl, side, place));
    }
  } finally {
    await endRealPod(side, place);
  }
  return {
    what: 'following a log',
    ours: median(speed.platform),
    reference: median(speed.kubectl),
    referenceWhat: 'kubectl logs -f',
    unit: 'MB/s',
    limit: { of: 'ratio', least: 0.8 },
    note: `medians of ${rounds} bursts of ${linesOfBurst} lines of 101 bytes, in turns; no line missing`,
  };
}

async function oneBurst(
  side: LocalCluster,
  place: Place,
  follower: LogFollower,
  file: string,
): Promise<Burst> {
  try {
    // until it has begun to follow
    await sleep(3000);
    const arrived = follower.until(file);
    await side.kubectl('exec', '--namespace', place.namespace, place.pod, '--', 'touch', file);
    const burst = await Promise.race([arrived, sleep(120_000, undefined, { ref: false })]);
    if (burst === undefined) throw new Error(`the last line of ${file} never came`);
    mustBe('lines of the burst', burst.lines, linesOfBurst + 1);
    return burst;
  } finally {
    await follower.stop();
  }
}

const chatter = `while :; do i=0; while [ $i -lt ${linesPerSecond / 10} ]; do echo "line $i ${'x'.repeat(80)}"; i=$((i+1)); done; sleep 0.1; done`;

async function manyViewers(world: World, platform: Platform, side: LocalCluster): Promise<Measure> {
  const place = await runRealPod(side, 'chatter', chatter);
  const logs: Awaited<ReturnType<typeof openLog>>[] = [];
  const got: number[] = [];
  try {
    const upstreams = await countUpstreams(side, place);
    const idle = await cpuDuring(platform.pid, () => sleep(windowMs));
    const clients: TestClient[] = [];
    const use = async (count: number) => {
      for (let index = logs.length; index < count; index += 1) {
        const onLines = ({ length }: string[]) => (got[index] = (got[index] ?? 0) + length);
        if (index % streamsPerUser === 0) clients.push(await platform.signUp(`viewer-${clients.length}`));
        logs.push(await openLog(platform, place, onLines, clients.at(-1)));
      }
      await sleep(3000);
      got.fill(0);
      const watching = Promise.race([sleep(windowMs), ...logs.map(({ trouble }) => trouble)]);
      const cpu = await cpuDuring(platform.pid, () => watching);
      const least = Math.min(...got);
      if (got.length < count || least < (linesPerSecond * windowMs) / 4000) {
        throw new Error(`of ${count} viewers ${got.length} got lines, one only ${least}`);
      }
      return { cpu, least };
    };
    const one = await use(1);
    world.say(`bar 12: ${viewers} viewers`);
    const many = await use(viewers);
    mustBe('upstream requests that follow the log', await upstreams(), 1);
    return {
      what: `processor time with ${viewers} viewers of one pod`,
      ours: (many.cpu * 100_000) / windowMs,
      reference: (one.cpu * 100_000) / windowMs,
      referenceWhat: 'one viewer',
      unit: '% of a core',
      limit: { of: 'ratio', most: 5 },
      note: `of the API process, which uses ${formatNumber((idle * 100_000) / windowMs)} % without any; each viewer got ${many.least} lines or more in ${windowMs / 1000} s; one request to the cluster, by its audit log`,
    };
  } finally {
    for (const log of logs) await log.stop();
    await endRealPod(side, place);
  }
}

/** Counts, from the cluster's audit log, requests that follow this log from now on. */
async function countUpstreams(side: LocalCluster, { namespace, pod }: Place): Promise<() => Promise<number>> {
  const asked = await followAuditLog(side);
  return async () => {
    const logs = (await asked()).filter(({ requestURI }) =>
      requestURI.includes(`/namespaces/${namespace}/pods/${pod}/log`),
    );
    return logs.filter(({ requestURI }) => requestURI.includes('follow=true')).length;
  };
}
