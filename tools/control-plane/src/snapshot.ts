import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { LocalCluster } from './local-cluster.ts';
import { portIsFree } from './ports.ts';
import { readState } from './state.ts';

/** What a snapshot consists of. */
const partsOf = (folder: string) => ({ etcd: join(folder, 'etcd'), kwokPort: join(folder, 'kwok-port') });

/**
 * Keeps what a running cluster's etcd holds in `folder`. Etcd is frozen while its files are copied: what is on disk then is what a kill -9
 * would leave, and that it comes up from.
 */
export async function saveSnapshot(cluster: LocalCluster, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const partial = await mkdtemp(join(dirname(folder), '.partial-'));
  const { etcd, kwokPort } = partsOf(partial);
  try {
    const port = readState(join(cluster.directory, 'state.json'))?.kwokPort;
    await writeFile(kwokPort, String(port ?? 0));
    await cluster.signal('etcd', 'SIGSTOP');
    try {
      await cp(join(cluster.directory, 'data', 'etcd'), etcd, { recursive: true });
    } finally {
      await cluster.signal('etcd', 'SIGCONT');
    }
    // whoever kept the same meanwhile was faster
    await rename(partial, folder).catch(() => undefined);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** Puts the etcd of a snapshot into a cluster's data folder, where nothing is yet. */
export async function restoreSnapshot(folder: string, data: string): Promise<void> {
  await cp(partsOf(folder).etcd, join(data, 'etcd'), { recursive: true });
}

/** The port by which the snapshot's fake nodes are known, where it is free. */
export async function kwokPortOf(folder: string): Promise<number | undefined> {
  const port = Number(await readFile(partsOf(folder).kwokPort, 'utf8'));
  return port > 0 && (await portIsFree(port)) ? port : undefined;
}
