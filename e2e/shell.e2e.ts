import type { LocalCluster } from '@pilothouse/control-plane';
import { endpoints } from '@pilothouse/contract';
import { beforeAll, expect, test } from 'vitest';
import type { ApiClient } from './support/api.ts';
import { registerCluster } from './support/clusters.ts';
import { waitUntil } from './support/processes.ts';
import { adminOf, useScene } from './support/scene.ts';
import { openShellPage } from './support/shell-page.ts';
import { workerCluster } from './worker-cluster.ts';

const scene = useScene();
const shellPath = '/clusters/harbour/pods/demo/shell?tab=shell';
let cluster: LocalCluster;
let admin: ApiClient;

beforeAll(async () => {
  cluster = await workerCluster();
  admin = await adminOf(scene.product);
  await registerCluster(admin, 'harbour', cluster.kubeconfig);
});

test('it is a terminal: tty, job control, Ctrl-Z, Ctrl-C, Ctrl-D', async () => {
  const { page } = await scene.openSignedIn(shellPath);
  const shell = await openShellPage(page);
  await shell.run('tty', /^\/dev\/pts\/\d+/m);

  await shell.run('sleep 1000 & jobs', /^\[1\].*Running\s+sleep 1000/m);
  await shell.run('fg', /^sleep 1000/m);
  await shell.press('Control+z');
  await shell.sees(/\[1\].*Stopped\s+sleep 1000/m);
  await shell.run('fg', /^sleep 1000/m);
  await shell.press('Control+c');
  await shell.run('echo "left: $(jobs | wc -l), status: $((40+2))"', /^left: 0, status: 42/m);

  await shell.press('Control+d');
  await page.getByTestId('shell-end').waitFor();
  expect(await page.getByTestId('shell-end').innerText()).toContain('exit code');
});

test('letters of any language arrive whole, both ways', async () => {
  const { page } = await scene.openSignedIn(shellPath);
  const shell = await openShellPage(page);
  await shell.run("printf '<%s>\\n' 'Größe 集群 привет'", /^<Größe\s集\s?群\s?\sпривет>/m);
  const [, bytes] = await shell.run("printf '集群' | wc -c", /^(\d+)/m);
  expect(bytes).toBe('6');
});

test('stty size follows the window', async () => {
  const { page } = await scene.openSignedIn(shellPath);
  const shell = await openShellPage(page);
  const size = async () => {
    const [, rows, columns] = await shell.run('stty size', /^(\d+) (\d+)/m);
    return { rows: Number(rows), columns: Number(columns) };
  };
  const before = await size();
  expect(before.rows).toBe(await page.locator('.xterm-rows > div').count());

  await page.setViewportSize({ width: 1000, height: 700 });
  await waitUntil('fewer rows', async () => (await page.locator('.xterm-rows > div').count()) < before.rows);
  await waitUntil(
    'stty knows',
    async () => (await size()).rows === (await page.locator('.xterm-rows > div').count()),
  );
  const after = await size();
  expect(after.columns).toBeLessThan(before.columns);
});

test('exit 7 shows 7, and the session is on record with it', async () => {
  const { page } = await scene.openSignedIn(shellPath);
  const shell = await openShellPage(page);
  await shell.run('echo "mark $((6*7))"', /^mark 42/m);
  await shell.type('exit 7');
  await page.getByTestId('shell-end').waitFor();
  expect(await page.getByTestId('shell-end').innerText()).toContain('exit code 7');

  const newest = async () => (await admin.call(endpoints.listTerminals, { query: { pageSize: 1 } })).items[0];
  await waitUntil('the session ended on record', async () => (await newest())?.endedAt !== null);
  const session = await newest();
  expect(session).toMatchObject({ pod: 'shell', exitCode: 7, endReason: 'exit' });
  const cast = await admin.call(endpoints.getRecording, { params: { terminal: session?.id ?? '' } });
  const [header, ...events] = String(cast).trim().split('\n');
  expect(JSON.parse(header ?? '')).toMatchObject({ version: 2 });
  const output = events.map((line) => (JSON.parse(line) as [number, string, string])[2]);
  expect(output.join('')).toContain('mark 42');
});

test('its last line is in sight, it goes on behind another tab, and the keyboard gets out of it', async () => {
  const { page } = await scene.openSignedIn(shellPath);
  const shell = await openShellPage(page);
  await page.getByText('What happens here is recorded.').waitFor();
  await page.getByText('Ctrl+Shift+V pastes, Ctrl+F6 leaves the terminal').waitFor();
  // a row is some 17 px high: at one of these heights nothing is left over below the last one
  for (const viewport of [
    { width: 1366, height: 768 },
    ...[800, 796, 792, 788, 784].map((height) => ({ width: 1280, height })),
  ]) {
    await page.setViewportSize(viewport);
    await shell.run('seq 100; echo "last $((40+2))"', /^last 42/m);
    const [row, frame] = await Promise.all([
      page.locator('.xterm-rows > div').last().boundingBox(),
      page.locator('.shell-frame').boundingBox(),
    ]);
    expect((row?.y ?? 0) + (row?.height ?? 0)).toBeLessThanOrEqual((frame?.y ?? 0) + (frame?.height ?? 0));
  }
  await shell.run('marked=4; echo "set $((marked+1))"', /^set 5/m);
  await page.getByRole('tab', { name: 'Overview' }).click();
  await page.locator('.containers').first().waitFor();
  await page.getByRole('tab', { name: 'Shell' }).click();
  await shell.run('echo "still $((marked+2))"', /^still 6/m);

  const isInTerminal = async () => (await page.locator('.xterm :focus').count()) > 0;
  await shell.press('Control+F6');
  expect(await isInTerminal()).toBe(false);
  await shell.type('exit 0');
  await page.getByTestId('shell-end').waitFor();
  await page.locator('[data-testid=terminal] textarea').focus();
  await page.keyboard.press('Tab');
  expect(await isInTerminal()).toBe(false);
});

test('closing the page leaves no process behind', async () => {
  const running = () => cluster.kubectl('exec', '-n', 'demo', 'shell', '--', 'ps');
  const tab = await scene.openSignedIn(shellPath);
  const shell = await openShellPage(tab.page);
  await shell.type('sleep 4321 & sleep 4322');
  await waitUntil('both run', async () => /sleep 4321[^]*sleep 4322/.test(await running()));
  await tab.page.goto('about:blank');
  await waitUntil('both are gone', async () => !/sleep 432[12]/.test(await running()));
});
