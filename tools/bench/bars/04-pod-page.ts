import type { Bar } from '../src/bar.ts';
import { interleave } from '../src/interleave.ts';
import { load } from '../src/load.ts';
import { listPath, liveRows, mustBe } from '../src/rows.ts';
import { podCount, sideSize } from '../src/size.ts';
import { percentile } from '../src/statistics.ts';

/** Each leaves at least a page of the 200 as well, so that the answers are of the same size. */
const queries: Record<string, string>[] = [
  { sort: '-restarts,name', labelSelector: 'app.kubernetes.io/name notin (app-1,app-2)' },
  { sort: 'node,-created', q: 'app-' },
  { sort: '-cpuRequests,status', fieldSelector: 'status.phase=Running' },
  { sort: '-name', labelSelector: 'app.kubernetes.io/name,app.kubernetes.io/name!=app-3' },
];

export const podPage: Bar = {
  number: 4,
  title: 'a sorted, filtered page of pods',
  async run(world) {
    const platform = await world.platform();
    const [many, few] = [podCount(world.size), podCount(sideSize)];
    const paths = (cluster: string) =>
      queries.map((query) => listPath(cluster, 'pods', { ...query, pageSize: 50, page: 1 }));
    for (const [cluster, pods] of [
      ['main', many],
      ['side', few],
    ] as const) {
      const pages = await Promise.all(paths(cluster).map((path) => liveRows(platform, path)));
      for (const { items } of pages) mustBe(`rows of a page in ${cluster}`, items.length, 50);
      const labelled = listPath(cluster, 'pods', { labelSelector: 'app.kubernetes.io/name' });
      mustBe(`pods in ${cluster}`, (await liveRows(platform, labelled)).total, pods);
    }
    const ask = (cluster: string) => () =>
      load(
        100,
        1,
        async (index) => (await platform.get(paths(cluster)[index % queries.length] as string)).ms,
      );
    await interleave(2, [ask('main'), ask('side')]);
    const [ours, theirs] = await interleave(6, [ask('main'), ask('side')]);
    return [
      {
        what: `page of ${many.toLocaleString('en-US')} pods, p95`,
        ours: percentile(ours, 0.95),
        reference: percentile(theirs, 0.95),
        referenceWhat: `same of ${few} pods`,
        unit: 'ms',
        limit: { of: 'ratio', most: 3 },
        note: `four queries in turn, by label, text and field, each with another order; ${ours.length} requests each, one at a time`,
      },
    ];
  },
};
