import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { buildTools, type Progress, type ToolPaths } from './build/build-tools.ts';
import { defaultKubernetes, type KubernetesVersion, type ToolSet } from './build/programs.ts';
import { layoutOf, type ClusterLayout } from './layout.ts';
import { openCluster, type LocalCluster } from './local-cluster.ts';
import { raiseInotifyLimit } from './node/inotify.ts';
import { installPackages } from './node/packages.ts';
import { realNodePossible } from './node/real-node-possible.ts';
import { clustersDirectory } from './paths.ts';
import type { ClusterSpec } from './state.ts';
import { stopLayout } from './stop.ts';
import type { FromSupervisor, ToSupervisor } from './supervisor/messages.ts';

export interface StartClusterOptions {
  /** A DNS label of at most 40 characters. */
  name: string;
  /** How many fake nodes; default 0. */
  kwokNodes?: number;
  /** A kubelet with real containers (root on Linux); default false. */
  realNode?: boolean;
  /** What to fill it with; default none. */
  landscape?: ClusterSpec['landscape'];
  /** metrics-server, for `kubectl top`; default false. */
  metrics?: boolean;
  /** Default 1.36. Another one is built when it is first asked for, in about 7 minutes. */
  kubernetes?: KubernetesVersion;
  /** The kubelet rotates a container's log that is larger; default `10Mi`. */
  containerLogMaxSize?: string;
  /** Begins with what a snapshot's folder holds instead of nothing; it must be of the same number of fake nodes. */
  snapshot?: string | undefined;
  /** The base folder of the clusters' state; default `PILOTHOUSE_CLUSTERS_DIR` or a folder in the cache. */
  dataDir?: string;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal | undefined;
}

/**
 * Builds what is missing, starts a cluster and returns when its nodes are Ready and its landscape is applied. The cluster ends with this
 * process, also when it is killed with -9. Throws, with nothing left behind, where the name is taken, the machine can't do it or
 * `signal` aborts.
 */
export async function startCluster(options: StartClusterOptions): Promise<LocalCluster> {
  const { layout, supervisor } = await launch(options);
  supervisor.unref();
  supervisor.channel?.unref();
  return openCluster(layout);
}

/** Like `startCluster`, but the cluster belongs to nobody and lives until `stopCluster`. */
export async function startDetachedCluster(options: StartClusterOptions): Promise<LocalCluster> {
  const { layout, supervisor } = await launch(options);
  tell(supervisor, { type: 'release' });
  await answer(supervisor, layout, 'released');
  supervisor.disconnect();
  supervisor.unref();
  return openCluster(layout);
}

/** The real path of the folder that holds the clusters' state. */
export async function baseDirectory(dataDir: string | undefined): Promise<string> {
  const base = dataDir ?? clustersDirectory();
  await mkdir(base, { recursive: true });
  return realpath(base);
}

async function launch(
  options: StartClusterOptions,
): Promise<{ layout: ClusterLayout; supervisor: ChildProcess }> {
  const spec = specOf(options);
  const tools = await prepareMachine(spec, options);
  const layout = layoutOf(await baseDirectory(options.dataDir), spec.name);
  options.signal?.throwIfAborted();
  const supervisor = forkSupervisor(layout);
  const abort = () => supervisor.kill('SIGTERM');
  options.signal?.addEventListener('abort', abort);
  try {
    tell(supervisor, { type: 'start', spec, layout, tools, snapshot: options.snapshot });
    await answer(supervisor, layout, 'ready', options.onProgress);
  } catch (error) {
    if (!options.signal?.aborted) throw error;
    // before it holds the lock only its end tells that it will not start anything
    if (!hasEnded(supervisor)) await once(supervisor, 'exit');
    await stopLayout(layout);
    throw options.signal.reason;
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
  return { layout, supervisor };
}

function forkSupervisor(layout: ClusterLayout): ChildProcess {
  // it may outlive this process: nothing of this one's terminal or pipes stays open in it
  const log = openSync(layout.supervisorLog, 'a', 0o600);
  const supervisor = fork(join(import.meta.dirname, 'supervisor', 'supervisor.ts'), {
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'ignore', log, 'ipc'],
  });
  closeSync(log);
  return supervisor;
}

function specOf(options: StartClusterOptions): ClusterSpec {
  const { name, kwokNodes = 0, realNode = false, metrics = false, landscape = 'none' } = options;
  const { kubernetes = defaultKubernetes, containerLogMaxSize = '10Mi' } = options;
  if (!/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/.test(name)) {
    throw new Error(`"${name}" is no cluster name: a-z, 0-9 and -, at most 40 characters`);
  }
  if (!Number.isInteger(kwokNodes) || kwokNodes < 0) {
    throw new Error(`${kwokNodes} is no number of nodes`);
  }
  return { name, kwokNodes, realNode, metrics, landscape, kubernetes, containerLogMaxSize };
}

async function prepareMachine(spec: ClusterSpec, options: StartClusterOptions): Promise<ToolPaths> {
  const { onProgress, signal } = options;
  const only: ToolSet[] = ['controlPlane'];
  if (spec.metrics) only.push('metrics');
  if (spec.realNode) {
    only.push('node');
    const possible = await realNodePossible();
    if (!possible.ok) throw new Error(`No real node here: ${possible.reason}`);
    const say = (message: string) => onProgress?.({ step: 'packages', done: 0, total: 1, message });
    await installPackages({ signal, onProgress: say });
    await raiseInotifyLimit(say);
  }
  return buildTools({ only, kubernetes: spec.kubernetes, signal, ...(onProgress && { onProgress }) });
}

const tell = (supervisor: ChildProcess, message: ToSupervisor) => supervisor.send(message);

/** Waits for a message of this type; throws where the supervisor says that it failed, or ends. */
async function answer(
  supervisor: ChildProcess,
  layout: ClusterLayout,
  type: 'ready' | 'released',
  onProgress?: (progress: Progress) => void,
): Promise<void> {
  const listening = new AbortController();
  try {
    await new Promise<void>((resolve, reject) => {
      // also where it could not even be started; after the answer nobody listens any more
      once(supervisor, 'exit', { signal: listening.signal }).then(
        () => reject(new Error(`the cluster's supervisor ended:\n${readLog(layout)}`)),
        reject,
      );
      supervisor.on('message', (message: FromSupervisor) => {
        if (message.type === 'progress') onProgress?.(message.progress);
        else if (message.type === 'failed') reject(new Error(message.message));
        else if (message.type === type) resolve();
      });
    });
  } finally {
    listening.abort();
    supervisor.removeAllListeners('message');
  }
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

function readLog(layout: ClusterLayout): string {
  try {
    return readFileSync(layout.supervisorLog, 'utf8');
  } catch {
    return '(no log)';
  }
}
