import { endpoints } from '@pilothouse/contract';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { cutTexts, scrollsSideways, seriousFindings } from './support/accessibility.ts';
import { openTab, screenshot, type Tab } from './support/browser.ts';
import { adminOf, useScene } from './support/scene.ts';
import { signIn } from './support/sign-in.ts';
import { workerCluster } from './worker-cluster.ts';

const scene = useScene();
let pod: string;
let treeNode: string;

beforeAll(async () => {
  const cluster = await workerCluster();
  pod = await cluster.kubectl('get', 'pods', '-n', 'demo', '-o', 'jsonpath={.items[0].metadata.name}');
  const admin = await adminOf(scene.product);
  await admin.call(endpoints.createCluster, {
    body: {
      name: 'harbour',
      kubeconfig: cluster.kubeconfig,
      displayName: '',
      environment: 'production',
      description: '',
      timeoutMs: 10_000,
    },
  });
  const acme = await admin.call(endpoints.createTreeNode, {
    body: { parent: null, name: 'acme', displayName: 'Acme' },
  });
  treeNode = acme.id;
  await admin.call(endpoints.setTreeOwners, {
    params: { node: treeNode },
    body: { operations: [{ kind: 'user', user: 'admin' }], development: [], developer: [] },
  });
});

/** Each page, and what is there once it has its data. */
const pages = {
  clusters: { path: () => '/clusters', ready: '[data-testid=health][data-state=healthy]' },
  register: { path: () => '/register-cluster', ready: '#kubeconfig' },
  cluster: { path: () => '/clusters/harbour', ready: '[data-testid=health][data-state=healthy]' },
  nodes: { path: () => '/clusters/harbour/nodes', ready: 'tr[data-uid]' },
  node: { path: () => '/clusters/harbour/nodes/kwok-1', ready: '.figures, table' },
  pods: { path: () => '/clusters/harbour/pods', ready: 'tr[data-uid]' },
  pod: { path: () => `/clusters/harbour/pods/demo/${pod}`, ready: 'table' },
  namespaces: { path: () => '/clusters/harbour/core/namespaces', ready: 'tr[data-uid]' },
  deployments: { path: () => '/clusters/harbour/apps/deployments', ready: 'tr[data-uid]' },
  deployment: { path: () => '/clusters/harbour/apps/deployments/demo/web', ready: '.rollout' },
  related: { path: () => '/clusters/harbour/apps/deployments/demo/web?tab=related', ready: 'tr[data-uid]' },
  services: { path: () => '/clusters/harbour/core/services', ready: 'tr[data-uid]' },
  service: { path: () => '/clusters/harbour/core/services/demo/web', ready: 'tr[data-uid]' },
  configMap: { path: () => '/clusters/harbour/core/configmaps/demo/web-settings', ready: '.ant-collapse' },
  apply: { path: () => '/clusters/harbour/apply', ready: '[data-testid=yaml] .cm-content' },
  operations: { path: () => '/operations', ready: 'table' },
  terminals: { path: () => '/terminals', ready: 'table' },
  users: { path: () => '/users', ready: 'table' },
  groups: { path: () => '/groups', ready: 'table' },
  grants: { path: () => '/grants', ready: 'table' },
  person: { path: () => '/users/admin', ready: 'h1' },
  roles: { path: () => '/roles', ready: 'table' },
  role: { path: () => '/roles/developer', ready: 'h1' },
  'new role': { path: () => '/new-role', ready: 'main input' },
  tree: { path: () => `/tree/${treeNode}`, ready: 'dl .owner' },
  rights: { path: () => '/rights', ready: 'h1' },
  kubeconfigs: { path: () => '/clusters/harbour/kubeconfigs', ready: 'h1' },
  templates: { path: () => '/templates', ready: 'h1' },
  'new template': { path: () => '/new-template', ready: '.cm-content' },
  tasks: { path: () => '/tasks', ready: 'h1' },
  audit: { path: () => '/audit', ready: 'tr[data-uid]' },
  profile: { path: () => '/profile', ready: '#current-password' },
  'not found': { path: () => '/no-such-page', ready: 'h1, .ant-result-title' },
} as const;

/** A tab of each look in which somebody signed in once, and how many of its problems are told. */
const kept = new Map<BrowserContextOptions, { tab: Tab; told: number }>();

async function tabOf(look: BrowserContextOptions): Promise<Tab> {
  const known = kept.get(look);
  if (known !== undefined) return known.tab;
  const { page } = await scene.open('/login');
  const tab = await openTab(page.context().browser() as Browser, look);
  await signIn(tab.page, scene.product);
  kept.set(look, { tab, told: 0 });
  return tab;
}
afterEach(() => {
  const problems = [...kept.values()].flatMap((each) => {
    const all = each.tab.problems();
    const news = all.slice(each.told);
    each.told = all.length;
    return news;
  });
  if (problems.length > 0) throw new Error(`The browser complained:\n${problems.join('\n')}`);
});

describe.each([
  { locale: 'en-US', colorScheme: 'light' },
  { locale: 'zh-CN', colorScheme: 'dark' },
] as const)('in $locale, $colorScheme', (look) => {
  test.each(Object.keys(pages) as (keyof typeof pages)[])('%s', async (name) => {
    const { path, ready } = pages[name];
    const { page } = await tabOf(look);
    await page.goto(`${scene.product.url}${path()}`);
    await page.locator(ready).first().waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe(look.locale);
    await screenshot(page, `${name}-${look.locale}-${look.colorScheme}`);
    expect(await scrollsSideways(page)).toBe(false);
    expect(await cutTexts(page)).toEqual([]);
    expect(await seriousFindings(page)).toEqual([]);
  });
});

test('from one kind to another nothing of the last page stays', async () => {
  const { page } = await scene.openSignedIn('/clusters/harbour/nodes');
  await page.locator('tr[data-uid]', { hasText: 'kwok-1' }).waitFor();
  await page.getByRole('link', { name: 'Pods', exact: true }).click();
  await page.getByRole('link', { name: pod, exact: true }).click();
  await page.waitForURL(`**/pods/demo/${pod}`);
  await page.locator('.containers').waitFor();
  await page.getByRole('link', { name: 'node-1', exact: true }).click();
  await page.locator('.figures').waitFor();
  expect(await page.locator('h1').textContent()).toBe('node-1');
});

test('a cold start takes few files, for each has a round trip of its own', async () => {
  const filesOf = ({ page }: Tab) =>
    page.evaluate(() => {
      const loaded = performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname);
      return loaded.filter((name) => /\.(js|css)$/.test(name)).length;
    });
  const login = await scene.open('/login');
  await login.page.locator('#username').waitFor();
  expect(await filesOf(login)).toBeLessThanOrEqual(20);
  const list = await scene.openSignedIn(pages.pods.path());
  await list.page.reload();
  await list.page.locator(pages.pods.ready).first().waitFor();
  expect(await filesOf(list)).toBeLessThanOrEqual(40);
});
