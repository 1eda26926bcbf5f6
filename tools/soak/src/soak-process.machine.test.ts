// Depends on: tools/soak, tools/control-plane, e2e/support
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { clusterStatus, realNodePossible } from '@pilothouse/control-plane';
import { processesOf } from '@pilothouse/e2e/support/processes';
import { needing } from '@pilothouse/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';

const main = join(import.meta.dirname, '../soak.ts');
const possible = await realNodePossible();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pilothouse-soak-'));
});
afterEach(async () => {
  await soak('stop');
  await rm(folder, { recursive: true });
});

/** What a command of the soak prints, whatever its exit code; its data and its clusters are the test's own. */
async function soak(...words: string[]): Promise<string> {
  const running = promisify(execFile)(process.execPath, [main, ...words], { env: environment() });
  const { stdout } = await running.catch((error: { stdout: string }) => error);
  return stdout;
}

const environment = () => ({
  ...process.env,
  PILOTHOUSE_DATA: join(folder, 'data'),
  PILOTHOUSE_CLUSTERS_DIR: join(folder, 'clusters'),
  TMPDIR: folder,
});

const log = () => readFile(join(folder, 'data/soak/soak.log'), 'utf8').catch(() => '');

test(
  'goes on without its terminal, says how it stands, and takes everything with it when it is stopped',
  { ...needing(possible), timeout: 240_000 },
  async () => {
    // in a session of its own, as in a terminal that is closed right after
    const terminal = spawn(process.execPath, [main, 'start', 'faults', '--size=small'], {
      env: environment(),
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(terminal, 'exit');
    try {
      process.kill(-(terminal.pid ?? 0), 'SIGKILL');
    } catch {
      // nothing of it was left
    }
    await expect.poll(log, { timeout: 120_000, interval: 500 }).toContain('stopping etcd');
    expect(await soak('status')).toMatch(/runs: faults under way, 1 of 1 to do/);
    expect(await soak('start')).toMatch(/runs already, as process \d+/);
    const clusters = { dataDir: join(folder, 'clusters') };
    expect(await clusterStatus(clusters)).toHaveLength(1);
    expect(processesOf(folder).length).toBeGreaterThan(5);

    await soak('stop');
    expect(await soak('status')).toMatch(/ended early at /);
    expect(await log()).toContain('ended by SIGTERM');
    expect(await clusterStatus(clusters)).toEqual([]);
    expect(processesOf(folder)).toEqual([]);
    expect((await readdir(folder)).filter((name) => name.startsWith('pilothouse-'))).toEqual([]);
  },
);
