import { access, readdir } from 'node:fs/promises';
import { layoutOf, type ClusterLayout } from './layout.ts';
import { lockHolder, tryLock } from './lock.ts';
import { openCluster, type LocalCluster } from './local-cluster.ts';
import { isAlive } from './process-identity.ts';
import { baseDirectory } from './start-cluster.ts';
import { readState, type ClusterSpec, type ComponentName } from './state.ts';
import { stopLayout } from './stop.ts';
import { forget } from './sweep.ts';

/** One cluster as `clusterStatus` tells it. */
export interface ClusterStatus {
  name: string;
  /** `dead`: its supervisor is gone and has left something behind. */
  phase: 'starting' | 'ready' | 'stopping' | 'dead';
  spec: ClusterSpec;
  server: string;
  kubeconfigPath: string;
  /** Whether it ends with the process that started it. */
  owned: boolean;
  /** Those of its components that don't run any more. */
  dead: ComponentName[];
  /** ISO 8601. */
  startedAt: string;
}

interface Base {
  /** The base folder of the clusters' state, as for `startCluster`. */
  dataDir?: string;
}

/** A cluster that runs already, whoever started it. Throws where there is none of this name. */
export async function connectCluster(name: string, base: Base = {}): Promise<LocalCluster> {
  const layout = layoutOf(await baseDirectory(base.dataDir), name);
  if (readState(layout.state)?.phase !== 'ready' || !(await lockHolder(layout.lock))) {
    throw new Error(`no cluster ${name} runs here`);
  }
  return openCluster(layout);
}

/** Ends a cluster and removes what is left of it, also of one that was killed. False where there was none. */
export async function stopCluster(name: string, base: Base = {}): Promise<boolean> {
  const layout = layoutOf(await baseDirectory(base.dataDir), name);
  const existed = (await exists(layout)) || (await lockHolder(layout.lock)) !== undefined;
  if (existed) await stopLayout(layout);
  return existed;
}

/** All clusters of a base folder, dead ones included. */
export async function clusterStatus(base: Base = {}): Promise<ClusterStatus[]> {
  const statuses: ClusterStatus[] = [];
  for (const layout of await layouts(base)) {
    const state = readState(layout.state);
    if (!state) continue;
    const components = Object.entries(state.components) as [ComponentName, { pid: number }][];
    statuses.push({
      name: state.spec.name,
      phase: isAlive(state.supervisor) ? state.phase : 'dead',
      spec: state.spec,
      server: state.server,
      kubeconfigPath: layout.kubeconfig,
      owned: state.owned,
      dead: components.map(([name]) => name).filter((name) => !runs(state.components[name])),
      startedAt: state.startedAt,
    });
  }
  return statuses;
}

/** Removes what clusters left whose supervisor was killed; returns their names. Running ones are not touched. */
export async function reapOrphans(base: Base = {}): Promise<string[]> {
  const reaped: string[] = [];
  for (const layout of await layouts(base)) {
    const lock = await tryLock(layout.lock);
    if ('holder' in lock) continue;
    try {
      await forget(layout);
    } finally {
      await lock.release();
    }
    reaped.push(layout.directory.split('/').at(-1) ?? layout.directory);
  }
  return reaped;
}

async function layouts(base: Base): Promise<ClusterLayout[]> {
  const folder = await baseDirectory(base.dataDir);
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => layoutOf(folder, entry.name));
}

const runs = (identity: Parameters<typeof isAlive>[0] | undefined) =>
  identity !== undefined && isAlive(identity);

const exists = (layout: ClusterLayout) =>
  access(layout.directory).then(
    () => true,
    () => false,
  );
