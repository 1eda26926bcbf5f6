import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** @typedef {{ pid: number, startedAt: string }} ProcessIdentity a pid alone may be another process's by now */

/**
 * When the process started, in whatever unit the system counts; undefined when it does not run (any more).
 * @param {number} pid
 * @returns {string | undefined}
 */
export function startOf(pid) {
  if (process.platform === 'linux') {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // proc(5): the name in parentheses may hold anything, so count from its end; state is field 3, start time 22
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? undefined : fields[19];
    } catch {
      return undefined;
    }
  }
  return psField(pid, 'lstart=');
}

/**
 * @param {number} pid
 * @returns {string[]} arguments of a running process; where the system has no /proc, the whole line as one
 */
export function commandLineOf(pid) {
  if (process.platform === 'linux') {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
    } catch {
      return [];
    }
  }
  const line = psField(pid, 'command=');
  return line === undefined ? [] : [line];
}

/**
 * @param {number} pid
 * @param {string} field
 */
function psField(pid, field) {
  const ps = spawnSync('ps', ['-o', field, '-p', String(pid)], { encoding: 'utf8' });
  return ps.status === 0 ? ps.stdout.trim() : undefined;
}

/** @returns {ProcessIdentity} of this process */
export function ownIdentity() {
  return { pid: process.pid, startedAt: startOf(process.pid) ?? '' };
}

/** @param {ProcessIdentity} identity */
export function isRunning(identity) {
  return startOf(identity.pid) === identity.startedAt;
}

/**
 * Asks a process to end, after `graceMs` makes it, and waits until it is gone.
 * @param {number} pid
 * @param {{ graceMs: number }} options
 */
export async function stopProcess(pid, { graceMs }) {
  const startedAt = startOf(pid);
  if (startedAt === undefined) return;
  const identity = { pid, startedAt };
  for (const { signal, waitMs } of /** @type {const} */ ([
    { signal: 'SIGTERM', waitMs: graceMs },
    { signal: 'SIGKILL', waitMs: 2000 },
  ])) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    const deadline = Date.now() + waitMs;
    while (isRunning(identity) && Date.now() < deadline) await sleep(20);
    if (!isRunning(identity)) return;
  }
}

/** Linux can end a child when its parent dies, however that happens; elsewhere the next start cleans up. */
const deathSignalPossible =
  process.platform === 'linux' &&
  spawnSync('setpriv', ['--pdeathsig', 'TERM', 'true'], { stdio: 'ignore' }).status === 0;

/**
 * Spawns a child that a Ctrl-C in the terminal does not reach (so that we stop things in order) and that gets a TERM
 * when this process is killed.
 * @param {string} command absolute path
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 */
export function spawnChild(command, args, options) {
  const detached = { ...options, detached: true };
  return deathSignalPossible
    ? spawn('setpriv', ['--pdeathsig', 'TERM', command, ...args], detached)
    : spawn(command, [...args], detached);
}
