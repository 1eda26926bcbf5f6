import { beforeAll, expect, test } from 'vitest';
import { scrollsSideways, seriousFindings } from './support/accessibility.ts';
import { screenshot } from './support/browser.ts';
import { registerCluster } from './support/clusters.ts';
import { adminOf, useScene } from './support/scene.ts';
import { workerCluster } from './worker-cluster.ts';

const scene = useScene();

beforeAll(async () => {
  const cluster = await workerCluster();
  await registerCluster(await adminOf(scene.product), 'harbour', cluster.kubeconfig);
});

/** Of kinds; applying YAML is no kind. */
const menuLinks = 'nav a[href^="/clusters/harbour/"]:not([href$="/apply"])';
const list = 'tr[data-uid], .empty';

test('every kind of the menu has its list, and an object its page', { timeout: 300_000 }, async () => {
  const { page } = await scene.openSignedIn('/clusters/harbour/core/pods', {
    viewport: { width: 1280, height: 800 },
  });
  await page.locator(menuLinks).first().waitFor();
  const links = await page
    .locator(menuLinks)
    .evaluateAll((all) =>
      all.map((link) => [link.getAttribute('href') ?? '', link.textContent ?? ''] as const),
    );
  expect(links.length).toBeGreaterThan(25);
  for (const [href, text] of links) {
    await page.locator(`nav a[href="${href}"]`).click();
    await page.locator('h1', { hasText: text.trim() }).waitFor();
    await page.locator(list).first().waitFor();
    const kind = href.replace('/clusters/harbour/', '').replace('/', '-');
    await screenshot(page, `list-${kind}`);
    expect([href, await scrollsSideways(page)]).toEqual([href, false]);
    const first = page.locator('tr[data-uid] a').first();
    if ((await first.count()) === 0 || kind === 'core-events') continue;
    const name = (await first.textContent())?.replace(' (default)', '') ?? '';
    await first.click();
    await page.locator('h1', { hasText: name }).waitFor();
    await page.locator('[role=tab]').first().waitFor();
    await screenshot(page, `page-${kind}`);
    expect([href, await scrollsSideways(page)]).toEqual([href, false]);
    if (/deployments|services|configmaps/.test(kind)) expect(await seriousFindings(page)).toEqual([]);
  }
});

test('chosen namespaces go along to what lives in them, and nowhere else', async () => {
  const { page } = await scene.openSignedIn('/clusters/harbour/core/pods?namespace=demo');
  const picker = page.getByTestId('namespace-picker');
  await picker.waitFor();
  await page.locator('tr[data-uid]').first().waitFor();
  await page.getByRole('link', { name: 'Deployments', exact: true }).click();
  await page.waitForURL('**/apps/deployments?namespace=demo');
  await page.locator('tr[data-uid]').first().waitFor();
  expect(await picker.count()).toBe(1);
  for (const kind of ['Nodes', 'Namespaces']) {
    await page.goto(`${scene.product.url}/clusters/harbour/core/pods?namespace=demo`);
    await page.locator('tr[data-uid]').first().waitFor();
    await page.getByRole('link', { name: kind, exact: true }).click();
    await page.waitForURL(`**/core/${kind.toLowerCase()}`);
    await page.locator('tr[data-uid]').first().waitFor();
    expect(await picker.count()).toBe(0);
  }
  // as an old bookmark may have it
  await page.goto(`${scene.product.url}/clusters/harbour/nodes?namespace=demo`);
  await page.locator('tr[data-uid]', { hasText: 'kwok-1' }).waitFor();
});
