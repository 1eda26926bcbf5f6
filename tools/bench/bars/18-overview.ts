import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FakeClusters } from '../../../apps/api/src/features/clusters/testing/fake-clusters-process.ts';
import { openBrowser, openTab } from '../../../e2e/support/browser.ts';
import { submitLogin } from '../../../e2e/support/sign-in.ts';
import type { Bar } from '../src/bar.ts';
import { followRows } from '../src/live-rows.ts';
import { load, timed } from '../src/load.ts';
import { account, type Platform } from '../src/platform.ts';
import { residentMb } from '../src/process-meter.ts';
import { mustBe } from '../src/rows.ts';
import { median, percentile } from '../src/statistics.ts';

const clusters = 200;
const lookedAt = 3;
const turns = 9;
const asks = 60;
/** How long a process gets to come to rest. */
const restMs = 20_000;
const fakes = join(
  import.meta.dirname,
  '../../../apps/api/src/features/clusters/testing/fake-clusters-process.ts',
);
/** The last row of the page's bar of memory: its cluster was counted. */
const shownAtOnce = 100;
const lastRow = `.usage >> nth=${2 * shownAtOnce - 1}`;

export const overview: Bar = {
  number: 18,
  title: 'overview of many clusters',
  async run(world) {
    const { process, kubeconfigs } = await startFakeClusters();
    const platform = await world.startPlatform();
    try {
      await platform.client();
      await sleep(restMs);
      const bare = residentMb(platform.pid);
      await load(clusters, 8, (index) => platform.register(`fake-${index}`, kubeconfigs[index] ?? ''));
      const viewers = [];
      for (let index = 0; index < lookedAt; index += 1)
        viewers.push(await followRows(platform, `fake-${index}`, 'pods', { pageSize: 50 }));
      const online = await openBrowser(Number(new URL(platform.url).port));
      const { page, problems } = await openTab(online.browser);
      await page.goto(`${platform.url}/login?returnTo=${encodeURIComponent('/clusters')}`);
      await submitLogin(page, account.username, account.password);
      world.say(`bar 18: ${clusters} clusters, until all are counted`);
      await counted(platform);
      await page.locator(lastRow).waitFor({ timeout: 30_000 });
      // everybody looks: each cluster is probed every few seconds, counted every minute
      await sleep(restMs);
      const resident = residentMb(platform.pid);
      const reloads: number[] = [];
      for (let turn = 0; turn < turns; turn += 1) {
        reloads.push(
          await timed(async () => {
            await page.goto(`${platform.url}/clusters`);
            await page.locator(lastRow).waitFor();
          }),
        );
      }
      mustBe('problems in the console', problems().length, 0);
      await online.close();
      const answers = await load(asks, 1, () => timed(() => askOverview(platform)));
      for (const { socket } of viewers) socket.close();
      return [
        {
          what: `overview of ${clusters} clusters in Chromium, from reload to the figures of the ${shownAtOnce} shown at first`,
          ours: median(reloads),
          reference: null,
          referenceWhat: '',
          unit: 'ms',
          limit: { of: 'value', most: 1000 },
          note: `median of ${turns}; pods of ${lookedAt} clusters are looked at, and all clusters are probed as often as a look at them asks for`,
        },
        {
          what: `its answers: ${clusters} clusters and their figures, p95`,
          ours: percentile(answers, 0.95),
          reference: null,
          referenceWhat: '',
          unit: 'ms',
          limit: { of: 'value', most: 1000 },
          note: `${asks} times both, one after the other`,
        },
        {
          what: `resident memory with ${clusters} clusters, ${lookedAt} with viewers`,
          ours: resident,
          reference: bare,
          referenceWhat: 'without clusters',
          unit: 'MB',
          limit: { of: 'difference', most: 200 },
          note: 'the whole process, somebody on the overview',
        },
      ];
    } finally {
      await platform.stop();
      process.disconnect();
    }
  },
};

/** Apiservers of ten nodes and two hundred pods each, in a process of their own. */
async function startFakeClusters(): Promise<{ process: ChildProcess; kubeconfigs: string[] }> {
  const wanted: FakeClusters = { clusters, nodes: 10, pods: 200, versionMs: 5 };
  const process = fork(fakes, [JSON.stringify(wanted)]);
  const [kubeconfigs] = (await once(process, 'message')) as [string[]];
  return { process, kubeconfigs };
}

interface Figures {
  items: { nodes: unknown; cpu: { used: number | null; requested: number | null } }[];
}

async function askOverview(platform: Platform): Promise<Figures> {
  const [all, figures] = await Promise.all([platform.get('/clusters'), platform.get('/cluster-figures')]);
  mustBe('clusters', (JSON.parse(all.text()) as { items: unknown[] }).items.length, clusters);
  return JSON.parse(figures.text()) as Figures;
}

async function counted(platform: Platform): Promise<void> {
  const deadline = Date.now() + 300_000;
  for (;;) {
    const { items } = await askOverview(platform);
    const known = items.filter(
      ({ nodes, cpu }) => nodes !== null && cpu.used !== null && cpu.requested !== null,
    );
    if (known.length === clusters) return;
    if (Date.now() > deadline) throw new Error(`only ${known.length} clusters were counted in five minutes`);
    await sleep(1000);
  }
}
