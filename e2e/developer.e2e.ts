import type { LocalCluster } from '@pilothouse/control-plane';
import { endpoints, endpointsOfActions } from '@pilothouse/contract';
import { within } from '@pilothouse/testing';
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
let dora: Account;
let grant: string;

const pods = { cluster: 'harbour', group: 'core', plural: 'pods' } as const;
const openAsDora = (path: string) => scene.openSignedIn(path, { user: dora });

beforeAll(async () => {
  cluster = await workerCluster();
  admin = await adminOf(scene.product);
  await registerCluster(admin, 'harbour', cluster.kubeconfig);
  await registerCluster(admin, 'quay', cluster.kubeconfig);
  dora = await createAccount(scene.product.url, admin, 'dora');
  const scope = { kind: 'namespace', cluster: 'harbour', namespace: 'demo' } as const;
  ({ id: grant } = await admin.call(endpoints.createGrant, {
    body: { subject: { kind: 'user', user: 'dora' }, role: 'developer', scope },
  }));
});

async function podNames(namespace: string): Promise<string[]> {
  const names = await cluster.kubectl(
    'get',
    'pods',
    '-n',
    namespace,
    '-o',
    'jsonpath={.items[*].metadata.name}',
  );
  return names.split(' ').toSorted();
}

/** Command lines that run in the pod of the demo landscape which is there for shells. */
async function commandsInPod(): Promise<string> {
  return cluster.kubectl('exec', '-n', 'demo', 'shell', '--', 'ps', '-o', 'args');
}

test('a developer of one namespace sees one cluster, one namespace, and its pods', async () => {
  const { page } = await openAsDora('/clusters');
  const names = page.locator('td a.name');
  await names.first().waitFor();
  expect(await names.allInnerTexts()).toEqual(['harbour']);

  await page.goto(`${scene.product.url}/clusters/harbour/pods`);
  const rows = page.locator('tr[data-uid]');
  await rows.first().waitFor();
  const expected = await podNames('demo');
  for (const name of expected) await page.getByRole('link', { name, exact: true }).waitFor();
  expect(await rows.count()).toBe(expected.length);

  await page.getByTestId('namespace-picker').click();
  const options = page.locator('.ant-select-item-option');
  await options.first().waitFor();
  expect(await options.allInnerTexts()).toEqual(['demo']);
  await page.keyboard.press('Escape');

  const menu = await page.locator('aside nav').innerText();
  expect(menu).toContain('Pods');
  for (const hidden of ['Nodes', 'Users', 'Grants', 'Audit']) expect(menu).not.toContain(hidden);
  await screenshot(page, 'developer-pods');
});

test.each([
  ['the nodes', '/clusters/harbour/nodes', 'k8s/core/nodes'],
  ['the audit', '/audit', '/audit'],
])('instead of %s there is a page that names the missing right', async (_, path, object) => {
  const { page } = await openAsDora(path);
  await page.getByRole('heading', { name: 'You lack the right to see this page' }).waitFor();
  expect(await page.locator('.status-page').innerText()).toContain(object);
});

test('a cluster that may not be seen is as one that is not there', async () => {
  const { page } = await openAsDora('/clusters/quay/pods');
  await page.locator('.status-page h1').waitFor();
  expect(await page.locator('.status-page h1').innerText()).toBe('No cluster quay here');
});

test('an object of another namespace shows nothing but the refusal', async () => {
  const [name = ''] = await podNames('shop');
  const tab = await openAsDora(`/clusters/harbour/pods/shop/${name}`);
  tab.allow(/status of 403/);
  await tab.page.getByRole('alert').getByText('You lack the right').waitFor();
  expect(await tab.page.getByRole('tab').count()).toBe(0);
});

