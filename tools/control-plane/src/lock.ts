import { mkdir, mkdtemp, readdir, rename, rm, rmdir, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts';

export interface LockOptions {
  /** Called once when another living process holds the lock. */
  onWait?: (holder: ProcessIdentity) => void;
  signal?: AbortSignal | undefined;
}

/** A lock held by this process until `release` or its death. */
export interface Lock {
  release(): Promise<void>;
}

/**
 * Takes the lock at `path`, waiting for a living holder; a dead one's lock is taken over.
 *
 * The lock is a folder with one file named after its holder. Renaming a folder onto it succeeds only when it is empty or missing,
 * and a stale holder's file is removed by its own name, so of several takers exactly one wins.
 */
export async function acquireLock(path: string, options: LockOptions = {}): Promise<Lock> {
  let waited = false;
  for (;;) {
    options.signal?.throwIfAborted();
    const result = await tryLock(path);
    if ('release' in result) return result;
    if (!waited) options.onWait?.(result.holder);
    waited = true;
    await sleep(250, undefined, { signal: options.signal });
  }
}

/** Takes the lock at `path`, or says which living process holds it. */
export async function tryLock(path: string): Promise<Lock | { holder: ProcessIdentity }> {
  const self = identify(process.pid);
  if (!self) throw new Error('this process has no identity');
  const name = fileNameOf(self);
  await mkdir(dirname(path), { recursive: true });
  const candidate = await mkdtemp(`${path}.`);
  await writeFile(join(candidate, name), '');
  for (;;) {
    try {
      await rename(candidate, path);
      return { release: () => release(path, name) };
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
    const holder = await removeStale(path);
    if (!holder) continue;
    await rm(candidate, { recursive: true, force: true });
    return { holder };
  }
}

/** The living process that holds the lock at `path`, if any. */
export async function lockHolder(path: string): Promise<ProcessIdentity | undefined> {
  for (const name of await names(path)) {
    const identity = identityOf(name);
    if (identity && isAlive(identity)) return identity;
  }
  return undefined;
}

/** Removes the marks of dead holders, each by its own name; returns a living one. */
async function removeStale(path: string): Promise<ProcessIdentity | undefined> {
  for (const name of await names(path)) {
    const identity = identityOf(name);
    if (identity && isAlive(identity)) return identity;
    await unlink(join(path, name)).catch(() => undefined);
  }
  return undefined;
}

async function release(path: string, name: string): Promise<void> {
  await unlink(join(path, name)).catch(() => undefined);
  await rmdir(path).catch(() => undefined);
}

const fileNameOf = (identity: ProcessIdentity) => `${identity.pid}@${encodeURIComponent(identity.startTime)}`;

function identityOf(name: string): ProcessIdentity | undefined {
  const [pid, startTime] = name.split('@');
  return startTime ? { pid: Number(pid), startTime: decodeURIComponent(startTime) } : undefined;
}

const names = (path: string) => readdir(path).catch((): string[] => []);

const isTaken = (error: unknown) =>
  ['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '');
