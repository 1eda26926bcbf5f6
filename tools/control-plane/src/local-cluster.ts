import { readFile } from 'node:fs/promises';
import { toolPaths } from './build/build-tools.ts';
import { kubectlFor } from './kubectl.ts';
import type { ClusterLayout } from './layout.ts';
import { isAlive, signal, waitUntilGone } from './process-identity.ts';
import { readState, type ClusterSpec, type ClusterState, type ComponentName } from './state.ts';
import { stopLayout } from './stop.ts';
import { waitFor } from './wait-for.ts';

/** A running cluster on this machine. */
export interface LocalCluster {
  name: string;
  /** What it consists of. */
  spec: ClusterSpec;
  /** The folder with its state, its logs and its audit log; gone when it is. */
  directory: string;
  /** The apiserver's URL, on loopback. */
  server: string;
  /** Of a kubeconfig that may do everything (`system:masters`). */
  kubeconfigPath: string;
  /** The same as text, everything inline: what a user would paste. */
  kubeconfig: string;
  /** The apiserver's audit log: one JSON event per line, level Metadata; `auditID` is the request's `Audit-ID`. */
  auditLogPath: string;
  /** The components' processes, as they are now. */
  readonly pids: Partial<Record<ComponentName, number>>;
  /** Runs kubectl and returns its stdout; the error thrown has its exit code as `code` and its `stderr`. */
  kubectl(...arguments_: string[]): Promise<string>;
  /** `kubectl apply -f -` with this YAML or JSON. */
  apply(manifest: string): Promise<string>;
  /** Ends the cluster; nothing of it is left afterwards. */
  stop(): Promise<void>;
  /**
   * Sends a signal to one component: `SIGSTOP` freezes it, `SIGCONT` lets it go on, `SIGKILL` and `SIGTERM` end it, and then this returns
   * when it is gone. It stays gone until `startApiServer`. Throws where it does not run.
   */
  signal(component: ComponentName, name: NodeJS.Signals): Promise<void>;
  /** kill -9 of the apiserver: requests are refused, streams break. */
  killApiServer(): Promise<void>;
  /** Starts the apiserver again, and every other component that was killed; returns when it is ready. */
  startApiServer(): Promise<void>;
}

/** The running cluster with this layout. Throws where there is none. */
export async function openCluster(layout: ClusterLayout): Promise<LocalCluster> {
  const { spec, server } = currentState(layout);
  const tools = await toolPaths(spec.kubernetes);
  const kubectl = kubectlFor(tools.kubectl, layout.kubeconfig);
  return {
    name: spec.name,
    spec,
    directory: layout.directory,
    server,
    kubeconfigPath: layout.kubeconfig,
    kubeconfig: await readFile(layout.kubeconfig, 'utf8'),
    auditLogPath: layout.auditLog,
    get pids() {
      const components = Object.entries(currentState(layout).components);
      return Object.fromEntries(components.map(([name, identity]) => [name, identity.pid]));
    },
    kubectl: (...arguments_) => kubectl(arguments_),
    // two hundred Deployments while their first pods are being made take minutes on a busy machine
    apply: (manifest) => kubectl(['apply', '-f', '-'], { input: manifest, timeout: 600_000 }),
    stop: () => stopLayout(layout),
    signal: (component, name) => signalComponent(layout, component, name),
    killApiServer: () => signalComponent(layout, 'kube-apiserver', 'SIGKILL'),
    startApiServer: () =>
      waitFor(
        'the apiserver to be ready again',
        async () => {
          await revive(layout);
          return (await kubectl(['get', '--raw', '/readyz'], { timeout: 10_000 })) === 'ok';
        },
        { milliseconds: 60_000 },
      ),
  };
}

async function signalComponent(
  layout: ClusterLayout,
  component: ComponentName,
  name: NodeJS.Signals,
): Promise<void> {
  const identity = currentState(layout).components[component];
  if (!identity || !signal(identity, name)) throw new Error(`${component} does not run`);
  if (name !== 'SIGKILL' && name !== 'SIGTERM') return;
  if (!(await waitUntilGone(identity, 10_000))) throw new Error(`${component} still runs after ${name}`);
}

/** Asks the supervisor to start what was killed, where anything was. */
async function revive(layout: ClusterLayout): Promise<void> {
  const { supervisor, components } = currentState(layout);
  const dead = Object.values(components).filter((identity) => !isAlive(identity));
  if (dead.length === 0) return;
  if (!signal(supervisor, 'SIGUSR2')) throw new Error('the supervisor of this cluster is gone');
  const replaced = () => {
    const now = Object.values(currentState(layout).components);
    return dead.every((old) => !now.some((identity) => identity.pid === old.pid));
  };
  await waitFor('the supervisor to start it', () => Promise.resolve(replaced()), {
    milliseconds: 10_000,
  });
}

function currentState(layout: ClusterLayout): ClusterState {
  const state = readState(layout.state);
  if (!state) throw new Error('this cluster does not run any more');
  return state;
}