test('the API narrows what can be narrowed and refuses the rest', async () => {
  const { items } = await dora.api.call(endpoints.listClusters, {});
  expect(items.map(({ name }) => name)).toEqual(['harbour']);

  const list = await dora.api.call(endpoints.listResources, { params: pods, query: { pageSize: 500 } });
  expect(list.narrowedTo).toEqual(['demo']);
  expect(list.items.map(({ name }) => name).toSorted()).toEqual(await podNames('demo'));
  expect(new Set(list.items.map(({ namespace }) => namespace))).toEqual(new Set(['demo']));

  const namespaces = await dora.api.call(endpoints.listResources, {
    params: { ...pods, plural: 'namespaces' },
    query: {},
  });
  expect(namespaces.items.map(({ name }) => name)).toEqual(['demo']);

  const [elsewhere = ''] = await podNames('shop');
  const shop = { namespace: 'shop', name: elsewhere };
  const place = { cluster: 'harbour', namespace: 'shop', pod: elsewhere, container: 'catalog' };
  const inDemo = { ...place, namespace: 'demo', pod: 'shell', container: 'shell' };
  const refused = {
    nodes: await dora.api.attempt(endpoints.listResources, {
      params: { ...pods, plural: 'nodes' },
      query: {},
    }),
    namespace: await dora.api.attempt(endpoints.listResources, {
      params: pods,
      query: { namespace: ['shop'] },
    }),
    pod: await dora.api.attempt(endpoints.getResource, { params: { ...pods, ...shop } }),
    log: await dora.api.attempt(endpoints.podLog, { params: place, query: {} }),
    logTicket: await dora.api.attempt(endpoints.createTicket, { body: { purpose: 'log', ...place } }),
    shellTicket: await dora.api.attempt(endpoints.createTicket, { body: { purpose: 'exec', ...place } }),
    deletion: await dora.api.attempt(endpointsOfActions.delete.one, {
      params: { ...pods, namespace: 'demo', name: 'shell' },
      query: {},
    }),
    otherCluster: await dora.api.attempt(endpoints.listResources, {
      params: { ...pods, cluster: 'quay' },
      query: {},
    }),
    unknownCluster: await dora.api.attempt(endpoints.getCluster, { params: { cluster: 'nowhere' } }),
    otherClusterItself: await dora.api.attempt(endpoints.getCluster, { params: { cluster: 'quay' } }),
    otherClusterShell: await dora.api.attempt(endpoints.createTicket, {
      body: { purpose: 'exec', ...inDemo, cluster: 'quay' },
    }),
    users: await dora.api.attempt(endpoints.listUsers, { query: {} }),
    ownGrant: await dora.api.attempt(endpoints.createGrant, {
      body: { subject: { kind: 'user', user: 'dora' }, role: 'platform-admin', scope: { kind: 'all' } },
    }),
  };
  const answers = Object.entries(refused).map(([what, { status, code }]) => [what, `${status} ${code}`]);
  expect(Object.fromEntries(answers)).toEqual(
    Object.fromEntries(Object.keys(refused).map((what) => [what, '403 forbidden'])),
  );
});

test('they tail and work in a shell; without the grant both end within 5 s, saying why, and nothing stays in the pod', async () => {
  const [web = ''] = (await podNames('demo')).filter((name) => name.startsWith('web-'));
  const logTab = await openAsDora(`/clusters/harbour/pods/demo/${web}?tab=logs`);
  const shellTab = await scene.openBeside(logTab, '/clusters/harbour/pods/demo/shell?tab=shell');
  for (const tab of [logTab, shellTab]) tab.allow(/status of 403/);
  const [log, shell] = [logTab.page, shellTab.page];
  const lastLine = () =>
    log
      .getByTestId('log')
      .innerText()
      .then((text) => Number(/request (\d+)\s*$/.exec(text)?.[1] ?? 0));
  await waitUntil('the log is there', async () => (await lastLine()) > 0);
  const before = await lastLine();
  await waitUntil('the log goes on', async () => (await lastLine()) > before);

  const terminal = await openShellPage(shell);
  await terminal.run('echo $((6 * 7))', /^42$/m);
  await terminal.type('sleep 4242 & sleep 2424');
  await waitUntil('both run in the pod', async () => /sleep 4242[^]*sleep 2424/.test(await commandsInPod()));

  await admin.call(endpoints.deleteGrant, { params: { grant } });
  const reason = 'You lack the right to read Pods in namespace demo of cluster harbour';
  await within(5000, async () => {
    await shell.getByText(reason).waitFor();
    await log.getByText(reason).waitFor();
  });
  await waitUntil('the pod is empty', async () => !/sleep (4242|2424)/.test(await commandsInPod()));

  const again = await dora.api.attempt(endpoints.createTicket, {
    body: { purpose: 'exec', cluster: 'harbour', namespace: 'demo', pod: 'shell', container: 'shell' },
  });
  expect(again.code).toBe('forbidden');
  expect((await dora.api.attempt(endpoints.listClusters, {})).code).toBe('forbidden');
  await log.goto(`${scene.product.url}/clusters`);
  await log.getByText('You have no role in any cluster').waitFor();
  await screenshot(log, 'developer-without-grant');
  const shellReasons = async () => {
    const { items } = await admin.call(endpoints.listAudit, {
      query: { code: 'shell.open', user: 'dora' },
    });
    return items.map(({ reason: why }) => why);
  };
  // the browser hears of the end before the row is closed
  await waitUntil('the audit row is closed', async () => !(await shellReasons()).includes(null));
  expect(new Set(await shellReasons())).toEqual(new Set(['rightsLost']));
});
