import { setTimeout as sleep } from 'node:timers/promises';
import type { Bar } from '../src/bar.ts';
import { interleave } from '../src/interleave.ts';
import { load } from '../src/load.ts';
import type { Platform } from '../src/platform.ts';
import { cpuDuring, residentMb } from '../src/process-meter.ts';
import { listPath, liveRows } from '../src/rows.ts';
import { percentile } from '../src/statistics.ts';

/** Two rounds of the probes that every registered cluster gets. */
const windowMs = 60_000;
const path = listPath('side', 'pods', { pageSize: 50, sort: '-created' });

export const idleClusters: Bar = {
  number: 8,
  title: 'one more idle cluster',
  async run(world) {
    const { kubeconfig } = await world.side();
    const count = world.size.idleClusters;
    const few = await world.startPlatform();
    const many = await world.startPlatform();
    try {
      for (const platform of [few, many]) await platform.register('side', kubeconfig);
      for (let index = 1; index <= count; index += 1) await many.register(`idle-${index}`, kubeconfig);
      for (const platform of [few, many]) await liveRows(platform, path);
      world.say(`bar 8: ${count} idle clusters, waiting a minute twice`);
      await sleep(windowMs);
      const wait = sleep(windowMs);
      const [fewCpu, manyCpu] = await Promise.all([few, many].map(({ pid }) => cpuDuring(pid, () => wait)));
      const [fewMb, manyMb] = [residentMb(few.pid), residentMb(many.pid)];

      const ask = (platform: Platform) => () => load(50, 1, async () => (await platform.get(path)).ms);
      await interleave(10, [ask(many), ask(few)]);
      // half a minute: shorter, one hiccup of the machine is five in a hundred requests
      const [crowded, alone] = await interleave(100, [ask(many), ask(few)]);
      const note = `two platforms side by side, one with ${count} clusters more`;
      const share = ((manyCpu ?? 0) - (fewCpu ?? 0)) / (windowMs / 1000) / count;
      return [
        {
          what: 'memory of an idle cluster',
          ours: (manyMb - fewMb) / count,
          reference: null,
          referenceWhat: '',
          unit: 'MB',
          limit: { of: 'value', most: 5 },
          note,
        },
        {
          what: 'processor time of an idle cluster',
          ours: share * 100,
          reference: null,
          referenceWhat: '',
          unit: '% of a core',
          limit: { of: 'value', most: 0.2 },
          note: `over ${windowMs / 1000} s`,
        },
        {
          what: `page of another cluster beside ${count} idle ones, p95`,
          ours: percentile(crowded, 0.95),
          reference: percentile(alone, 0.95),
          referenceWhat: 'without them',
          unit: 'ms',
          limit: { of: 'ratio', most: 1.1 },
          note: `${alone.length} requests each, in turns of 50`,
        },
      ];
    } finally {
      await few.stop();
      await many.stop();
    }
  },
};
