import { readFile } from 'node:fs/promises';
import type { LocalCluster } from '@pilothouse/control-plane';
import { endpoints } from '@pilothouse/contract';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAccount, type Account } from './support/accounts.ts';
import { scrollsSideways, seriousFindings } from './support/accessibility.ts';
import { screenshot } from './support/browser.ts';
import { registerCluster } from './support/clusters.ts';
import { fewReplicas, quotaOf, siteDefinition } from './support/edit-objects.ts';
import { waitUntil } from './support/processes.ts';
import { adminOf, useScene } from './support/scene.ts';
import { workerCluster } from './worker-cluster.ts';

const scene = useScene();
const namespace = 'edit-journey';
const web = `/clusters/harbour/apps/deployments/${namespace}/web`;
const image = (tag: number) => `registry.example.com:5000/shop/web:${tag}`;
let cluster: LocalCluster;
let bo: Account;

beforeAll(async () => {
  cluster = await workerCluster();
  const admin = await adminOf(scene.product);
  await registerCluster(admin, 'harbour', cluster.kubeconfig);
  bo = await createAccount(scene.product.url, admin, 'bo');
  await admin.call(endpoints.createGrant, {
    body: {
      subject: { kind: 'user', user: 'bo' },
      role: 'cluster-admin',
      scope: { kind: 'cluster', cluster: 'harbour' },
    },
  });
  await cluster.kubectl('delete', 'namespace', namespace, '--ignore-not-found');
  await cluster.kubectl('create', 'namespace', namespace);
  await cluster.kubectl('create', 'deployment', 'web', '-n', namespace, `--image=${image(1)}`);
  await cluster.apply(JSON.stringify(siteDefinition));
  await cluster.kubectl('wait', '--for=condition=Established', `crd/${siteDefinition.metadata.name}`);
});
afterAll(async () => {
  await cluster?.kubectl('delete', 'namespace', namespace, '--wait=false', '--ignore-not-found');
  await cluster?.kubectl('delete', 'crd', siteDefinition.metadata.name, '--ignore-not-found');
});

interface WebDeployment {
  metadata: { labels: Record<string, string> };
  spec: {
    replicas: number;
    minReadySeconds?: number;
    template: { spec: { containers: { name: string; image: string }[] } };
  };
}
async function printed(): Promise<WebDeployment> {
  return JSON.parse(await cluster.kubectl('get', 'deployment', 'web', '-n', namespace, '-o', 'json'));
}

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const field = (page: Page, name: string) =>
  page.getByLabel(name, { exact: true }).and(page.locator('input')).first();
const dialog = (page: Page) => page.getByRole('dialog');
async function openForm(page: Page): Promise<void> {
  await field(page, 'Replicas').waitFor();
}
async function reviewAndSave(page: Page): Promise<void> {
  await button(page, 'Review').click();
  await dialog(page).getByTestId('diff').waitFor();
  await dialog(page).getByRole('button', { name: /^Save/ }).click();
  await page.waitForURL((url) => url.pathname === web);
}

test('two people edit one Deployment: the second sees base, theirs and mine, and loses nothing', async () => {
  const [first, second] = [
    await scene.openSignedIn(`${web}/edit`),
    await scene.openSignedIn(`${web}/edit`, { user: bo }),
  ];
  second.allow(/status of 409/);
  const [theirs, mine] = [first.page, second.page];
  await Promise.all([openForm(theirs), openForm(mine)]);

  await field(theirs, 'Replicas').fill('3');
  await field(theirs, 'Image').fill(image(2));
  await reviewAndSave(theirs);

  await field(mine, 'Replicas').fill('5');
  await field(mine, 'minReadySeconds').fill('7');
  await button(mine, 'Review').click();
  const place = mine.locator('fieldset');
  await place.first().waitFor();
  expect(await place.locator('legend').allInnerTexts()).toEqual(['spec.replicas']);
  expect(await place.locator('pre').allInnerTexts()).toEqual(['1', '3', '5']);
  await screenshot(mine, 'conflict');
  expect([await scrollsSideways(mine), await seriousFindings(mine)]).toEqual([false, []]);

  await button(mine, 'Back').click();
  expect(await field(mine, 'Replicas').inputValue()).toBe('5');
  expect(await field(mine, 'minReadySeconds').inputValue()).toBe('7');
  await button(mine, 'Review').click();
  await place.getByLabel('Mine').check();
  await button(mine, 'Continue to the review').click();
  await dialog(mine).getByTestId('diff').waitFor();
  await screenshot(mine, 'conflict-review');
  await dialog(mine).getByRole('button', { name: /^Save/ }).click();
  await mine.waitForURL((url) => url.pathname === web);

  const { spec } = await printed();
  expect([spec.replicas, spec.minReadySeconds, spec.template.spec.containers[0]?.image]).toEqual([
    5,
    7,
    image(2),
  ]);
});

