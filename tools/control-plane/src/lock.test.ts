import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acquireLock, lockHolder, tryLock } from './lock.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pilothouse-lock-'));
  path = join(folder, 'lock');
});
afterEach(() => rm(folder, { recursive: true }));

/** Takes the lock in a process of its own and returns that process. */
async function holdElsewhere() {
  const script = `
    const { acquireLock } = await import(${JSON.stringify(join(import.meta.dirname, 'lock.ts'))});
    await acquireLock(${JSON.stringify(path)});
    console.log('held');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

test('one at a time', async () => {
  const lock = await acquireLock(path);
  expect(await tryLock(path)).toEqual({ holder: expect.objectContaining({ pid: process.pid }) });
  await lock.release();
  const again = await tryLock(path);
  expect(again).toHaveProperty('release');
  expect(await readdir(folder)).toEqual(['lock']);
});

test('says who is waited for, and gets the lock when that one dies', async () => {
  const child = await holdElsewhere();
  const waitedFor: number[] = [];
  const waiting = acquireLock(path, { onWait: (holder) => waitedFor.push(holder.pid) });
  await expect.poll(() => waitedFor).toEqual([child.pid]);
  child.kill('SIGKILL');
  await waiting;
  expect((await lockHolder(path))?.pid).toBe(process.pid);
});

test('of many takers of a dead one’s lock exactly one wins', async () => {
  const child = await holdElsewhere();
  child.kill('SIGKILL');
  await once(child, 'exit');
  const results = await Promise.all(Array.from({ length: 20 }, () => tryLock(path)));
  expect(results.filter((result) => 'release' in result)).toHaveLength(1);
  expect(await readdir(path)).toHaveLength(1);
});

test('waiting ends with the signal', async () => {
  await acquireLock(path);
  const controller = new AbortController();
  const waiting = acquireLock(path, { signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('aborted');
});
