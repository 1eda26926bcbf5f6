import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openBrowserNetwork, type BrowserNetwork } from './browser-network.ts';

const artifacts = fileURLToPath(new URL('../artifacts/', import.meta.url));

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  // Without WebGL the terminal is drawn as text that a test can read
  '--disable-3d-apis',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Chromium of this machine: `PILOTHOUSE_CHROMIUM`, or the first one on PATH. */
function chromiumPath(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter).concat('/usr/bin');
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const candidates = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  const path = [process.env['PILOTHOUSE_CHROMIUM'] ?? '', ...candidates].find((each) => existsSync(each));
  if (path === undefined) throw new Error('No Chromium on PATH (Debian: apt-get install chromium)');
  return path;
}

/** A browser, and the line between it and the product. */
export interface BrowserOnLine {
  browser: Browser;
  network: BrowserNetwork;
  close: () => Promise<void>;
}

/** Starts Chromium in a network of its own that leads to the product on `port` only. */
export async function openBrowser(port: number): Promise<BrowserOnLine> {
  const network = await openBrowserNetwork(chromiumPath(), port);
  const browser = await chromium.launch({ executablePath: network.executable, headless: true, args: flags });
  return {
    browser,
    network,
    async close() {
      await browser.close();
      await network.close();
    },
  };
}

/** A tab in a profile of its own, and what went wrong in it. */
export interface Tab {
  page: Page;
  /** Console errors, uncaught exceptions, CSP violations so far, without those allowed. */
  problems: () => string[];
  /** A problem that the test provokes on purpose. */
  allow: (pattern: RegExp) => void;
  close: () => Promise<void>;
}

/** Opens a tab as a person with a 13" laptop and an English browser has it; options change that. */
export async function openTab(browser: Browser, options: BrowserContextOptions = {}): Promise<Tab> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    locale: 'en-US',
    colorScheme: 'light',
    ...options,
  });
  return tabOf(await context.newPage(), () => context.close());
}

/** Another tab of the same profile: same cookies. */
export async function openSibling(tab: Tab): Promise<Tab> {
  const page = await tab.page.context().newPage();
  return tabOf(page, () => page.close());
}

function tabOf(page: Page, close: () => Promise<void>): Tab {
  const found: string[] = [];
  const allowed: RegExp[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') found.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => found.push(error.stack ?? error.message));
  return {
    page,
    problems: () => found.filter((problem) => !allowed.some((pattern) => pattern.test(problem))),
    allow: (pattern) => void allowed.push(pattern),
    close,
  };
}

/** Keeps a picture of the page in e2e/artifacts. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await mkdir(artifacts, { recursive: true });
  await page.screenshot({
    path: join(artifacts, `${name.replaceAll(/[^\w-]+/g, '-')}.png`),
    animations: 'disabled',
  });
}
