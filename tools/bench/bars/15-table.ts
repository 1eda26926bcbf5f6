import { readFile } from 'node:fs/promises';
import { openBrowser, openTab, type BrowserOnLine, type Tab } from '../../../e2e/support/browser.ts';
import { submitLogin } from '../../../e2e/support/sign-in.ts';
import type { Bar } from '../src/bar.ts';
import { interleave } from '../src/interleave.ts';
import { timed } from '../src/load.ts';
import { account, type Platform } from '../src/platform.ts';
import { mustBe } from '../src/rows.ts';
import { podCount } from '../src/size.ts';
import { median } from '../src/statistics.ts';

/** Two Deployments of ten pods each. */
const few = {
  path: '/clusters/side/core/pods?labelSelector=app.kubernetes.io/name%20in%20(app-1,app-2)',
  pods: 20,
};
const rows = 'tr[data-uid]';
const turns = 8;

export const table: Bar = {
  number: 15,
  title: 'the table of pods in Chromium',
  async run(world) {
    const platform = await world.platform();
    const many = { path: '/clusters/main/core/pods', pods: podCount(world.size) };
    const online = await openBrowser(Number(new URL(platform.url).port));
    try {
      const { page, problems } = await openTab(online.browser);
      await page.goto(`${platform.url}/login?returnTo=${encodeURIComponent(many.path)}`);
      await submitLogin(page, account.username, account.password);
      await page.locator(rows).first().waitFor({ timeout: 120_000 });
      const open = (list: typeof few) => async () => [await timed(() => useTable(page, platform, list))];
      await interleave(2, [open(many), open(few)]);
      const [ours, theirs] = await interleave(turns, [open(many), open(few)]);
      await useTable(page, platform, { ...many, path: `${many.path}?pageSize=500` });
      const inDom = await page.locator(rows).count();
      mustBe('problems in the console', problems().length, 0);
      return [
        {
          what: `table of ${many.pods.toLocaleString('en-US')} pods, from reload until it has been sorted`,
          ours: median(ours),
          reference: median(theirs),
          referenceWhat: `same of ${few.pods} pods`,
          unit: 'ms',
          limit: { of: 'ratio', most: 2 },
          note: `medians of ${turns} in turns: the page is loaded, its rows appear, two clicks on a heading bring them in its order, the last first`,
        },
        {
          what: 'rows in the document, the largest page asked for',
          ours: inDom,
          reference: null,
          referenceWhat: '',
          unit: 'rows',
          limit: { of: 'value', most: 100 },
        },
        {
          what: 'memory of the tab',
          ours: (await memoryOf(page, online.browser)) / 1e6,
          reference: null,
          referenceWhat: '',
          unit: 'MB',
          limit: { of: 'value', most: 150 },
          note: 'private memory of the page’s process after all of that and a garbage collection',
        },
      ];
    } finally {
      await online.close();
    }
  },
};

/** Loads the page of a list, waits for its rows and sorts them by name, then the other way round. */
async function useTable(page: Tab['page'], platform: Platform, { path }: typeof few): Promise<void> {
  await page.goto(platform.url + path);
  await page.locator(rows).first().waitFor();
  const first = await page.locator(rows).first().getAttribute('data-uid');
  const heading = page.locator('th[aria-sort] button').first();
  await heading.click();
  await heading.click();
  // not by a function of the page: its content security policy refuses what is evaluated
  await page.locator(`:nth-match(${rows}, 1):not([data-uid="${first}"])`).waitFor();
}

/** Bytes that the process of the only page has for itself, once garbage is collected. */
async function memoryOf(page: Tab['page'], browser: BrowserOnLine['browser']): Promise<number> {
  const tab = await page.context().newCDPSession(page);
  await tab.send('HeapProfiler.collectGarbage');
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter(({ type }) => type === 'renderer');
  return Math.max(...(await Promise.all(renderers.map(({ id }) => privateBytes(id)))));
}

async function privateBytes(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kibibytes = [...rollup.matchAll(/^Private_\w+:\s+(\d+) kB/gm)].map(([, size]) => Number(size));
  return kibibytes.reduce((sum, size) => sum + size, 0) * 1024;
}
