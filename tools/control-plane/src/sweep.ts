import { readdir, readFile, readlink, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { cgroupRootOf, removeCgroups } from './node/cgroups.ts';
import { unmountBelow } from './node/mounts.ts';
import { removePodNetwork } from './node/network.ts';
import { findCommand } from './node/packages.ts';
import type { ClusterLayout } from './layout.ts';
import { markedProcesses } from './marked-processes.ts';
import { signal, waitUntilGone } from './process-identity.ts';
import { readState } from './state.ts';

/** The kubelet links every container's log there, whatever `podLogsDir` says. */
const logLinks = '/var/log/containers';
/** What dies slowly on a busy machine still writes for some seconds. */
const wholly = { recursive: true, force: true, maxRetries: 20 };

/**
 * Removes all that a cluster left on the machine, in whatever state it died: processes, cgroups, mounts, network namespaces, the bridge,
 * sockets, files. The caller holds the cluster's lock. The one way down, after an orderly stop as after a kill -9.
 */
export async function sweep(layout: ClusterLayout): Promise<void> {
  const state = readState(layout.state);
  const recorded = Object.values(state?.components ?? {});
  for (const identity of [...recorded, ...markedProcesses(layout.state)]) {
    signal(identity, 'SIGKILL');
    await waitUntilGone(identity, 5_000);
  }
  if (process.platform === 'linux' && process.getuid?.() === 0) await sweepNode(layout);
  await rm(layout.directory, wholly);
}

/** The same for good: the supervisor's own log goes too. */
export async function forget(layout: ClusterLayout): Promise<void> {
  await sweep(layout);
  await rm(layout.supervisorLog, { force: true });
}

/** What only a real node leaves; each part is found by the cluster's own id or paths, never by a program's name. */
async function sweepNode(layout: ClusterLayout): Promise<void> {
  const sockets = await shimSockets(layout);
  const root = cgroupRootOf(layout.id);
  if (!(await removeCgroups(root))) throw new Error(`the cgroup ${root} could not be removed`);
  await unmountBelow(layout.runtime);
  await unmountBelow(layout.directory);
  if (await findCommand('ip')) await removePodNetwork(layout.id);
  for (const socket of sockets) await rm(socket, { force: true });
  await removeLogLinks(layout);
  await rm(layout.runtime, wholly);
}

/** The sockets of containerd's shims lie in a folder that all containerds of a machine share. */
async function shimSockets(layout: ClusterLayout): Promise<string[]> {
  const bundles = join(layout.runtime, 'containerd', 'io.containerd.runtime.v2.task', 'k8s.io');
  const sockets: string[] = [];
  for (const bundle of await readdir(bundles).catch(() => [])) {
    const file = join(bundles, bundle, 'bootstrap.json');
    const address = /unix:\/\/([^"]+)/.exec(await readFile(file, 'utf8').catch(() => ''))?.[1];
    if (address) sockets.push(address);
  }
  return sockets;
}

async function removeLogLinks(layout: ClusterLayout): Promise<void> {
  for (const name of await readdir(logLinks).catch(() => [])) {
    const link = join(logLinks, name);
    const target = await readlink(link).catch(() => '');
    if (target.startsWith(`${layout.directory}/`)) await unlink(link).catch(() => undefined);
  }
}
