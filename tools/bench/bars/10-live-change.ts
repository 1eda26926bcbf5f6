import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCluster } from '@pilothouse/control-plane';
import type { Bar, Measure } from '../src/bar.ts';
import { now } from '../src/load.ts';
import type { Platform } from '../src/platform.ts';
import { listPath, liveRows } from '../src/rows.ts';
import { connectTo, setRestarts, unusedRestarts } from '../src/restarts.ts';
import { percentile } from '../src/statistics.ts';
import { watchByBrowser, watchByKubectl, watchBySocket, type Watcher } from '../src/watchers.ts';
import type { World } from '../src/world.ts';

const changes = 60;
const namespace = 'scale-1';

export const liveChange: Bar = {
  number: 10,
  title: 'from a change in the cluster to the row',
  async run(world) {
    const [platform, main] = [await world.platform(), await world.main()];
    const watchers = await startWatchers(world, platform, main);
    try {
      const active = await measure(world, watchers, 'in use');
      world.say(`bar 10: ${world.size.quietSeconds} quiet seconds`);
      await sleep(world.size.quietSeconds * 1000);
      return [...active, ...(await measure(world, watchers, `after ${world.size.quietSeconds} quiet s`))];
    } finally {
      for (const watcher of Object.values(watchers)) await watcher.stop();
    }
  },
};

async function startWatchers(world: World, platform: Platform, main: LocalCluster) {
  const kubectl = watchByKubectl(await world.kubectlPath(), main, namespace);
  const socket = await watchBySocket(platform, namespace);
  const browser = await watchByBrowser(platform, namespace);
  await kubectl.ready;
  return { kubectl, socket, browser };
}

async function measure(
  world: World,
  watchers: Record<'kubectl' | 'socket' | 'browser', Watcher>,
  when: string,
): Promise<Measure[]> {
  const platform = await world.platform();
  const connection = connectTo((await world.main()).kubeconfig);
  const { items } = await liveRows(platform, listPath('main', 'pods', { namespace, pageSize: 50 }));
  const times: Record<keyof typeof watchers, number[]> = { kubectl: [], socket: [], browser: [] };
  const first = unusedRestarts(changes);
  for (let index = 0; index < changes; index += 1) {
    const { uid = '', name = '' } = items[index % items.length] ?? {};
    const restarts = first + index;
    const begun = now();
    const seen = Object.values(watchers).map((watcher) => watcher.sees({ uid, name }, restarts));
    await setRestarts(connection, { namespace, name }, restarts);
    const [kubectl = 0, socket = 0, browser = 0] = await Promise.all(seen);
    times.kubectl.push(kubectl - begun);
    times.socket.push(socket - begun);
    times.browser.push(browser - begun);
    // not in step with anything that gathers changes
    await sleep(300 + Math.random() * 300);
  }
  await connection.close();
  const line = (watcher: 'socket' | 'browser', place: string): Measure => ({
    what: `change to ${place}, ${when}, p95`,
    ours: percentile(times[watcher], 0.95),
    reference: percentile(times.kubectl, 0.95),
    referenceWhat: 'kubectl get -w',
    unit: 'ms',
    limit: { of: 'ratio', most: 3 },
    note: `the same ${changes} changes, from before each was sent; the first took ${Math.round(times[watcher][0] ?? 0)} ms (kubectl ${Math.round(times.kubectl[0] ?? 0)} ms)`,
  });
  return [line('socket', 'live message'), line('browser', 'row in Chromium')];
}
