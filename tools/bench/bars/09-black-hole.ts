import { setTimeout as sleep } from 'node:timers/promises';
import type { Bar } from '../src/bar.ts';
import { interleave } from '../src/interleave.ts';
import { load } from '../src/load.ts';
import type { Platform } from '../src/platform.ts';
import { startRelay, type Relay } from '../src/relay.ts';
import { listPath, liveRows } from '../src/rows.ts';
import { percentile } from '../src/statistics.ts';

const clusters = 10;
const tenth = `cluster-${clusters}`;
/** What people ask of the tenth cluster meanwhile, whatever becomes of it. */
const callsPerSecond = 10;

export const blackHole: Bar = {
  number: 9,
  title: 'one of ten clusters does not answer any more',
  async run(world) {
    const { kubeconfig, server } = await world.side();
    const relays: Relay[] = [];
    const platforms: Platform[] = [];
    const start = async () => {
      const relay = await startRelay(server);
      relays.push(relay);
      const platform = await world.startPlatform();
      platforms.push(platform);
      for (let index = 1; index < clusters; index += 1)
        await platform.register(`cluster-${index}`, kubeconfig);
      await platform.register(tenth, kubeconfig.replace(server, `https://127.0.0.1:${relay.port}`));
      for (let index = 1; index <= clusters; index += 1) await liveRows(platform, page(`cluster-${index}`));
      return { platform, relay };
    };
    try {
      const healthy = await start();
      const holed = await start();
      const { items } = await liveRows(healthy.platform, page('cluster-1'));
      const paths = Array.from({ length: clusters - 1 }, (_, index) => [
        page(`cluster-${index + 1}`),
        `/clusters/cluster-${index + 1}/k8s/core/pods/${items[0]?.namespace}/${items[0]?.name}`,
      ]).flat();
      const ask = (platform: Platform) => () =>
        withCallsToTenth(platform, () =>
          load(180, 4, async (index) => (await platform.get(paths[index % paths.length] as string)).ms),
        );
      await interleave(3, [ask(holed.platform), ask(healthy.platform)]);
      holed.relay.blackHole();
      world.say('bar 9: the tenth cluster is a black hole now');
      const [ours, theirs] = await interleave(25, [ask(holed.platform), ask(healthy.platform)]);
      return [
        {
          what: 'pages and objects of nine clusters, the tenth black-holed, p99',
          ours: percentile(ours, 0.99),
          reference: percentile(theirs, 0.99),
          referenceWhat: 'all ten healthy',
          unit: 'ms',
          limit: { of: 'ratio', most: 1.2 },
          note: `two platforms side by side, ${ours.length} requests each in turns of 180, 4 at a time; ${callsPerSecond} calls a second to the tenth meanwhile`,
        },
      ];
    } finally {
      for (const platform of platforms) await platform.stop();
      for (const relay of relays) relay.close();
    }
  },
};

const page = (cluster: string) => listPath(cluster, 'pods', { pageSize: 50 });

async function withCallsToTenth<T>(platform: Platform, work: () => Promise<T>): Promise<T> {
  const done = new AbortController();
  const paths = [page(tenth), `/clusters/${tenth}/k8s/core/namespaces/_/default`];
  const calling = (async () => {
    for (let call = 0; !done.signal.aborted; call += 1) {
      // what it answers, if anything, is not what is measured
      void platform.get(paths[call % paths.length] as string).catch(() => undefined);
      await sleep(1000 / callsPerSecond);
    }
  })();
  try {
    return await work();
  } finally {
    done.abort();
    await calling;
  }
}
