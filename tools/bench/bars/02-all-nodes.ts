import { fetchAllNodes } from '../src/all-nodes.ts';
import type { Bar } from '../src/bar.ts';
import { interleave } from '../src/interleave.ts';
import { listPath, liveRows } from '../src/rows.ts';
import { median } from '../src/statistics.ts';

export const allNodes: Bar = {
  number: 2,
  title: 'all node rows with pod figures, warm',
  async run(world) {
    const [platform, main] = [await world.platform(), await world.main()];
    await liveRows(platform, listPath('main', 'nodes'));
    const raw = (path: string) => world.timeKubectl(main, 'get', '--raw', path);
    const [ours, theirs] = await interleave(5, [
      async () => {
        const times = [];
        for (let turn = 0; turn < 5; turn += 1)
          times.push((await fetchAllNodes(platform, world.size.nodes)).ms);
        return times;
      },
      async () => [(await raw('/api/v1/nodes')) + (await raw('/api/v1/pods'))],
    ]);
    return [
      {
        what: `all ${world.size.nodes} nodes with figures`,
        ours: median(ours),
        reference: median(theirs),
        referenceWhat: 'kubectl get --raw of nodes and of pods',
        unit: 'ms',
        limit: { of: 'ratio', most: 1 / 20 },
        note: 'medians of 25 and of 5 in turns; pages of 500, one after the other',
      },
    ];
  },
};
