import { setTimeout as sleep } from 'node:timers/promises';
import type { Place } from '../../../apps/api/src/ws/testing/stream-client.ts';
import { openBrowser, openTab, type BrowserOnLine, type Tab } from '../../../e2e/support/browser.ts';
import { submitLogin } from '../../../e2e/support/sign-in.ts';
import type { Bar, Measure } from '../src/bar.ts';
import { interleave } from '../src/interleave.ts';
import { timed } from '../src/load.ts';
import { account, type Platform } from '../src/platform.ts';
import { endRealPod, runRealPod } from '../src/real-pods.ts';
import { mustBe } from '../src/rows.ts';
import { podCount } from '../src/size.ts';
import { median } from '../src/statistics.ts';
import { formatNumber } from '../src/table.ts';
import { bytesDuring, serveStaticPages, type StaticPages } from '../src/static-page.ts';
import type { World } from '../src/world.ts';

type Page = Tab['page'];

const turns = 9;
const rows = 'tr[data-uid]';
const pods = '/clusters/main/core/pods';
const deployments = '/clusters/main/apps/deployments';
/** Where the real pod is the only one. */
const realPods = '/clusters/side/core/pods?namespace=bench-real&q=felt';

export const speedFelt: Bar = {
  number: 21,
  title: 'what is waited for in Chromium',
  needsRealNode: true,
  async run(world) {
    const [platform, side] = [await world.platform(), await world.side()];
    const place = await runRealPod(side, 'felt', 'while :; do date; sleep 1; done');
    const pages = await serveStaticPages();
    const online = await openBrowser(Number(new URL(platform.url).port));
    const bare = await openBrowser(pages.port);
    try {
      const login = await loginUsable(platform, pages, online, bare);
      const { page, problems } = await openTab(online.browser);
      await page.goto(`${platform.url}/login?returnTo=${encodeURIComponent(pods)}`);
      await submitLogin(page, account.username, account.password);
      await page.locator(rows).first().waitFor({ timeout: 120_000 });
      const measures = [
        login,
        await reload(world, platform, pages, page, bare),
        await pageChange(page),
        await firstLogLine(world, platform, page, place),
        await prompt(world, platform, page, place),
      ];
      mustBe('problems in the console', problems().length, 0);
      return measures;
    } finally {
      await online.close();
      await bare.close();
      await pages.close();
      await endRealPod(side, place);
    }
  },
};

const kilobytes = (sizes: readonly number[]) =>
  formatNumber(sizes.reduce((sum, size) => sum + size, 0) / 1e3);

async function loginUsable(
  platform: Platform,
  pages: StaticPages,
  online: BrowserOnLine,
  bare: BrowserOnLine,
): Promise<Measure> {
  const first = await openTab(online.browser);
  const sizes = await bytesDuring(first.page, () => openLogin(first.page, platform));
  await first.close();
  const cold = (browser: BrowserOnLine, open: (page: Page) => Promise<void>) => async () => {
    const tab = await openTab(browser.browser);
    const time = await timed(() => open(tab.page));
    await tab.close();
    return [time];
  };
  const alternatives = [
    cold(online, (page) => openLogin(page, platform)),
    cold(bare, (page) => openStatic(page, pages, sizes)),
  ] as const;
  await interleave(1, alternatives);
  const [ours, theirs] = await interleave(turns, alternatives);
  return {
    what: 'login page usable, nothing cached',
    ours: median(ours),
    reference: median(theirs),
    referenceWhat: 'bare page of the same bytes',
    unit: 'ms',
    limit: { of: 'value', most: 1000 },
    note: `medians of ${turns} in turns, each in a new profile; ${sizes.length} answers with ${kilobytes(sizes)} kB`,
  };
}

async function openLogin(page: Page, { url }: Platform): Promise<void> {
  await page.goto(`${url}/login`);
  await page.locator('#username').waitFor();
}

async function openStatic(page: Page, pages: StaticPages, sizes: readonly number[]): Promise<void> {
  await page.goto(pages.urlOf(sizes));
  await page.locator('#done').waitFor();
}

