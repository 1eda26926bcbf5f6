import { setTimeout as sleep } from 'node:timers/promises';
import { platformNodeFlags } from '@pilothouse/start/node-flags';
import type { StoreProcess } from '../processes/pod-store.ts';
import type { WatchRecorder } from '../processes/watch-recorder.ts';
import type { Bar } from '../src/bar.ts';
import { startHelper } from '../src/helper.ts';
import { followRows } from '../src/live-rows.ts';
import { load } from '../src/load.ts';
import { cpuDuring, cpuSeconds } from '../src/process-meter.ts';
import { connectTo, setRestarts, unusedRestarts } from '../src/restarts.ts';
import { listPath, liveRows } from '../src/rows.ts';
import { formatNumber } from '../src/table.ts';

const idleMs = 10_000;

export const watchEvents: Bar = {
  number: 11,
  title: 'processor time of watch events',
  async run(world) {
    const [platform, { kubeconfig }] = [await world.platform(), await world.main()];
    const count = world.size.watchEvents;
    const pages = [];
    for (let page = 1; page <= count / 500; page += 1) {
      pages.push(await liveRows(platform, listPath('main', 'pods', { pageSize: 500, page })));
    }
    const targets = pages.flatMap(({ items }) => items);
    const store = startHelper<StoreProcess>('pod-store', platformNodeFlags);
    // what parsing costs as the events come is what one of these uses more than the other
    const parser = startHelper<WatchRecorder>('watch-recorder', platformNodeFlags);
    const reader = startHelper<WatchRecorder>('watch-recorder', platformNodeFlags);
    const parsing = async () => (await parser.ask('cpuSeconds')) - (await reader.ask('cpuSeconds'));
    const viewer = await followRows(platform, 'main', 'pods', { pageSize: 50 });
    const connection = connectTo(kubeconfig);
    try {
      await store.ask('follow', kubeconfig);
      await parser.ask('record', { kubeconfig, parses: true });
      await reader.ask('record', { kubeconfig, parses: false });
      const idleShare = async () => (await cpuDuring(platform.pid, () => sleep(idleMs))) / (idleMs / 1000);
      const idleBefore = await idleShare();
      const [cpuBefore, storeBefore, begun] = [
        cpuSeconds(platform.pid),
        await store.ask('cpuSeconds'),
        performance.now(),
      ];
      const parsingBefore = await parsing();

      world.say(`bar 11: changing ${targets.length} pods`);
      const first = unusedRestarts(targets.length);
      const changed = await load(targets.length, 8, (index) => {
        const { namespace = '', name } = targets[index] as (typeof targets)[number];
        return setRestarts(connection, { namespace, name }, first + index);
      });
      const last = { namespace: targets.at(-1)?.namespace ?? '', name: targets.at(-1)?.name ?? '' };
      await until('the store', async () => (await store.ask('versionOf', last)) === changed.at(-1));
      for (const [who, recorder] of Object.entries({ parser, reader }))
        await until(`the ${who}`, async () => (await recorder.ask('events')) >= targets.length);
      await sleep(1000);

      const seconds = (performance.now() - begun) / 1000;
      const storeSeconds = (await store.ask('cpuSeconds')) - storeBefore;
      const platformAll = cpuSeconds(platform.pid) - cpuBefore;
      const parsingSeconds = (await parsing()) - parsingBefore;
      const idle = (idleBefore + (await idleShare())) / 2;
      const platformSeconds = platformAll - idle * seconds;
      const parsed = await parser.ask('parseAtOnce');
      const perTenThousand = (cpu: number) => (cpu * 10_000) / parsed.events;
      const line = {
        reference: perTenThousand(parsingSeconds),
        referenceWhat: 'bare JSON.parse of each as it comes',
        unit: 's',
        limit: { of: 'ratio', most: 3 },
      } as const;
      const events =
        `${parsed.events} events, ${formatNumber(parsed.bytes / 1e6)} MB, in ${formatNumber(seconds)} s; ` +
        `parsed all at once afterwards they cost ${formatNumber(perTenThousand(parsed.cpuSeconds))} s`;
      return [
        {
          ...line,
          what: '10,000 watch events in the store',
          ours: perTenThousand(storeSeconds),
          note: `${events}; TLS, reading, projecting, telling a listener`,
        },
        {
          ...line,
          what: '10,000 watch events in the API process',
          ours: perTenThousand(platformSeconds),
          note: `the same events with a viewer of the list; what the process uses anyway (${formatNumber(idle * 100)} % of a core) taken off`,
        },
      ];
    } finally {
      viewer.socket.close();
      await Promise.all([connection.close(), store.stop(), parser.stop(), reader.stop()]);
    }
  },
};

async function until(who: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`${who} did not get all events within a minute`);
    await sleep(100);
  }
}
