import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, ownIdentity } from './processes.mjs';

/** @typedef {import('./processes.mjs').ProcessIdentity & { note?: string }} LockHolder */

/**
 * Takes a lock file, or names the living process that holds it; one of a dead process is taken over.
 * @param {string} path
 * @returns {LockHolder | undefined} undefined: it is ours now
 */
export function tryLock(path) {
  mkdirSync(dirname(path), { recursive: true });
  for (;;) {
    try {
      writeFileSync(path, JSON.stringify(ownIdentity()), { flag: 'wx', mode: 0o600 });
      return undefined;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    }
    const holder = holderOf(path);
    if (holder !== undefined && isRunning(holder)) return holder;
    rmSync(path, { force: true });
  }
}

/**
 * Runs `work` while no other process runs work under the same lock file.
 * @template T
 * @param {string} path
 * @param {(holder: LockHolder) => void} onWait
 * @param {() => Promise<T>} work
 */
export async function withLock(path, onWait, work) {
  let told = false;
  for (let holder = tryLock(path); holder !== undefined; holder = tryLock(path)) {
    if (!told) onWait(holder);
    told = true;
    await sleep(200);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/**
 * Leaves a word for whoever finds the lock taken.
 * @param {string} path
 * @param {string} note
 */
export function noteInLock(path, note) {
  writeFileSync(path, JSON.stringify({ ...ownIdentity(), note }), { mode: 0o600 });
}

/**
 * @param {string} path
 * @returns {LockHolder | undefined}
 */
function holderOf(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
