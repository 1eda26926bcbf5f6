import type { LocalCluster } from '@pilothouse/control-plane';
import { endpoints, endpointsOfActions } from '@pilothouse/contract';
import { within } from '@pilothouse/testing';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { createAccount, type Account } from './support/accounts.ts';
import type { ApiClient } from './support/api.ts';
import { screenshot } from './support/browser.ts';
import { registerCluster } from './support/clusters.ts';
import { waitUntil } from './support/processes.ts';
import { adminOf, useScene } from './support/scene.ts';
import { openShellPage } from './support/shell-page.ts';
import { workerCluster } from './worker-cluster.ts';

const scene = useScene();
let cluster: LocalCluster;
let admin: ApiClient;
let mara: Account;

beforeAll(async () => {
  cluster = await workerCluster();
  admin = await adminOf(scene.product);
  await registerCluster(admin, 'harbour', cluster.kubeconfig);
  mara = await createAccount(scene.product.url, admin, 'mara');
  await admin.call(endpoints.createGroup, { body: { name: 'demo-team', displayName: 'Demo team' } });
  await admin.call(endpoints.addGroupMember, { params: { group: 'demo-team', user: 'mara' } });
});

async function choose(page: Page, field: string, option: string): Promise<void> {
  await page.locator(`#${field}`).click();
  await page.locator('.ant-select-item-option', { hasText: option }).click();
}

const configMaps = { cluster: 'harbour', group: 'core', plural: 'configmaps', namespace: 'demo' } as const;
const shellPlace = { cluster: 'harbour', namespace: 'demo', pod: 'shell', container: 'shell' } as const;

test('a role copied from developer gives a group’s member ConfigMaps in one namespace; the shell that is taken out ends while it is open', async () => {
  const { page } = await scene.openSignedIn('/roles/developer');
  await page.getByRole('button', { name: 'Copy', exact: true }).click();
  await page.locator('#role-name').fill('demo-developer');
  // a large role is folded; what is looked for is unfolded
  const find = page.getByLabel('Find', { exact: true }).first();
  await find.fill('configmap');
  await page.getByRole('group', { name: 'k8s/core/configmaps' }).getByText('All', { exact: true }).click();
  await page.getByRole('button', { name: 'Save role' }).click();
  const review = page.getByRole('dialog');
  await review.getByText('Create role demo-developer from developer').waitFor();
  expect(await review.locator('.added').innerText()).toMatch(/configmaps\s+All/);
  expect(await review.locator('.removed').innerText()).toMatch(/configmaps\s+get\s*list\s*watch/);
  await review.getByRole('button', { name: 'Save role' }).click();
  await page.waitForURL('**/roles/demo-developer');

  await page.goto(`${scene.product.url}/grants?group=demo-team`);
  await page.getByRole('button', { name: 'Grant a role' }).click();
  await choose(page, 'grant-role', 'demo-developer');
  await page.locator('.ant-radio-button-wrapper', { hasText: 'Namespace' }).click();
  await choose(page, 'grant-cluster', 'harbour');
  await page.locator('#grant-namespace').fill('demo');
  await page.getByRole('dialog').getByRole('button', { name: 'Grant a role' }).click();
  await page.locator('tbody').getByText('demo-developer').waitFor();

  const member = await scene.openSignedIn('/clusters/harbour/configmaps', { user: mara });
  member.allow(/status of 403/);
  await member.page.getByRole('link', { name: 'kube-root-ca.crt' }).waitFor();
  await member.page.getByRole('button', { name: 'Create', exact: true }).waitFor();
  const menu = await member.page.locator('aside nav').innerText();
  for (const shown of ['Pods', 'ConfigMaps', 'Deployments']) expect(menu).toContain(shown);
  for (const hidden of ['Nodes', 'Secrets', 'Users', 'Roles', 'Grants']) expect(menu).not.toContain(hidden);
  await screenshot(member.page, 'copied-role-configmaps');
  await member.page.goto(`${scene.product.url}/clusters/harbour/secrets`);
  await member.page.getByRole('heading', { name: 'You lack the right to see this page' }).waitFor();

  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'of-mara' }, data: { a: '1' } };
  await mara.api.call(endpoints.createResource, { params: configMaps, query: {}, body: { object } });
  const ofMara = { ...configMaps, name: 'of-mara' };
  await mara.api.call(endpointsOfActions.delete.one, { params: ofMara, query: {}, body: { parameters: {} } });
  const elsewhere = { params: { ...configMaps, namespace: 'shop' }, query: {}, body: { object } };
  expect((await mara.api.attempt(endpoints.createResource, elsewhere)).code).toBe('forbidden');

  await member.page.goto(`${scene.product.url}/clusters/harbour/pods/demo/shell?tab=shell`);
  const terminal = await openShellPage(member.page);
  await terminal.run('echo $((6 * 7))', /^42$/m);

  await page.goto(`${scene.product.url}/roles/demo-developer`);
  await find.fill('exec');
  const row = page.locator('.row', { has: page.getByRole('group', { name: 'k8s/core/pods/exec' }) });
  await row.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('button', { name: 'Save role' }).click();
  const loss = review.locator('.people tr');
  await loss.waitFor();
  expect(await loss.innerText()).toMatch(/mara[^]*harbour[^]*demo[^]*loses[^]*pods\/exec\s+create/);
  await screenshot(page, 'copied-role-review');
  await review.getByRole('button', { name: 'Save role' }).click();
  await within(5000, () => terminal.sees(/You no longer have the right to this/));
  const ticket = { body: { purpose: 'exec', ...shellPlace } } as const;
  expect((await mara.api.attempt(endpoints.createTicket, ticket)).code).toBe('forbidden');
  const logTicket = { body: { purpose: 'log', ...shellPlace } } as const;
  expect((await mara.api.attempt(endpoints.createTicket, logTicket)).status).toBe(201);
  await member.page.goto(`${scene.product.url}/clusters/harbour/pods/demo/shell`);
  await member.page.getByRole('tab', { name: 'Logs' }).waitFor();
  expect(await member.page.getByRole('tab', { name: 'Shell' }).count()).toBe(0);
  await waitUntil('the audit row is closed', async () => {
    const { items } = await admin.call(endpoints.listAudit, { query: { code: 'shell.open', user: 'mara' } });
    return items.every(({ reason }) => reason === 'rightsLost');
  });
});

