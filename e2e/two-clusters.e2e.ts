import type { LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { endpoints } from '@pilothouse/contract';
import { within } from '@pilothouse/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApiClient } from './support/api.ts';
import { screenshot } from './support/browser.ts';
import { registerCluster } from './support/clusters.ts';
import { adminOf, useScene } from './support/scene.ts';
import { workerCluster } from './worker-cluster.ts';

/** Within this a cluster that somebody looks at says that it is dead. */
const noticeMs = 15_000;

const scene = useScene();
let admin: ApiClient;
let steady: LocalCluster;
let doomed: LocalCluster;

beforeAll(async () => {
  steady = await workerCluster();
  doomed = await sharedTestCluster('doomed', { kwokNodes: 4, landscape: 'none', realNode: false });
  admin = await adminOf(scene.product);
  await registerCluster(admin, 'steady', steady.kubeconfig);
  await registerCluster(admin, 'doomed', doomed.kubeconfig);
});

afterAll(() => doomed?.stop());

const stateDot = (page: Page, state: string) => page.locator(`[data-testid=live-dot][data-state=${state}]`);
const healthOf = (page: Page, state: string) => page.locator(`[data-testid=health][data-state=${state}]`);

/** Cordons or uncordons a node behind the platform's back, and waits until the page shows it. */
async function changeShows(page: Page, cluster: LocalCluster, command: 'cordon' | 'uncordon'): Promise<void> {
  await cluster.kubectl(command, 'kwok-1');
  const status = command === 'cordon' ? 'Ready,SchedulingDisabled' : 'Ready';
  await page.locator('tr[data-uid]', { hasText: 'kwok-1' }).getByText(status, { exact: true }).waitFor();
}

/** Notes from now on every state that the page's dot shows. */
async function watchDot(page: Page): Promise<() => Promise<string[]>> {
  const seen = await page.getByTestId('live-dot').evaluateHandle((dot) => {
    const states = new Set<string>([dot.getAttribute('data-state')]);
    const { MutationObserver } = dot.ownerDocument.defaultView;
    new MutationObserver(() => states.add(dot.getAttribute('data-state'))).observe(dot, { attributes: true });
    return states;
  });
  return () => seen.evaluate((states) => [...states]);
}

test('one of two clusters dies: its pages say since when and why, the other’s notice nothing, and it comes back', async () => {
  const steadyTab = await scene.openSignedIn('/clusters/steady/nodes');
  const doomedTab = await scene.openBeside(steadyTab, '/clusters/doomed/nodes');
  const overviewTab = await scene.openBeside(steadyTab, '/clusters/doomed');
  for (const tab of [doomedTab, overviewTab]) tab.allow(/status of 50[234]/);
  const [other, list, overview] = [steadyTab.page, doomedTab.page, overviewTab.page];
  await Promise.all([
    stateDot(other, 'live').waitFor(),
    stateDot(list, 'live').waitFor(),
    healthOf(overview, 'healthy').waitFor(),
  ]);
  await changeShows(list, doomed, 'cordon');
  const otherStates = await watchDot(other);

  const killedAt = Date.now();
  await doomed.killApiServer();
  const trouble = list.getByTestId('cluster-trouble');
  await within(noticeMs, async () => {
    await stateDot(list, 'stale').waitFor();
    await healthOf(overview, 'unhealthy').waitFor();
    await overview.locator('[data-testid=probe-failed][data-reason=refused]').waitFor();
    await trouble.getByText('The server refuses the connection').waitFor();
  });
  expect(await trouble.locator('time').innerText()).toMatch(/^\d+s$/);
  expect(await stateDot(list, 'stale').innerText()).toMatch(/^Stale, as of \d+s ago$/);
  expect(await list.locator('tr[data-uid]').count()).toBeGreaterThan(3);
  expect(await healthOf(overview, 'unhealthy').locator('time').innerText()).toMatch(/^\d+s$/);
  await overview.getByText('The server refuses the connection').waitFor();
  const { health } = await admin.call(endpoints.getCluster, { params: { cluster: 'doomed' } });
  expect(Date.parse(health.since ?? '')).toBeGreaterThanOrEqual(killedAt);
  expect(health.lastProbe).toMatchObject({ ok: false, reason: 'refused' });
  await screenshot(overview, 'cluster-dead');
  await screenshot(list, 'cluster-dead-nodes');

  const { page: all } = await scene.openBeside(steadyTab, '/clusters');
  await healthOf(all, 'unhealthy').waitFor();
  expect(await all.getByTestId('probe-failed').getAttribute('data-reason')).toBe('refused');
  expect(await healthOf(all, 'healthy').count()).toBe(1);

  await changeShows(other, steady, 'cordon');
  await changeShows(other, steady, 'uncordon');
  expect(await otherStates()).toEqual(['live']);
  await other.getByRole('link', { name: 'kwok-2', exact: true }).click();
  await other.getByRole('heading', { name: 'kwok-2' }).waitFor();
  await other.goBack();
  await stateDot(other, 'live').waitFor();

  await doomed.startApiServer();
  await stateDot(list, 'live').waitFor({ timeout: 60_000 });
  await within(noticeMs, async () => {
    await healthOf(overview, 'healthy').waitFor();
    await trouble.waitFor({ state: 'detached' });
  });
  await changeShows(list, doomed, 'uncordon');
});
