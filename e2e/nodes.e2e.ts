import type { LocalCluster } from '@pilothouse/control-plane';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scrollsSideways, seriousFindings } from './support/accessibility.ts';
import { screenshot } from './support/browser.ts';
import { registerCluster } from './support/clusters.ts';
import { drainedNodes, uidOf } from './support/drained-nodes.ts';
import { adminOf, useScene } from './support/scene.ts';
import { workerCluster } from './worker-cluster.ts';

const scene = useScene();
const prefix = 'berth';
let cluster: LocalCluster;
let names: string[];
let selector: string;

beforeAll(async () => {
  cluster = await workerCluster();
  await registerCluster(await adminOf(scene.product), 'harbour', cluster.kubeconfig);
  const uid = await uidOf(cluster, 'node', 'kwok-1');
  const { made, ...rest } = drainedNodes({ prefix, nodes: 2, podsEach: 4, uid });
  ({ names, selector } = rest);
  await cluster.kubectl('delete', 'nodes', '-l', selector);
  await cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: made }));
  const running = '--for=jsonpath={.status.phase}=Running';
  await cluster.kubectl('wait', 'pods', '-n', 'default', '-l', selector, running, '--timeout=100s');
});
afterAll(async () => {
  await cluster?.kubectl('delete', 'nodes,pods', '-n', 'default', '-l', selector, '--wait=false');
});

interface WireNode {
  metadata: { labels: Record<string, string>; annotations: Record<string, string> };
  spec: { unschedulable?: boolean; taints?: { key: string; value?: string; effect: string }[] };
}
async function printed(): Promise<WireNode[]> {
  return (
    JSON.parse(await cluster.kubectl('get', 'nodes', '-l', selector, '-o', 'json')) as { items: WireNode[] }
  ).items;
}

const dialog = (page: Page) => page.getByRole('dialog').filter({ has: page.locator('.ant-modal-title') });

/** Chooses the two nodes, and what is to be done with them. */
async function begin(page: Page, action: string): Promise<void> {
  for (const name of names) await page.getByRole('checkbox', { name }).check();
  await page.getByRole('button', { name: action, exact: true }).first().click();
  await dialog(page).waitFor();
}

/** Says yes, and waits for the operation's end. */
async function confirm(page: Page, verb: string): Promise<void> {
  await dialog(page).getByRole('button', { name: verb, exact: true }).click();
  await page.locator('[data-testid=operation-summary][data-state=succeeded]').waitFor();
}

async function leaveOperation(page: Page): Promise<void> {
  await page.locator('.ant-drawer-close').click();
  await page.getByTestId('operation-summary').waitFor({ state: 'detached' });
}

test('two nodes are taken out for repair, and brought back', async () => {
  const { page } = await scene.openSignedIn(`/clusters/harbour/core/nodes?q=${prefix}`);
  await page.locator('tr[data-uid]', { hasText: names[1] ?? '' }).waitFor();

  await begin(page, 'Label');
  await dialog(page).getByLabel('Key', { exact: true }).fill('repair');
  await dialog(page).getByLabel('Value', { exact: true }).fill('disks');
  await confirm(page, 'Label 2 Nodes');
  await leaveOperation(page);

  await begin(page, 'Taint');
  await dialog(page).getByLabel('Key', { exact: true }).fill('repair');
  await dialog(page).getByLabel('Value', { exact: true }).fill('disks');
  await confirm(page, 'Taint 2 Nodes');
  await leaveOperation(page);

  await begin(page, 'Drain');
  await dialog(page).locator('#drain-reason').fill('new disks');
  const plan = dialog(page).getByTestId('drain-plan');
  for (const name of names)
    await plan.locator(`[data-node=${name}]`, { hasText: '4 leave, 0 held back' }).waitFor();
  expect(await seriousFindings(page)).toEqual([]);
  await screenshot(page, 'drain-plan');
  await confirm(page, 'Drain 2 Nodes');
  await page.getByText('reason: new disks').waitFor();
  // what was foreseen is still to be seen, and what became of each pod
  await page.getByText('The plan when it began').click();
  await page.getByTestId('drain-plan').getByText(`default/${prefix}-1-0`).waitFor();
  await page.locator('.ant-drawer button.expand').nth(1).click();
  await page
    .locator('tr[data-uid]', { hasText: `default/${prefix}-1-0` })
    .getByText('Evicted')
    .first()
    .waitFor();
  expect(await scrollsSideways(page)).toBe(false);
  await screenshot(page, 'drain-ended');
  expect(await cluster.kubectl('get', 'pods', '-n', 'default', '-l', selector, '-o', 'name')).toBe('');
  for (const { metadata, spec } of await printed()) {
    expect(spec.unschedulable).toBe(true);
    expect(JSON.stringify(metadata.annotations)).toContain('new disks');
    expect(spec.taints).toContainEqual({ key: 'repair', value: 'disks', effect: 'NoSchedule' });
    expect(metadata.labels['repair']).toBe('disks');
  }

  // the same again is a new drain, of the nodes as they are now
  await page.getByRole('button', { name: 'Repeat…' }).click();
  await dialog(page).getByTestId('drain-plan').getByText('No Pods to evict.').first().waitFor();
  expect(await dialog(page).locator('#drain-reason').inputValue()).toBe('');
  await dialog(page).getByRole('button', { name: 'Cancel' }).click();

  await page.locator('tr[data-uid]', { hasText: names[1] ?? '' }).waitFor();
  await begin(page, 'Uncordon');
  await confirm(page, 'Uncordon 2 Nodes');
  await leaveOperation(page);
  await begin(page, 'Taint');
  await dialog(page).getByLabel('Key', { exact: true }).fill('repair');
  await dialog(page).getByRole('button', { name: 'Remove repair' }).click();
  await confirm(page, 'Taint 2 Nodes');
  await leaveOperation(page);
  await begin(page, 'Label');
  await dialog(page).getByLabel('Key', { exact: true }).fill('repair');
  await dialog(page).getByRole('button', { name: 'Remove repair' }).click();
  await confirm(page, 'Label 2 Nodes');
  for (const { metadata, spec } of await printed()) {
    expect(spec.unschedulable).toBeUndefined();
    expect(JSON.stringify(metadata.annotations)).not.toContain('new disks');
    expect(spec.taints?.map(({ key }) => key)).not.toContain('repair');
    expect(metadata.labels['repair']).toBeUndefined();
  }
});