test('the history has both edits; the first is undone by restoring what was before it', async () => {
  const { page } = await scene.openSignedIn(`${web}?tab=history`);
  const rows = page.locator('tr[data-uid]');
  await rows.first().waitFor();
  expect(await rows.locator('code').allInnerTexts()).toEqual(['bo', 'admin']);
  await rows.last().locator('button.expand').click();
  await page.getByTestId('diff').waitFor();
  await screenshot(page, 'history');
  expect([await scrollsSideways(page), await seriousFindings(page)]).toEqual([false, []]);
  await button(page, 'Restore the state before this change').click();
  await dialog(page).getByTestId('diff').waitFor();
  await screenshot(page, 'history-restore');
  expect(await seriousFindings(page)).toEqual([]);
  await dialog(page).getByRole('button', { name: /^Save/ }).click();
  await page.waitForURL((url) => url.pathname === web);
  const { spec } = await printed();
  expect([spec.replicas, spec.minReadySeconds, spec.template.spec.containers[0]?.image]).toEqual([
    1,
    undefined,
    image(1),
  ]);
});

describe('what the cluster refuses', () => {
  test('of a nested field stands at that field', async () => {
    const tab = await scene.openSignedIn(`${web}/edit`);
    tab.allow(/status of 422/);
    const { page } = tab;
    await openForm(page);
    await field(page, 'Image').fill('');
    await button(page, 'Review').click();
    const wrong = page.locator('.ant-form-item-has-error');
    await wrong.waitFor();
    expect(await wrong.innerText()).toMatch(/^Image\n.*Please fill this in/s);
    expect(await field(page, 'Image').getAttribute('aria-invalid')).toBe('true');
    await screenshot(page, 'refused-field');
    expect(await seriousFindings(page)).toEqual([]);
    await button(page, 'Cancel').click();
    await dialog(page).getByRole('button', { name: 'Leave' }).click();
  });

  test('by a policy is shown as said, with what that means, and nothing typed is lost', async () => {
    const policy = fewReplicas(namespace);
    await cluster.apply(JSON.stringify(policy));
    try {
      await waitUntil('the policy is in force', () =>
        cluster
          .kubectl('scale', 'deployment/web', '-n', namespace, '--replicas=12', '--dry-run=server')
          .then(() => false)
          .catch(() => true),
      );
      const tab = await scene.openSignedIn(`${web}/edit`);
      tab.allow(/status of 422/);
      const { page } = tab;
      await openForm(page);
      await field(page, 'Replicas').fill('12');
      await button(page, 'Review').click();
      const alert = page.getByRole('alert').first();
      await alert.getByText('A rule of the cluster refuses it').waitFor();
      expect(await alert.innerText()).toContain('At most nine replicas: ask the platform team');
      expect(await field(page, 'Replicas').inputValue()).toBe('12');
      await screenshot(page, 'refused-by-policy');
      await field(page, 'Replicas').fill('1');
      await button(page, 'Cancel').click();
    } finally {
      for (const { kind, metadata } of policy.items)
        await cluster.kubectl('delete', kind, metadata.name, '--ignore-not-found');
    }
  });

  test('of the Pods, late, by a quota stands on the Deployment’s page as said', async () => {
    await cluster.apply(JSON.stringify(quotaOf(namespace)));
    await cluster.kubectl('wait', '--for=jsonpath={.status.hard.pods}=1', '-n', namespace, 'quota/one');
    await cluster.kubectl('scale', 'deployment/web', '-n', namespace, '--replicas=9');
    const { page } = await scene.openSignedIn(web);
    const alert = page.getByRole('alert').filter({ hasText: 'A quota of the namespace leaves no room' });
    await alert.waitFor();
    expect(await alert.innerText()).toMatch(
      /exceeded quota: one, requested: pods=1, used: pods=\d+, limited: pods=1/,
    );
    await screenshot(page, 'replica-failure');
    expect([await scrollsSideways(page), await seriousFindings(page)]).toEqual([false, []]);
    await cluster.kubectl('delete', 'quota', 'one', '-n', namespace);
  });
});

