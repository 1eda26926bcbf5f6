import { createHash } from 'node:crypto';
import { access, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { toolPaths, type Progress } from './build/build-tools.ts';
import { fakeNodes } from './components/kwok.ts';
import { fillScale, scaleLandscape, type ScaleShape } from './landscape/scale.ts';
import type { LocalCluster } from './local-cluster.ts';
import { cacheDirectory } from './paths.ts';
import { saveSnapshot } from './snapshot.ts';
import { startCluster, startDetachedCluster, type StartClusterOptions } from './start-cluster.ts';

export interface ScaleClusterOptions
  extends ScaleShape, Pick<StartClusterOptions, 'name' | 'metrics' | 'dataDir' | 'onProgress' | 'signal'> {
  /** How many fake nodes. */
  nodes: number;
  /** It lives until `stopCluster`, not until this process ends. */
  detached?: boolean;
}

/** With fewer pods it is quicker to fill a cluster than to look after what was kept. */
const worthKeeping = 1000;

/**
 * Starts a cluster of fake nodes filled with Deployments (`fillScale`) and returns when all pods are Ready. The first time of a shape
 * takes what filling takes; what etcd holds then is kept in the cache, and the next time takes seconds.
 */
export async function startScaleCluster(options: ScaleClusterOptions): Promise<LocalCluster> {
  const { nodes, deployments, podsPerDeployment, namespaces, detached = false, ...rest } = options;
  const shape = { deployments, podsPerDeployment, namespaces };
  const folder = await snapshotFolder(nodes, shape);
  const kept = await exists(folder);
  const start = detached ? startDetachedCluster : startCluster;
  const cluster = await start({ ...rest, kwokNodes: nodes, ...(kept && { snapshot: folder }) });
  try {
    const { onProgress, signal } = options;
    await fillScale(cluster, shape, { signal, ...(onProgress && { onProgress: reporter(onProgress) }) });
    if (!kept && deployments * podsPerDeployment >= worthKeeping) {
      await saveSnapshot(cluster, folder);
      await removeOutdated(folder);
    }
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/** Named after everything that decides what is in it. */
async function snapshotFolder(nodes: number, shape: ScaleShape): Promise<string> {
  const contents = [await toolPaths(), fakeNodes(1, { tainted: false }), scaleLandscape(shape)];
  const hash = createHash('sha256').update(JSON.stringify(contents)).digest('hex').slice(0, 16);
  const { deployments, podsPerDeployment, namespaces } = shape;
  const name = ['scale', nodes, deployments, podsPerDeployment, namespaces, hash].join('-');
  return join(cacheDirectory(), 'snapshots', name);
}

/** Those of the same shape that other programs or another landscape have made. */
async function removeOutdated(folder: string): Promise<void> {
  const prefix = folder.slice(0, folder.lastIndexOf('-') + 1);
  for (const name of await readdir(dirname(folder))) {
    const other = join(dirname(folder), name);
    const outdated = other.startsWith(prefix) && name !== basename(folder);
    if (outdated) await rm(other, { recursive: true, force: true });
  }
}

const reporter =
  (onProgress: (progress: Progress) => void) =>
  ({ running, total }: { running: number; total: number }) =>
    onProgress({ step: 'pods', done: running, total, message: `${running} of ${total} pods run` });

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
