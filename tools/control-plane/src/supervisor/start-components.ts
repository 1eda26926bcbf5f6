import { mkdir } from 'node:fs/promises';
import type { Progress, ToolPaths } from '../build/build-tools.ts';
import type { ClusterContext } from '../components/component.ts';
import { apiServer, controllerManager, etcd, scheduler } from '../components/control-plane.ts';
import { fakeNodes, kwok } from '../components/kwok.ts';
import { metricsObjects, metricsServer } from '../components/metrics-server.ts';
import { kubectlFor, objectList, type Kubectl } from '../kubectl.ts';
import { demoLandscape } from '../landscape/demo.ts';
import type { ClusterLayout } from '../layout.ts';
import { createPki } from '../pki.ts';
import { freePorts } from '../ports.ts';
import type { ProcessIdentity } from '../process-identity.ts';
import { kwokPortOf, restoreSnapshot } from '../snapshot.ts';
import { writeState, type ClusterSpec, type ClusterState } from '../state.ts';
import { waitFor } from '../wait-for.ts';
import { Processes } from './processes.ts';
import { startContainerd, startKubelet } from './real-node.ts';

const nodeLeases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

export interface StartRequest {
  spec: ClusterSpec;
  layout: ClusterLayout;
  tools: ToolPaths;
  snapshot?: string | undefined;
  onProgress: (progress: Progress) => void;
  signal: AbortSignal;
}

/** A cluster as its supervisor sees it. */
export interface SupervisedCluster {
  context: ClusterContext;
  state: ClusterState;
  processes: Processes;
}

/** Records the cluster on disk: from here on the clean-up knows what to look for. */
export async function prepareCluster(
  { spec, layout, tools, snapshot }: StartRequest,
  supervisor: ProcessIdentity,
): Promise<SupervisedCluster> {
  const wanted = snapshot === undefined ? undefined : await kwokPortOf(snapshot);
  const [apiserver = 0, etcdPort = 0, etcdPeer = 0, free = 0, metrics = 0] = await freePorts(5);
  const kwokPort = wanted ?? free;
  const ports = { apiserver, etcd: etcdPort, etcdPeer, kwok: kwokPort, metrics };
  const server = `https://127.0.0.1:${apiserver}`;
  for (const folder of [layout.directory, layout.data]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  const state: ClusterState = {
    spec,
    phase: 'starting',
    owned: true,
    supervisor,
    server,
    kwokPort,
    components: {},
    startedAt: new Date().toISOString(),
  };
  writeState(layout.state, state);
  const processes = new Processes(state, layout.state, layout.logs);
  return { context: { spec, layout, tools, server, ports }, state, processes };
}

/** Starts everything in order and returns when the nodes are Ready and the landscape is applied. */
export async function startComponents(
  { context, processes }: SupervisedCluster,
  request: StartRequest,
): Promise<void> {
  const { spec, layout, server } = context;
  const { signal } = request;
  const kubectl = kubectlFor(context.tools.kubectl, layout.kubeconfig);
  const report = reporter(request);

  report('certificates', 'Making keys and certificates');
  await createPki(layout, { name: spec.name, server });

  report('kube-apiserver', 'Starting etcd and the apiserver');
  if (request.snapshot !== undefined) await restoreSnapshot(request.snapshot, layout.data);
  processes.start(etcd(context));
  processes.start(await apiServer(context));
  const containers = spec.realNode ? startContainerd(context, processes, signal) : Promise.resolve();
  // awaited below; until then its failure must not count as unhandled
  containers.catch(() => undefined);
  await waitFor('the apiserver to be ready', async () => await ready(kubectl), {
    milliseconds: 120_000,
    signal,
    between: () => processes.assertRunning('etcd', 'kube-apiserver'),
  });

  report('controllers', 'Starting controllers and scheduler');
  processes.start(controllerManager(context));
  processes.start(scheduler(context));
  if (spec.kwokNodes > 0) {
    // a kwok that is gone holds its nodes until their leases are over
    if (request.snapshot !== undefined) await kubectl(['delete', '--raw', nodeLeases], { signal });
    processes.start(await kwok(context));
    const nodes = fakeNodes(spec.kwokNodes, { tainted: spec.realNode });
    if (request.snapshot === undefined) {
      await kubectl(['create', '-f', '-'], { input: objectList(nodes), signal });
    }
  }
  if (spec.metrics) {
    processes.start(metricsServer(context));
    const objects = metricsObjects(context.ports.metrics);
    // a snapshot may have them, with another port
    await kubectl(['apply', '-f', '-'], { input: objectList(objects), signal });
  }

  if (spec.realNode) {
    report('node', 'Starting containerd and the kubelet');
    await containers;
    const [port = 0] = await freePorts(1);
    await startKubelet(context, processes, kubectl, { port, signal });
  }
  await waitForNodes(kubectl, processes, context, signal);

  if (spec.landscape === 'demo') {
    report('landscape', 'Filling the cluster');
    await kubectl(['apply', '-f', '-'], { input: objectList(demoLandscape(spec)), signal });
  }
  report('ready', 'The cluster is ready');
}

/** Also waits for the account without which no pod can be made. */
async function waitForNodes(
  kubectl: Kubectl,
  processes: Processes,
  { spec }: ClusterContext,
  signal: AbortSignal,
): Promise<void> {
  const options = {
    milliseconds: 120_000,
    signal,
    between: () => processes.assertRunning('kube-controller-manager', 'kube-scheduler'),
  };
  await waitFor(
    'the default ServiceAccount to appear',
    async () => (await kubectl(['get', 'serviceaccount', 'default', '-o', 'name'])) !== '',
    options,
  );
  if (spec.kwokNodes + Number(spec.realNode) === 0) return;
  await kubectl(['wait', '--for=condition=Ready', 'nodes', '--all', '--timeout=120s'], {
    signal,
    timeout: 130_000,
  });
}

async function ready(kubectl: Kubectl): Promise<boolean> {
  return (await kubectl(['get', '--raw', '/readyz'], { timeout: 10_000 })) === 'ok';
}

function reporter({ spec, onProgress }: StartRequest) {
  const steps = ['certificates', 'kube-apiserver', 'controllers'];
  if (spec.realNode) steps.push('node');
  if (spec.landscape !== 'none') steps.push('landscape');
  steps.push('ready');
  return (step: string, message: string): void =>
    onProgress({ step, done: steps.indexOf(step), total: steps.length - 1, message });
}
