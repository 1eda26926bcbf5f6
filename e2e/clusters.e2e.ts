import type { LocalCluster } from '@pilothouse/control-plane';
import { beforeAll, expect, test } from 'vitest';
import type { ApiClient } from './support/api.ts';
import { registerCluster } from './support/clusters.ts';
import { comparedLists, printedList, showKubectlColumns, shownList } from './support/lists.ts';
import { waitUntil } from './support/processes.ts';
import { adminOf, useScene } from './support/scene.ts';
import { workerCluster } from './worker-cluster.ts';

const scene = useScene();
let cluster: LocalCluster;
let admin: ApiClient;

beforeAll(async () => {
  cluster = await workerCluster();
  admin = await adminOf(scene.product);
});

test('a cluster is registered by pasting its kubeconfig, and is healthy', async () => {
  const { page } = await scene.openSignedIn('/register-cluster');
  await page.locator('#kubeconfig').fill(cluster.kubeconfig);
  await page.getByRole('button', { name: 'Check' }).click();
  await page.getByTestId('probe-ok').waitFor();
  expect(await page.getByTestId('probe-ok').innerText()).toContain('v1.36');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.locator('#cluster-name').fill('harbour');
  await page.getByRole('button', { name: 'Register cluster' }).click();
  await page.waitForURL(({ pathname }) => pathname === '/clusters/harbour');

  await registerCluster(admin, 'quay', cluster.kubeconfig);
  await page.goto(`${scene.product.url}/clusters`);
  const healthy = page.locator('[data-testid=health][data-state=healthy]');
  await healthy.nth(1).waitFor();
  expect(await healthy.count()).toBe(2);
});

test.each(['nodes', 'pods'] as const)('the list of %s is what kubectl prints, cell by cell', async (name) => {
  const list = comparedLists[name];
  const { page } = await scene.openSignedIn(`/clusters/harbour/${name}`);
  await showKubectlColumns(page);
  let shown: unknown;
  let printed: unknown;
  // Objects move and ages tick while one is read after the other
  await waitUntil(
    'both are the same',
    async () => {
      [printed, shown] = [await printedList(cluster, list), await shownList(page, list)];
      return JSON.stringify(shown) === JSON.stringify(printed);
    },
    30_000,
  ).catch(() => {});
  expect(shown).toEqual(printed);
  expect((shown as unknown[]).length).toBeGreaterThan(3);
});

test('the pods that have problems say so', async () => {
  const { page } = await scene.openSignedIn('/clusters/harbour/pods?namespace=demo');
  await page.getByText('CrashLoopBackOff').first().waitFor({ timeout: 60_000 });
  await page
    .getByText(/ErrImagePull|ImagePullBackOff/)
    .first()
    .waitFor();
  expect(await page.locator('tr[data-uid]').count()).toBeGreaterThan(3);
});

test('a node cordoned by its switch is cordoned for kubectl; an outside uncordon shows without a reload', async () => {
  const node = 'kwok-1';
  const { page } = await scene.openSignedIn('/clusters/harbour/nodes');
  const row = page.locator('tr[data-uid]', { hasText: node });
  await row.waitFor();
  const unschedulable = () => cluster.kubectl('get', 'node', node, '-o', 'jsonpath={.spec.unschedulable}');

  await row.getByRole('switch').click();
  await row.getByText('Ready,SchedulingDisabled').waitFor();
  expect(await unschedulable()).toBe('true');

  await cluster.kubectl('uncordon', node);
  await row.getByText('Ready', { exact: true }).waitFor();
  expect(await unschedulable()).toBe('');
});

test('several nodes are cordoned as one operation, whose progress shows on the page', async () => {
  const { page } = await scene.openSignedIn('/clusters/harbour/nodes');
  const nodes = ['kwok-2', 'kwok-3'];
  for (const node of nodes) await page.getByRole('checkbox', { name: node }).check();
  await page.getByRole('button', { name: 'Cordon' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('kwok-2').waitFor();
  await dialog.getByRole('button', { name: 'Cordon 2 Nodes' }).click();
  await page.locator('[data-testid=operation-summary][data-state=succeeded]').waitFor();
  for (const node of nodes) {
    await page.locator('tr[data-uid]', { hasText: node }).getByText('Ready,SchedulingDisabled').waitFor();
    expect(await cluster.kubectl('get', 'node', node, '-o', 'jsonpath={.spec.unschedulable}')).toBe('true');
  }
  await cluster.kubectl('uncordon', ...nodes);
});

test('a Deployment of a file is applied, given an image, scaled and rolled back from its page, as kubectl then sees it', async () => {
  const manifest = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'journey', namespace: 'default' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'journey' } },
      template: {
        metadata: { labels: { app: 'journey' } },
        spec: {
          nodeName: 'kwok-1',
          containers: [{ name: 'main', image: 'registry.example:10443/team/api:1' }],
        },
      },
    },
  };
  const image = () =>
    cluster.kubectl(
      'get',
      'deployment',
      'journey',
      '-o',
      'jsonpath={.spec.template.spec.containers[0].image}',
    );
  const { page } = await scene.openSignedIn('/clusters/harbour/apps/deployments');
  const dialog = page.getByRole('dialog');

  await page.getByRole('button', { name: 'More ways to create' }).click();
  await page.getByRole('menuitem', { name: 'Paste YAML' }).click();
  const buffer = Buffer.from(JSON.stringify(manifest));
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'journey.json', mimeType: 'application/json', buffer });
  await page.getByRole('button', { name: 'Review' }).click();
  await page.locator('tr[data-uid]', { hasText: 'Deployment journey' }).getByText('Create').waitFor();
  await page.getByRole('button', { name: 'Apply 1 object' }).click();
  await page.locator('[data-testid=manifests-run][data-state=succeeded]').waitFor();
  await page.goto(`${scene.product.url}/clusters/harbour/apps/deployments/default/journey`);

  await page.getByRole('button', { name: /\d more/ }).click();
  await page.getByRole('menuitem', { name: 'Set image' }).click();
  await dialog.locator('#image-main').fill('registry.example:10443/team/api:2');
  await dialog.getByRole('button', { name: 'Dry run' }).click();
  await dialog.getByText('Nothing was changed').waitFor();
  expect(await image()).toBe('registry.example:10443/team/api:1');
  await dialog.getByRole('button', { name: 'Set image' }).click();
  await waitUntil('the image is set', async () => (await image()).endsWith(':2'));

  await page.getByRole('button', { name: 'Scale' }).click();
  await dialog.locator('#parameter-replicas').fill('2');
  await dialog.getByRole('button', { name: 'Scale' }).click();
  await page.getByText('2 desired').waitFor();
  expect(await cluster.kubectl('get', 'deployment', 'journey', '-o', 'jsonpath={.spec.replicas}')).toBe('2');

  await page.getByRole('button', { name: /\d more/ }).click();
  await page.getByRole('menuitem', { name: 'Roll back' }).click();
  await dialog.getByText('Revision 1').waitFor();
  await dialog.getByText('registry.example:10443/team/api:1').first().waitFor();
  await dialog.getByRole('button', { name: 'Roll back' }).click();
  await waitUntil('the first image is back', async () => (await image()).endsWith(':1'));
  await cluster.kubectl('delete', 'deployment', 'journey');
});