async function reload(
  world: World,
  { url }: Platform,
  pages: StaticPages,
  page: Page,
  bare: BrowserOnLine,
): Promise<Measure> {
  const open = async () => {
    await page.goto(url + pods);
    await page.locator(rows).first().waitFor();
  };
  await open();
  const sizes = await bytesDuring(page, open);
  const bareTab = await openTab(bare.browser);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const busy: number[] = [];
  const [ours, theirs] = await interleave(turns, [
    async () => {
      const time = await timed(open);
      const { metrics } = await session.send('Performance.getMetrics');
      busy.push((metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000);
      return [time];
    },
    async () => [await timed(() => openStatic(bareTab.page, pages, sizes))],
  ]);
  await session.detach();
  await bareTab.close();
  return {
    what: `pods page of ${podCount(world.size).toLocaleString('en-US')}, from reload to rows`,
    ours: median(ours),
    reference: median(theirs),
    referenceWhat: 'bare page of the same bytes',
    unit: 'ms',
    limit: { of: 'value', most: 1500 },
    note: `medians of ${turns} in turns; the page’s main thread was busy for ${formatNumber(median(busy))} ms of it; ${sizes.length} answers with ${kilobytes(sizes)} kB`,
  };
}

/** By the menu, from the list of one kind to that of another. */
async function pageChange(page: Page): Promise<Measure> {
  const change = (path: string) => async () => {
    const link = page.locator(`nav a[href^="${path}"]`).first();
    return [
      await timed(async () => {
        await link.click();
        await page.locator(`${rows} a[href^="${path}/"]`).first().waitFor();
      }),
    ];
  };
  const both = [change(deployments), change(pods)] as const;
  await interleave(2, both);
  const times = await interleave(turns, both);
  return {
    what: 'change of page by the menu, to rows',
    ours: median(times.flat()),
    reference: null,
    referenceWhat: '',
    unit: 'ms',
    limit: { of: 'value', most: 400 },
    note: `medians of ${turns} each way, pods to Deployments and back`,
  };
}

/** From the list of pods to what a button of a row leads to. */
async function afterClick(
  page: Page,
  { url }: Platform,
  button: RegExp,
  isThere: () => Promise<unknown>,
): Promise<number> {
  await page.goto(url + realPods);
  const control = page.locator(rows).getByRole('button', { name: button });
  await control.waitFor();
  // what the page does once its rows are there is not what is measured
  await sleep(500);
  return timed(async () => {
    await control.click();
    await isThere();
  });
}

async function firstLogLine(world: World, platform: Platform, page: Page, place: Place): Promise<Measure> {
  return clickTo(world, platform, page, {
    what: 'click to first log line',
    button: /^Logs /,
    ready: () => page.locator('.log-line').first().waitFor(),
    kubectl: ['logs', '--namespace', place.namespace, place.pod, '--tail', '1'],
    referenceWhat: 'kubectl logs --tail 1',
    until: '',
  });
}

async function prompt(world: World, platform: Platform, page: Page, place: Place): Promise<Measure> {
  const lines = page.locator('[data-testid=terminal] .xterm-rows > div');
  return clickTo(world, platform, page, {
    what: 'click to a prompt',
    button: /^Shell /,
    ready: () =>
      lines
        .filter({ hasText: /[#$]\s*$/ })
        .first()
        .waitFor(),
    kubectl: ['exec', '--namespace', place.namespace, place.pod, '--', 'true'],
    referenceWhat: 'kubectl exec of true',
    until: ' to the shell’s own prompt',
  });
}

/** From a click on a button of the pod's row until something is there, beside a command of kubectl. */
async function clickTo(
  world: World,
  platform: Platform,
  page: Page,
  asked: {
    what: string;
    button: RegExp;
    ready: () => Promise<void>;
    kubectl: string[];
    referenceWhat: string;
    until: string;
  },
): Promise<Measure> {
  const side = await world.side();
  const alternatives = [
    async () => [await afterClick(page, platform, asked.button, asked.ready)],
    async () => [await world.timeKubectl(side, ...asked.kubectl)],
  ] as const;
  await interleave(1, alternatives);
  const [ours, theirs] = await interleave(turns, alternatives);
  return {
    what: asked.what,
    ours: median(ours),
    reference: median(theirs),
    referenceWhat: asked.referenceWhat,
    unit: 'ms',
    limit: { of: 'value', most: 1000 },
    note: `medians of ${turns} in turns, from the row’s button${asked.until}`,
  };
}
