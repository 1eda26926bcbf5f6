import type { LocalCluster } from '@pilothouse/control-plane';
import { beforeAll, expect, test } from 'vitest';
import type { ApiClient } from './support/api.ts';
import { registerCluster } from './support/clusters.ts';
import { keyboardOf } from './support/keyboard.ts';
import { comparedLists, printedList, showKubectlColumns, shownList } from './support/lists.ts';
import { waitUntil } from './support/processes.ts';
import { adminOf, useScene } from './support/scene.ts';
import { openShellPage } from './support/shell-page.ts';
import { adminPassword } from './support/sign-in.ts';
import { workerCluster } from './worker-cluster.ts';

const scene = useScene();
let cluster: LocalCluster;
let admin: ApiClient;

beforeAll(async () => {
  cluster = await workerCluster();
  admin = await adminOf(scene.product);
});

test('an hour by keyboard alone: a cluster is registered, nodes are cordoned, a log and a shell opened, a setting changed', async () => {
  const { page } = await scene.open('/login');
  const keyboard = keyboardOf(page);
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
  const link = (name: string | RegExp) => page.locator('main').getByRole('link', { name }).first();
  const dialog = page.getByRole('dialog');

  await keyboard.isIn('#username');
  await keyboard.fill('admin');
  await keyboard.to(page.locator('#password'));
  await keyboard.fill(adminPassword);
  await keyboard.press('Enter');
  await page.waitForURL(({ pathname }) => pathname !== '/login');

  await keyboard.enter(button('Register cluster').first());
  await keyboard.to(page.locator('#kubeconfig'));
  await keyboard.fill(cluster.kubeconfig);
  await keyboard.enter(button('Check'));
  await page.getByTestId('probe-ok').waitFor();
  expect(await page.getByTestId('probe-ok').innerText()).toContain('v1.36');
  await keyboard.enter(button('Continue'));
  await keyboard.isIn('#cluster-name');
  await keyboard.fill('harbour');
  await keyboard.enter(button('Register cluster'));
  await page.waitForURL(({ pathname }) => pathname === '/clusters/harbour');
  await keyboard.isIn('main');

  await keyboard.goTo('Nodes');
  const nodes = ['kwok-2', 'kwok-3'];
  for (const [verb, state] of [
    ['Cordon', 'true'],
    ['Uncordon', ''],
  ] as const) {
    for (const node of nodes) {
      await keyboard.to(page.getByRole('checkbox', { name: node, exact: true }));
      await keyboard.press('Space');
    }
    await keyboard.enter(button(verb).first(), 'Shift+Tab');
    await dialog.getByText('kwok-2').waitFor();
    await keyboard.enter(dialog.getByRole('button', { name: `${verb} 2 Nodes` }));
    await page.locator('[data-testid=operation-summary][data-state=succeeded]').waitFor();
    await keyboard.isIn('.ant-drawer');
    for (const node of nodes)
      expect(await cluster.kubectl('get', 'node', node, '-o', 'jsonpath={.spec.unschedulable}')).toBe(state);
    await keyboard.press('Escape');
    await page.getByTestId('operation-summary').waitFor({ state: 'detached' });
    await keyboard.isIn('main');
  }

  await keyboard.goTo('Pods');
  await keyboard.to(page.getByRole('textbox', { name: 'Filter by text' }));
  await keyboard.fill('web-');
  await keyboard.enter(link(/^web-/));
  await keyboard.enter(page.getByRole('tab', { name: 'Logs' }));
  await page
    .getByTestId('log')
    .getByText(/request \d+/)
    .first()
    .waitFor();
  await keyboard.to(page.getByTestId('log'));
  await keyboard.enter(page.getByRole('tab', { name: 'Shell' }), 'Shift+Tab');
  const shell = await openShellPage(page);
  await keyboard.isIn('.xterm');
  await shell.run('echo $((6 * 7))', /^42$/m);
  await keyboard.press('Control+F6');
  await keyboard.enter(page.getByRole('tab', { name: 'Overview' }), 'Shift+Tab');
  await page.locator('.containers').first().waitFor();

  await cluster.kubectl('create', 'configmap', 'journey', '-n', 'default', '--from-literal=LEVEL=info');
  await keyboard.goTo('ConfigMaps');
  await keyboard.to(page.getByRole('textbox', { name: 'Filter by text' }));
  await keyboard.fill('journey');
  await keyboard.enter(link('journey'));
  await keyboard.enter(button('Edit'));
  await keyboard.to(page.getByRole('textbox', { name: 'LEVEL' }));
  await keyboard.fill('debug');
  await keyboard.enter(button('Review'));
  await dialog.getByTestId('diff').waitFor();
  await keyboard.enter(dialog.getByRole('button', { name: /^Save/ }));
  await page.waitForURL(({ pathname }) => pathname.endsWith('/default/journey'));
  await keyboard.isIn('main');
  expect(
    await cluster.kubectl('get', 'configmap', 'journey', '-n', 'default', '-o', 'jsonpath={.data.LEVEL}'),
  ).toBe('debug');
  await cluster.kubectl('delete', 'configmap', 'journey', '-n', 'default');
});

test('two clusters are healthy', async () => {
  await registerCluster(admin, 'quay', cluster.kubeconfig);
  const { page } = await scene.openSignedIn('/clusters');
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
