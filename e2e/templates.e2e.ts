import type { LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { endpoints } from '@pilothouse/contract';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seriousFindings } from './support/accessibility.ts';
import type { ApiClient } from './support/api.ts';
import { screenshot } from './support/browser.ts';
import { registerCluster } from './support/clusters.ts';
import { waitUntil } from './support/processes.ts';
import { adminOf, useScene } from './support/scene.ts';

const scene = useScene();
const text = `apiVersion: v1
kind: ConfigMap
metadata: {name: greeting}
data:
  words: \${words}
`;
let steady: LocalCluster;
let doomed: LocalCluster;
let admin: ApiClient;

beforeAll(async () => {
  steady = await sharedTestCluster();
  doomed = await sharedTestCluster('doomed', { landscape: 'none' });
  admin = await adminOf(scene.product);
  await registerCluster(admin, 'steady', steady.kubeconfig);
  await registerCluster(admin, 'doomed', doomed.kubeconfig);
});
afterAll(async () => {
  for (const cluster of [steady, doomed])
    await cluster?.kubectl('delete', 'configmap', 'greeting', '--ignore-not-found');
});

const wordsIn = (cluster: LocalCluster) =>
  cluster.kubectl('get', 'configmap', 'greeting', '--ignore-not-found', '-o', 'jsonpath={.data.words}');
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const runIs = (page: Page, state: string) =>
  page.locator(`[data-testid=task-run][data-state=${state}]`).waitFor();
async function confirm(page: Page, verb: string): Promise<void> {
  await page.getByRole('dialog').getByRole('button', { name: verb, exact: true }).click();
}

test('a template goes to two clusters, one of them down; there it is run again, and all is taken back', async () => {
  const tab = await scene.openSignedIn('/new-template');
  tab.allow(/status of 50[234]/);
  const { page } = tab;
  await page.locator('#template-name').fill('greeting');
  await page.locator('.cm-content').fill(text);
  await button(page, 'Declare words').click();
  await button(page, 'Create template').click();
  await button(page, 'Roll out').click();

  await doomed.killApiServer();
  await page.locator('#value-words').fill('Ahoy: all');
  await button(page, /^All Other/).click();
  await button(page, 'Review').click();
  await page.getByTestId('plan-steady').getByText('Create 1').waitFor();
  await page.getByTestId('plan-doomed').getByText('No plan: this cluster').waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  await screenshot(page, 'task-plan');
  await button(page, 'Roll out to 1 cluster').click();
  await confirm(page, 'Roll out to 1 cluster');
  await runIs(page, 'failed');
  await page.locator('tr[data-uid]', { hasText: 'doomed' }).getByText('Failed').waitFor();
  await screenshot(page, 'task-failed');
  expect(await wordsIn(steady)).toBe('Ahoy: all');

  await doomed.startApiServer();
  const isHealthy = async () =>
    (await admin.call(endpoints.getCluster, { params: { cluster: 'doomed' } })).health.state === 'healthy';
  await waitUntil('the platform has noticed', isHealthy, 60_000);
  await button(page, 'Roll out again where it failed').click();
  await button(page, 'Review').click();
  await page.getByTestId('plan-doomed').getByText('Create 1').waitFor();
  await button(page, 'Roll out to 1 cluster').click();
  await confirm(page, 'Roll out to 1 cluster');
  await runIs(page, 'succeeded');
  expect(await wordsIn(doomed)).toBe('Ahoy: all');

  await button(page, 'Take back').click();
  await confirm(page, 'Take back');
  await page.getByText('Taking back: Succeeded').waitFor();
  expect([await wordsIn(steady), await wordsIn(doomed)]).toEqual(['', '']);
});
