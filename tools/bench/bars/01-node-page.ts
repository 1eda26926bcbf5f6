import type { Row } from '@pilothouse/kinds';
import { platformNodeFlags } from '@pilothouse/start/node-flags';
import type { ExpressReference } from '../processes/express-reference.ts';
import type { Bar } from '../src/bar.ts';
import { startHelper } from '../src/helper.ts';
import { HttpClient } from '../src/http-client.ts';
import { interleave } from '../src/interleave.ts';
import { load } from '../src/load.ts';
import { listPath, liveRows, mustBe } from '../src/rows.ts';
import { percentile } from '../src/statistics.ts';

const rounds = 8;
const requests = 100;
const atATime = 8;

export const nodePage: Bar = {
  number: 1,
  title: 'a page of 100 nodes with requests, limits and pod counts, 8 at a time',
  async run(world) {
    const platform = await world.platform();
    const path = listPath('main', 'nodes', { pageSize: 100, sort: '-cpuRequests' });
    const haveFigures = (rows: Row[]) => rows.every(({ cells }) => Number(cells.pods) > 0);
    const page = await liveRows(platform, path, haveFigures);
    mustBe('rows', page.items.length, 100);

    const reference = startHelper<ExpressReference>('express-reference', platformNodeFlags);
    const http = new HttpClient();
    try {
      const url = await reference.ask('listen', page);
      const ask = async () => {
        const answer = await http.get(url, { 'accept-encoding': 'gzip, deflate, br' });
        mustBe('status of the reference', answer.status, 200);
        return answer.ms;
      };
      const askPlatform = async () => (await platform.get(path)).ms;
      const times = () =>
        interleave(rounds, [() => load(requests, atATime, askPlatform), () => load(requests, atATime, ask)]);
      // a process that has just started gets faster for some thousand requests
      for (let round = 0; round < 3; round += 1) await times();
      const [ours, theirs] = await times();
      return [
        {
          what: 'node page, p95',
          ours: percentile(ours, 0.95),
          reference: percentile(theirs, 0.95),
          referenceWhat: 'bare Express, same rows',
          unit: 'ms',
          limit: { of: 'ratio', most: 1.5 },
          note: `${ours.length} requests each, in turns of ${requests}`,
        },
      ];
    } finally {
      http.close();
      await reference.stop();
    }
  },
};