test('a contractor’s kubeconfig for one namespace until tomorrow works with kubectl there and nowhere else, and no more once it is taken back', async () => {
  const { page } = await scene.openSignedIn('/clusters/harbour/kubeconfigs');
  await page.getByRole('button', { name: 'Issue kubeconfig' }).click();
  await page.locator('#kubeconfig-name').fill('Contractor');
  await page.locator('#kubeconfig-namespace').fill('demo');
  await page.locator('.ant-radio-button-wrapper', { hasText: 'Edit' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Issue kubeconfig' }).click();
  const told = page.getByRole('dialog', { name: 'Kubeconfig for Contractor' });
  const download = page.waitForEvent('download');
  await told.getByRole('button', { name: 'Download' }).click();
  const file = await (await download).path();
  await told.getByRole('button', { name: 'Close' }).last().click();
  await screenshot(page, 'kubeconfigs');

  const kubectl = (...args: string[]) => cluster.kubectl('--kubeconfig', file, ...args);
  const words = (...args: string[]) =>
    kubectl(...args).then(
      (text) => text,
      ({ stderr }: { stderr: string }) => stderr,
    );
  const [token = ''] = /(?<=token: ).*/.exec(await readFile(file, 'utf8')) ?? [];
  const { exp, iat } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  expect(exp - iat).toBe(24 * 3600);
  expect(await kubectl('create', 'configmap', 'of-contractor')).toContain('created');
  expect(await kubectl('delete', 'configmap', 'of-contractor', '-n', 'demo')).toContain('deleted');
  for (const refused of [
    ['get', 'pods', '-n', 'shop'],
    ['get', 'nodes'],
    ['get', 'namespaces'],
  ])
    expect(await words(...refused)).toContain('Forbidden');

  const row = page.locator('tr[data-uid]', { hasText: 'Contractor' });
  await row.getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await row.getByText('Revoked').waitFor();
  expect(await words('get', 'configmaps')).toMatch(/Unauthorized|Forbidden/);
});