describe('integers beyond 2^53', () => {
  const [large, largest] = ['9007199254740993', '9223372036854775807'];
  const sites = `/clusters/harbour/${siteDefinition.spec.group}/sites`;
  const numbers = (name: string) =>
    cluster.kubectl('get', 'sites.e2e.pilothouse.io', name, '-n', namespace, '-o', 'jsonpath={.spec}');
  const editorLine = (page: Page, text: string) => page.locator('.cm-line', { hasText: text });
  beforeAll(() =>
    cluster.apply(
      `{"apiVersion":"e2e.pilothouse.io/v1","kind":"Site","metadata":{"name":"wide","namespace":"${namespace}"},` +
        `"spec":{"note":"old","size":${large},"ids":[${largest}]}}`,
    ),
  );

  test('are shown, downloaded, copied over plain http, edited around and copied as new, all digits there', async () => {
    const tab = await scene.openSignedIn('/clusters', { acceptDownloads: true });
    const { page } = tab;
    // as the browser has it where the page is not secure
    await page.addInitScript(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
    await page.goto(`${scene.product.url}${sites}/${namespace}/wide?tab=yaml`);
    await editorLine(page, `size: ${large}`).waitFor();
    await editorLine(page, `- ${largest}`).waitFor();
    await page.getByLabel('Who owns which field').check();
    await page.locator('.ph-line-note').first().waitFor();
    await screenshot(page, 'yaml-owners');
    expect([await scrollsSideways(page), await seriousFindings(page)]).toEqual([false, []]);

    const downloading = page.waitForEvent('download');
    await button(page, 'Download').click();
    const file = await readFile(await (await downloading).path(), 'utf8');
    expect(file).toContain(`size: ${large}`);
    expect(file).toContain(`- ${largest}`);

    await button(page, 'Copy').last().click();
    await button(page, 'Copied').waitFor();

    await page.goto(`${scene.product.url}${sites}/${namespace}/wide/edit?side=yaml`);
    await editorLine(page, 'note: old').click();
    await page.keyboard.press('End');
    await page.keyboard.type('er');
    await button(page, 'Review').click();
    await dialog(page).getByTestId('diff').waitFor();
    await dialog(page).getByRole('button', { name: /^Save/ }).click();
    await page.waitForURL((url) => url.pathname.endsWith('/wide'));
    expect(await numbers('wide')).toBe(`{"ids":[${largest}],"note":"older","size":${large}}`);

    await page.goto(`${scene.product.url}${sites}/new?copy=${namespace}/wide&side=yaml`);
    await editorLine(page, 'name: ""').click();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.type('twin');
    await button(page, 'Review').click();
    await dialog(page)
      .getByRole('button', { name: /^Create/ })
      .click();
    await page.waitForURL((url) => url.pathname.endsWith('/twin'));
    expect(await numbers('twin')).toBe(`{"ids":[${largest}],"note":"older","size":${large}}`);
  });
});
