import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process for certain: a pid alone may belong to somebody else by now. */
export interface ProcessIdentity {
  pid: number;
  /** When it started, in an opaque form that no other process with this pid can share. */
  startTime: string;
}

/** The identity of a living process; undefined where there is none (a zombie counts as none). */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = process.platform === 'linux' ? linuxStartTime(pid) : psStartTime(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

/** Whether exactly this process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startTime === identity.startTime;
}

/** Sends a signal to exactly this process; false where it is gone. */
export function signal(identity: ProcessIdentity, name: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    process.kill(identity.pid, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** Waits until the process is gone; false if it still runs after `milliseconds`. */
export async function waitUntilGone(identity: ProcessIdentity, milliseconds: number): Promise<boolean> {
  const deadline = Date.now() + milliseconds;
  while (isAlive(identity)) {
    if (Date.now() > deadline) return false;
    await sleep(50);
  }
  return true;
}

/** TERM, and KILL where that did not end it within `grace` milliseconds. */
export async function terminate(identity: ProcessIdentity, grace: number): Promise<void> {
  if (!signal(identity, 'SIGTERM')) return;
  // one that was frozen would not hear it
  signal(identity, 'SIGCONT');
  if (await waitUntilGone(identity, grace)) return;
  signal(identity, 'SIGKILL');
  await waitUntilGone(identity, 5_000);
}

let bootId: string | undefined;

function linuxStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the program's name stands in parentheses and may hold spaces: fields count from the last one
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state] = fields;
    // while other threads of a zombie still end, its ports and files are not free yet
    const threads = Number(fields[17]);
    if (state === 'X' || (state === 'Z' && threads <= 1)) return undefined;
    bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${bootId}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

function psStartTime(pid: number): string | undefined {
  try {
    const [state, ...started] = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
    })
      .trim()
      .split(/\s+/);
    return !state || state.startsWith('Z') ? undefined : started.join(' ');
  } catch {
    return undefined;
  }
}
