import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCluster } from '@pilothouse/control-plane';
import { beforeAll, expect, test } from 'vitest';
import { registerCluster } from './support/clusters.ts';
import { readLog } from './support/log-page.ts';
import { adminOf, useScene } from './support/scene.ts';
import { workerCluster } from './worker-cluster.ts';

const scene = useScene();
let cluster: LocalCluster;

/** A numbered line ten times a second. */
const counter = `
apiVersion: v1
kind: Pod
metadata: { name: counter, namespace: demo }
spec:
  terminationGracePeriodSeconds: 0
  dnsPolicy: Default
  containers:
    - name: counter
      image: localhost/busybox:1
      imagePullPolicy: IfNotPresent
      command: [sh, -c, 'i=0; while :; do i=$((i+1)); echo "line $i"; sleep 0.1; done']
`;

beforeAll(async () => {
  cluster = await workerCluster();
  const admin = await adminOf(scene.product);
  await registerCluster(admin, 'harbour', cluster.kubeconfig);
  await cluster.apply(counter);
  await cluster.kubectl('wait', '-n', 'demo', 'pod/counter', '--for=condition=Ready', '--timeout=60s');
});

const logPath = (pod: string) => `/clusters/harbour/pods/demo/${pod}?tab=logs`;
const numberIn = (line: string | undefined) => Number(/line (\d+)/.exec(line ?? '')?.[1]);

test('a followed log has no gap and no duplicate although the line is cut for 10 s', async () => {
  const tab = await scene.openSignedIn(logPath('counter'));
  tab.allow(/WebSocket connection|Failed to load resource: net::/);
  const { page } = tab;
  const state = (text: string) => page.getByTestId('log-state').getByText(text);
  await state('Following').waitFor();
  await page
    .getByText(/^line \d+$/)
    .first()
    .waitFor();
  const lastBefore = numberIn(await page.locator('.log-line').last().innerText());

  scene.network.cut();
  await state('Reconnecting').waitFor();
  await sleep(10_000);
  scene.network.mend();
  await state('Following').waitFor();
  await page.getByText(`line ${lastBefore + 150}`, { exact: true }).waitFor({ timeout: 60_000 });

  const lines = await readLog(page);
  const first = numberIn(lines[0]);
  expect(lines.length).toBeGreaterThan(150);
  expect(lines).toEqual(lines.map((_, index) => `line ${first + index}`));
});

test('search, previous run, and a container that has written nothing yet', async () => {
  const { page } = await scene.openSignedIn(logPath('crashing'));
  await page.getByText('fatal: cannot reach the database').first().waitFor();
  await page.getByPlaceholder('Search').fill('fatal');
  await page.getByTestId('log-matches').waitFor();
  await page.getByText('Previous run').click();
  await page.getByText('fatal: cannot reach the database').first().waitFor();

  await page.goto(`${scene.product.url}${logPath('unpullable')}`);
  await page.getByText('There is no log yet').waitFor();
  expect(
    await page
      .getByText(/ErrImagePull|ImagePullBackOff/)
      .first()
      .isVisible(),
  ).toBe(true);
});

test('the download is the log, whole', async () => {
  const pod = await cluster.kubectl(
    ...'get pods -n demo -l job-name=migrate -o jsonpath={.items[0].metadata.name}'.split(' '),
  );
  const { page } = await scene.openSignedIn(logPath(pod));
  await page.getByText('step 3 of 3').waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page
      .getByRole('button', { name: 'Download' })
      .click()
      .then(() => page.getByRole('menuitem', { name: 'The whole log' }).click()),
  ]);
  expect(await readFile(await download.path(), 'utf8')).toBe('step 1 of 3\nstep 2 of 3\nstep 3 of 3\n');
});
