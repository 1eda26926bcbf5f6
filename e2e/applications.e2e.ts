import type { LocalCluster } from '@pilothouse/control-plane';
import { endpoints } from '@pilothouse/contract';
import { within } from '@pilothouse/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAccount, type Account } from './support/accounts.ts';
import type { ApiClient } from './support/api.ts';
import { screenshot } from './support/browser.ts';
import { registerCluster } from './support/clusters.ts';
import { waitUntil } from './support/processes.ts';
import { adminOf, useScene } from './support/scene.ts';
import { workerCluster } from './worker-cluster.ts';

const scene = useScene();
const namespace = 'shop-of-acme';
let cluster: LocalCluster;
let admin: ApiClient;
let lena: Account;
let shop: string;
let cart: string;
let till: string;

/** busybox serves a page and says each request in its log; the readiness probe asks for it. */
const spec = {
  container: {
    command: ['busybox', 'httpd'],
    args: ['-f', '-v', '-p', '8080', '-h', '/site'],
    ports: [{ name: 'http', containerPort: 8080 }],
    readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 1 },
    resources: { requests: { cpu: '1m' } },
  },
  pod: { terminationGracePeriodSeconds: 0 },
  config: { mountPath: '/site', files: { 'index.html': '<h1>Cart</h1>\n' } },
};

async function node(parent: string | null, name: string): Promise<string> {
  const body = { parent, name, displayName: name };
  return (await admin.call(endpoints.createTreeNode, { body })).id;
}

beforeAll(async () => {
  cluster = await workerCluster();
  admin = await adminOf(scene.product);
  await registerCluster(admin, 'harbour', cluster.kubeconfig);
  shop = await node(await node(await node(null, 'acme'), 'games'), 'shop');
  const opening = { cluster: 'harbour', namespace, create: true };
  await admin.call(endpoints.openNamespace, { params: { project: shop }, body: opening });
  const create = (name: string) =>
    admin.call(endpoints.createApplication, {
      params: { project: shop },
      body: { name, displayName: name, spec },
    });
  ({ id: cart } = await create('cart'));
  ({ id: till } = await create('till'));
  // a grant on one application, and on no cluster
  lena = await createAccount(scene.product.url, admin, 'lena');
  const owners = { operations: [{ kind: 'user', user: 'lena' } as const], development: [], developer: [] };
  await admin.call(endpoints.setTreeOwners, { params: { node: cart }, body: owners });
});
afterAll(async () => {
  await cluster?.kubectl('delete', 'namespace', namespace, '--wait=false', '--ignore-not-found');
});

test('who owns an application runs it, sees its page, reads its log, rolls it back, and is refused beside it; losing it ends the open log', async () => {
  const { page } = await scene.openSignedIn('/projects', { user: lena });
  await page.getByRole('link', { name: 'shop' }).click();
  await page.getByRole('link', { name: 'cart' }).first().click();
  await page.getByRole('button', { name: 'Create instance' }).first().click();
  await page.locator('#instance-name').fill('main');
  await page.getByRole('textbox', { name: 'Image' }).first().fill('localhost/busybox:1');
  await page.getByRole('button', { name: 'Review' }).click();
  await page.getByRole('button', { name: 'Create main' }).click();
  await page.waitForURL(/\/instances\/[0-9a-f-]+$/);
  const instance = page.url().split('/').at(-1) ?? '';
  await page.getByText('Everything is as it should be.').waitFor({ timeout: 90_000 });
  await screenshot(page, 'instance');

  // the page that the Pod serves is seen in a tab of its own, without any grant on the cluster
  await page.getByRole('tab', { name: 'Pods' }).click();
  await page.getByRole('button', { name: 'Open port' }).first().click();
  const opening = page.context().waitForEvent('page');
  await page.getByRole('button', { name: 'Open 8080 (http)' }).click();
  const served = await opening;
  await served.getByRole('heading', { name: 'Cart' }).waitFor();
  expect(new URL(served.url()).hostname).toMatch(/\.localhost$/);
  await screenshot(page, 'instance-ports');

  // the request that it answered is in the log
  await page.getByRole('button', { name: 'All Pods' }).click();
  await page.getByRole('button', { name: 'Log' }).first().click();
  await page.getByText('response:200').first().waitFor();
  await screenshot(page, 'instance-log');

  const place = { params: { application: cart, instance } };
  const ofPods = async (path: string) =>
    cluster.kubectl('get', 'deployment', 'cart-main', '-n', namespace, '-o', `jsonpath={.spec.${path}}`);
  await lena.api.call(endpoints.scaleInstance, { ...place, body: { replicas: 2 } });
  await waitUntil('two replicas', async () => (await ofPods('replicas')) === '2');
  await lena.api.call(endpoints.rollBackInstance, { ...place, body: { version: 1 } });
  await waitUntil('one replica again', async () => (await ofPods('replicas')) === '1');

  const beside = { params: { application: till } };
  expect((await lena.api.attempt(endpoints.getApplication, beside)).status).toBe(403);
  expect(
    (
      await lena.api.attempt(endpoints.listResources, {
        params: { cluster: 'harbour', group: 'core', plural: 'pods' },
      })
    ).status,
  ).toBe(403);

  await within(5000, async () => {
    const nobody = { operations: [], development: [], developer: [] };
    await admin.call(endpoints.setTreeOwners, { params: { node: cart }, body: nobody });
    await page.getByText('You lack the right to see this').waitFor();
  });
  await screenshot(page, 'instance-log-ended');
  // so has the page that the Pod served
  expect((await served.reload())?.status()).toBe(401);
});
