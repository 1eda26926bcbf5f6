import { platformNodeFlags } from '@pilothouse/start/node-flags';
import type { PagedList } from '../processes/paged-list.ts';
import type { Bar } from '../src/bar.ts';
import { askOnce } from '../src/helper.ts';
import { timed } from '../src/load.ts';
import { listPath, liveRows, mustBe } from '../src/rows.ts';
import { median } from '../src/statistics.ts';
import { formatNumber } from '../src/table.ts';

const rounds = 3;

export const coldSync: Bar = {
  number: 6,
  title: 'the first list of all pods',
  async run(world) {
    const [platform, { kubeconfig }] = [await world.platform(), await world.main()];
    const [ours, theirs, p99, most]: number[][] = [[], [], [], []];
    for (let round = 1; round <= rounds; round += 1) {
      const fetched = await askOnce<PagedList, 'list'>('paged-list', platformNodeFlags, 'list', kubeconfig);
      theirs?.push(fetched.ms);
      // the same cluster under another name has stores of its own
      const name = `cold-${round}`;
      await platform.register(name, kubeconfig);
      await platform.eventLoopDelay();
      let total = 0;
      ours?.push(
        await timed(
          async () => ({ total } = await liveRows(platform, listPath(name, 'pods', { pageSize: 50 }))),
        ),
      );
      const delay = await platform.eventLoopDelay();
      p99?.push(delay.p99);
      most?.push(delay.most);
      mustBe('pods', total, fetched.pods);
      await platform.unregister(name);
    }
    return [
      {
        what: 'first list of all pods',
        ours: median(ours ?? []),
        reference: median(theirs ?? []),
        referenceWhat: 'paged fetch and JSON.parse',
        unit: 'ms',
        limit: { of: 'ratio', most: 2 },
        note: `medians of ${rounds}; discovery of the cluster and the first page included`,
      },
      {
        what: 'event-loop delay meanwhile, p99',
        ours: median(p99 ?? []),
        reference: null,
        referenceWhat: '',
        unit: 'ms',
        limit: { of: 'value', most: 50 },
        note: `the longest was ${formatNumber(Math.max(...(most ?? [])))} ms`,
      },
    ];
  },
};
