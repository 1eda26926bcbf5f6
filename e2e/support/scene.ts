import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { changeFirstPassword, type ApiClient } from './api.ts';
import { openBrowser, openSibling, openTab, screenshot, type BrowserOnLine, type Tab } from './browser.ts';
import type { BrowserNetwork } from './browser-network.ts';
import { startProduct, type Product, type ProductOptions } from './product.ts';
import { adminPassword, signIn } from './sign-in.ts';

/** A product and a browser for the tests of a file. */
export interface Scene {
  product: Product;
  /** The line between browser and product. */
  network: BrowserNetwork;
  /** Opens a path in a fresh profile, nobody signed in. */
  open: (path: string, options?: BrowserContextOptions) => Promise<Tab>;
  /** Opens a path as a signed-in user, by default the administrator. */
  openSignedIn: (
    path: string,
    options?: BrowserContextOptions & { user?: { username: string; password: string } },
  ) => Promise<Tab>;
  /** Opens a path in another tab of the same profile: the same person, signed in already. */
  openBeside: (tab: Tab, path: string) => Promise<Tab>;
}

/**
 * Registers hooks: the product and the browser start before the first test; each test's tabs are closed after it, and
 * any console error, exception or CSP violation that it did not allow fails it.
 */
export function useScene(options: ProductOptions = {}): Scene {
  let product: Product | undefined;
  let online: BrowserOnLine | undefined;
  const tabs: Tab[] = [];

  beforeAll(async () => {
    product = await startProduct(options);
    online = await openBrowser(product.port);
  });
  afterEach(async (context) => {
    const problems = tabs.flatMap((tab) => tab.problems());
    for (const [index, tab] of tabs.entries()) {
      if (context.task.result?.state === 'fail')
        await screenshot(tab.page, `failed-${context.task.name}-${index}`);
    }
    // The first tab of a profile takes those beside it along
    for (const tab of tabs.splice(0).toReversed()) await tab.close();
    if (problems.length > 0) throw new Error(`The browser complained:\n${problems.join('\n')}`);
  });
  afterAll(async () => {
    await online?.close();
    await product?.stop();
  });

  const open = async (path: string, contextOptions: BrowserContextOptions = {}) => {
    const tab = await openTab((online as BrowserOnLine).browser, contextOptions);
    tabs.push(tab);
    await tab.page.goto(`${(product as Product).url}${path}`);
    return tab;
  };
  return {
    get product() {
      return product as Product;
    },
    get network() {
      return (online as BrowserOnLine).network;
    },
    open,
    async openSignedIn(path, { user, ...contextOptions } = {}) {
      const tab = await open('/login', contextOptions);
      await signIn(tab.page, product as Product, { ...user, path });
      return tab;
    },
    async openBeside(tab, path) {
      const beside = await openSibling(tab);
      tabs.push(beside);
      await beside.page.goto(`${(product as Product).url}${path}`);
      return beside;
    },
  };
}

/** The administrator, past the forced change of the first password. */
export function adminOf(product: Product): Promise<ApiClient> {
  return changeFirstPassword(product.url, {
    username: 'admin',
    first: product.firstPassword ?? '',
    next: adminPassword,
  });
}
