import type { Bar } from '../src/bar.ts';
import { interleave } from '../src/interleave.ts';
import { timed } from '../src/load.ts';
import { listPath, liveRows, mustBe } from '../src/rows.ts';
import { median } from '../src/statistics.ts';

export const nodeDetail: Bar = {
  number: 5,
  title: 'a node with its pods and events',
  async run(world) {
    const [platform, main] = [await world.platform(), await world.main()];
    const { items } = await liveRows(platform, listPath('main', 'nodes', { sort: '-pods', pageSize: 20 }));
    await liveRows(platform, listPath('main', 'events'));
    /** What the node's page asks for, at once. */
    const paths = ({ name, uid }: { name: string; uid: string }) => [
      `/clusters/main/k8s/core/nodes/_/${name}`,
      listPath('main', 'pods', { fieldSelector: `spec.nodeName=${name}`, pageSize: 50 }),
      listPath('main', 'events', {
        fieldSelector: `involvedObject.uid=${uid}`,
        sort: '-newest',
        pageSize: 200,
      }),
    ];
    for (const node of items) {
      const [, pods = ''] = paths(node);
      mustBe(`pods of ${node.name}`, (await liveRows(platform, pods)).total, node.cells.pods);
    }
    const open = (node: { name: string; uid: string }) =>
      timed(() => Promise.all(paths(node).map((path) => platform.get(path))));
    let [next, described] = [0, 0];
    const node = (index: number) => items[index % items.length] as (typeof items)[number];
    const [ours, theirs] = await interleave(10, [
      async () => [await open(node((next += 1))), await open(node((next += 1)))],
      async () => [await world.timeKubectl(main, 'describe', 'node', node((described += 1)).name)],
    ]);
    return [
      {
        what: 'node, its pods and events',
        ours: median(ours),
        reference: median(theirs),
        referenceWhat: 'kubectl describe node',
        unit: 'ms',
        limit: { of: 'ratio', most: 0.25 },
        note: `medians of ${ours.length} and of ${theirs.length}, in turns, over ${items.length} nodes; node read live from the cluster`,
      },
    ];
  },
};
