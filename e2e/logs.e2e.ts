import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCluster } from '@pilothouse/control-plane';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { scrollsSideways, seriousFindings } from './support/accessibility.ts';
import { screenshot } from './support/browser.ts';
import { registerCluster } from './support/clusters.ts';
import { readLog } from './support/log-page.ts';
import { adminOf, useScene } from './support/scene.ts';
import { workerCluster } from './worker-cluster.ts';

const scene = useScene();
let cluster: LocalCluster;

/** Three pods of numbered lines, five a second each. */
const chorus = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: chorus, namespace: demo }
spec:
  replicas: 3
  selector: { matchLabels: { app: chorus } }
  template:
    metadata: { labels: { app: chorus } }
    spec:
      terminationGracePeriodSeconds: 0
      dnsPolicy: Default
      nodeName: node-1
      containers:
        - name: main
          image: localhost/busybox:1
          imagePullPolicy: IfNotPresent
          command: [sh, -c, 'i=0; while :; do i=$((i+1)); echo "line $i"; sleep 0.2; done']
`;

beforeAll(async () => {
  cluster = await workerCluster();
  await registerCluster(await adminOf(scene.product), 'harbour', cluster.kubeconfig);
  await cluster.apply(chorus);
  await cluster.kubectl('rollout', 'status', '-n', 'demo', 'deployment/chorus', '--timeout=60s');
});

async function podNames(): Promise<string[]> {
  const names = await cluster.kubectl(
    ...'get pods -n demo -l app=chorus -o jsonpath={.items[*].metadata.name}'.split(' '),
  );
  return names.split(' ').toSorted();
}

const prefixes = (page: Page) => page.locator('.log-pod');

/** Of each pod that is shown: the colours it has. */
async function coloursOf(page: Page): Promise<string[][]> {
  const shown = await prefixes(page).evaluateAll((all) =>
    all.map((each) => ({
      pod: each.textContent,
      colour: each.ownerDocument.defaultView?.getComputedStyle(each).color ?? '',
    })),
  );
  const byPod = Map.groupBy(shown, ({ pod }) => pod);
  return [...byPod.values()].map((lines) => [...new Set(lines.map(({ colour }) => colour))]);
}

/** Numbers of each pod, in the order they stand on the page. */
async function numbersOf(page: Page): Promise<Map<string, number[]>> {
  const numbers = new Map<string, number[]>();
  for (const text of await readLog(page)) {
    const [, pod = '', number] = /^(\S+) line (\d+)$/.exec(text) ?? [];
    numbers.set(pod, [...(numbers.get(pod) ?? []), Number(number)]);
  }
  return numbers;
}

test('from a label selector to the logs of what matches, through a cut line and a rollout', async () => {
  const tab = await scene.openSignedIn('/clusters/harbour/pods?labelSelector=app%3Dchorus');
  tab.allow(/WebSocket connection|Failed to load resource: net::/);
  const { page } = tab;
  await page.locator('tr[data-uid]').first().waitFor();
  const button = page.getByRole('button', { name: 'Logs of what matches' });
  expect(await button.isDisabled(), 'a namespace is to be chosen first').toBe(true);
  await page.goto(`${scene.product.url}/clusters/harbour/pods?namespace=demo&labelSelector=app%3Dchorus`);
  await button.click();
  await page.waitForURL(({ pathname }) => pathname === '/clusters/harbour/pods/logs');
  const { searchParams } = new URL(page.url());
  expect(Object.fromEntries(searchParams)).toEqual({ namespace: 'demo', labelSelector: 'app=chorus' });
  const before = await podNames();
  for (const pod of before) await prefixes(page).filter({ hasText: pod }).first().waitFor();
  await expect
    .poll(async () => (await coloursOf(page)).map((colours) => colours.length))
    .toEqual(before.map(() => 1));
  expect(new Set((await coloursOf(page)).flat()).size).toBe(before.length);

  scene.network.cut();
  await page.getByTestId('log-state').getByText('Reconnecting').waitFor();
  await sleep(3000);
  scene.network.mend();
  await page.getByTestId('log-state').getByText('Following').waitFor();

  await cluster.kubectl('delete', 'pod', '-n', 'demo', before[0]!, '--now');
  await expect.poll(async () => (await podNames()).filter((pod) => !before.includes(pod))).toHaveLength(1);
  const [next] = (await podNames()).filter((pod) => !before.includes(pod));
  await prefixes(page).filter({ hasText: next! }).first().waitFor({ timeout: 30_000 });
  await sleep(1000);

  const numbers = await numbersOf(page);
  expect([...numbers.keys()].toSorted()).toEqual([...before, next].toSorted());
  expect(numbers.get(next!)?.[0], 'a new pod is read from its first line').toBe(1);
  for (const [pod, lines] of numbers) {
    expect({ pod, lines }).toEqual({ pod, lines: Array.from(lines, (_, index) => lines[0]! + index) });
  }
});

test('selected pods; one of them alone; names off; what is shown as a file', async () => {
  const { page } = await scene.openSignedIn(
    '/clusters/harbour/pods?namespace=demo&labelSelector=app%3Dchorus',
  );
  const pods = (await podNames()).slice(0, 2);
  for (const pod of pods) {
    await page.locator('tr[data-uid]', { hasText: pod }).getByRole('checkbox').check();
  }
  await page.getByRole('status').getByRole('button', { name: 'Logs' }).click();
  await page.waitForURL(({ pathname }) => pathname === '/clusters/harbour/pods/logs');
  expect(new URL(page.url()).searchParams.getAll('pods')).toEqual(pods);
  for (const pod of pods) await prefixes(page).filter({ hasText: pod }).first().waitFor();

  await page.getByRole('combobox', { name: 'Show only these Pods' }).click();
  await page.locator('.ant-select-item-option', { hasText: pods[1]! }).click();
  await page.keyboard.press('Escape');
  await expect.poll(async () => [...(await numbersOf(page)).keys()]).toEqual([pods[1]]);

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('demo-pods.log');

  await page.getByRole('checkbox', { name: 'Pod names' }).uncheck();
  await expect.poll(() => prefixes(page).first().innerText()).toBe('▌');
  expect(page.url()).toContain('podNames=0');
});

describe.each([
  { locale: 'en-US', colorScheme: 'light' },
  { locale: 'zh-CN', colorScheme: 'dark' },
] as const)('in $locale, $colorScheme', (look) => {
  test.each([
    [
      'logs',
      '/clusters/harbour/pods/logs?namespace=demo&labelSelector=app%3Dchorus&timestamps=1',
      '.log-pod',
    ],
    ['logs of nothing', '/clusters/harbour/pods/logs', '.empty'],
    ['pods by label', '/clusters/harbour/pods?namespace=demo&labelSelector=app%3Dchorus', 'tr[data-uid]'],
  ])('%s', async (name, path, ready) => {
    const { page } = await scene.openSignedIn(path, look);
    await page.locator(ready).first().waitFor();
    await sleep(500);
    await screenshot(page, `${name}-${look.locale}-${look.colorScheme}`);
    expect(await scrollsSideways(page)).toBe(false);
    expect(await seriousFindings(page)).toEqual([]);
  });
});
