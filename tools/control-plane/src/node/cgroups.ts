import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

interface Hierarchy {
  mountPoint: string;
  version: 1 | 2;
}

/** The cgroup below which everything of a cluster's real node runs, as a path inside each hierarchy. */
export const cgroupRootOf = (id: string): string => `/pilothouse-${id}`;

/** All mounted cgroup hierarchies: one per controller with version 1, a single one with version 2. */
function hierarchies(): Hierarchy[] {
  return readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , type]) => type === 'cgroup' || type === 'cgroup2')
    .map(([, mountPoint = '', type]) => ({ mountPoint, version: type === 'cgroup2' ? 2 : 1 }));
}

/** The controllers that a kubelet can't do without, those that are missing here. */
export function missingControllers(): string[] {
  const present = new Set<string>();
  for (const { mountPoint, version } of hierarchies()) {
    const names =
      version === 2
        ? readFileSync(join(mountPoint, 'cgroup.controllers'), 'utf8').trim().split(' ')
        : (mountPoint.split('/').at(-1) ?? '').split(',');
    for (const name of names) present.add(name);
  }
  return ['cpu', 'cpuset', 'memory', 'pids'].filter((name) => !present.has(name));
}

/** Makes the root cgroup in every hierarchy; two kubelets on one root would delete each other's pods. */
export async function createCgroups(root: string): Promise<void> {
  for (const { mountPoint, version } of hierarchies()) {
    const folder = join(mountPoint, root);
    await mkdir(folder, { recursive: true });
    if (version === 2) {
      await delegateControllers(mountPoint);
      await delegateControllers(folder);
    } else if (existsSync(join(folder, 'cpuset.cpus'))) {
      // empty in a new cpuset, and nothing can join it then
      for (const file of ['cpuset.cpus', 'cpuset.mems']) {
        await writeFile(join(folder, file), await readFile(join(mountPoint, file)));
      }
    }
    await mkdir(join(folder, 'daemons'), { recursive: true });
  }
}

/** Puts a process where `killCgroups` finds it and all that it will start; containers have cgroups of their own below the root. */
export function joinCgroup(root: string, pid: number, write: (path: string, text: string) => void) {
  for (const { mountPoint, version } of hierarchies()) {
    const carries = version === 2 ? hasControllers(mountPoint) : mountPoint.endsWith('/pids');
    if (carries) write(join(mountPoint, root, 'daemons', 'cgroup.procs'), String(pid));
  }
}

/** Kills whatever runs below the root and removes the cgroups; true when nothing is left. */
export async function removeCgroups(root: string, milliseconds = 60_000): Promise<boolean> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const folders = hierarchies().map(({ mountPoint }) => join(mountPoint, root));
    const left = folders.filter((folder) => existsSync(folder));
    if (left.length === 0) return true;
    if (Date.now() > deadline) return false;
    for (const pid of left.flatMap(processesBelow)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // it was faster
      }
    }
    for (const folder of left) removeTree(folder);
    await sleep(50);
  }
}

/** The pids of all that runs below a cgroup's folder. */
function processesBelow(folder: string): number[] {
  try {
    const own = readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean);
    return [...own.map(Number).filter((pid) => pid > 0), ...children(folder).flatMap(processesBelow)];
  } catch {
    return [];
  }
}

function removeTree(folder: string): void {
  try {
    for (const child of children(folder)) removeTree(child);
    rmdirSync(folder);
  } catch {
    // something still dies in it: the caller looks again
  }
}

const children = (folder: string) =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name));

async function delegateControllers(folder: string): Promise<void> {
  const controllers = (await readFile(join(folder, 'cgroup.controllers'), 'utf8')).trim();
  if (!controllers) return;
  const enable = controllers.split(' ').map((name) => `+${name}`);
  await writeFile(join(folder, 'cgroup.subtree_control'), enable.join(' '));
}

const hasControllers = (mountPoint: string) =>
  readFileSync(join(mountPoint, 'cgroup.controllers'), 'utf8').trim() !== '';
