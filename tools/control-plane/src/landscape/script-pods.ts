import type { LocalCluster } from '../local-cluster.ts';
import { namespace as namespaceOf, shellContainer } from './workloads.ts';

export interface ScriptPods {
  /** Made where it is not there. */
  namespace: string;
  /** Shell scripts by the name of their pod. */
  scripts: Readonly<Record<string, string>>;
  labels?: Readonly<Record<string, string>>;
}

/** `kubectl` is ended after two minutes; a hundred pods may take longer to start. */
const waitSeconds = 100;
const mostWaits = 4;

/** Runs each script in a pod of the real node, in its container `main`; resolves when all are Ready. */
export async function runScriptPods(
  cluster: LocalCluster,
  { namespace, scripts, labels = {} }: ScriptPods,
): Promise<void> {
  const pods = Object.entries(scripts).map(([name, script]) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels },
    spec: {
      nodeName: 'node-1',
      terminationGracePeriodSeconds: 0,
      // without requests: a hundred of them fit on any node
      containers: [shellContainer('main', script, { resources: {} })],
    },
  }));
  const items = [namespaceOf(namespace), ...pods];
  await cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const names = Object.keys(scripts).map((name) => `pod/${name}`);
  const wait = ['wait', '--namespace', namespace, '--for=condition=Ready', `--timeout=${waitSeconds}s`];
  for (let round = 1; ; round += 1) {
    try {
      await cluster.kubectl(...wait, ...names);
      return;
    } catch (error) {
      if (round === mostWaits) throw error;
    }
  }
}
