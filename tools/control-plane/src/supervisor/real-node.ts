import { writeFileSync } from 'node:fs';
import { access, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterContext } from '../components/component.ts';
import { cniConfigDirectory, containerd, containerdSocket } from '../components/containerd.ts';
import { kubelet, realNodeName } from '../components/kubelet.ts';
import type { Kubectl } from '../kubectl.ts';
import { cgroupRootOf, createCgroups, joinCgroup } from '../node/cgroups.ts';
import { writeImages } from '../node/images.ts';
import { createPodNetwork } from '../node/network.ts';
import { findCommand } from '../node/packages.ts';
import { writeKubeconfig } from '../pki.ts';
import { run } from '../run.ts';
import { waitFor } from '../wait-for.ts';
import type { Processes } from './processes.ts';

/** Starts containerd with the landscape's images; needs no apiserver yet. */
export async function startContainerd(
  context: ClusterContext,
  processes: Processes,
  signal: AbortSignal,
): Promise<void> {
  const { layout, tools } = context;
  const [runc, busybox] = await Promise.all([requireCommand('runc'), requireCommand('busybox')]);
  await createCgroups(cgroupRootOf(layout.id));
  await createPodNetwork(layout.id, cniConfigDirectory(layout));
  processes.start(await containerd(context, runc), (pid) => confine(context, pid));
  const archive = join(layout.data, 'images.tar');
  await mkdir(layout.data, { recursive: true });
  await writeImages(busybox, archive);
  await waitFor('containerd to listen', () => exists(containerdSocket(layout)), {
    milliseconds: 30_000,
    signal,
    between: () => processes.assertRunning('containerd'),
  });
  const client = ['--address', containerdSocket(layout), '--namespace', 'k8s.io'];
  await run(tools.ctr, [...client, 'images', 'import', archive], { signal });
  await rm(archive);
}

/** Starts the kubelet and waits until its node is Ready. */
export async function startKubelet(
  context: ClusterContext,
  processes: Processes,
  kubectl: Kubectl,
  options: { port: number; signal: AbortSignal },
): Promise<void> {
  const { layout, spec, server } = context;
  const ca = {
    certificate: await readFile(join(layout.pki, 'ca.crt'), 'utf8'),
    key: await readFile(join(layout.pki, 'ca.key'), 'utf8'),
  };
  const user = { commonName: `system:node:${realNodeName}`, organizations: ['system:nodes'] };
  const cluster = { name: spec.name, server };
  const kubeconfig = await writeKubeconfig(layout, cluster, ca, 'kubelet', user);
  const component = await kubelet(context, { kubeconfig, port: options.port });
  processes.start(component, (pid) => confine(context, pid));
  const waiting = {
    milliseconds: 90_000,
    signal: options.signal,
    between: () => processes.assertRunning('kubelet', 'containerd'),
  };
  await waitFor('the node to register', async () => await playCloud(kubectl), waiting);
  await waitFor('the node to be Ready', async () => await nodeReady(kubectl), waiting);
}

/** What a cloud's controller does for a new node: says where it is and lets pods in. */
async function playCloud(kubectl: Kubectl): Promise<boolean> {
  const addresses = [
    { type: 'InternalIP', address: '127.0.0.1' },
    { type: 'Hostname', address: realNodeName },
  ];
  const status = JSON.stringify({ status: { addresses } });
  const node = ['node', realNodeName];
  await kubectl(['patch', ...node, '--subresource', 'status', '-p', status]);
  await kubectl(['taint', ...node, 'node.cloudprovider.kubernetes.io/uninitialized-']);
  await kubectl(['label', ...node, '--overwrite', 'node-role.kubernetes.io/worker=']);
  return true;
}

async function nodeReady(kubectl: Kubectl): Promise<boolean> {
  const path = '{.status.conditions[?(@.type=="Ready")].status}';
  return (await kubectl(['get', 'node', realNodeName, '-o', `jsonpath=${path}`])) === 'True';
}

/** Containerd's shims stay in its cgroup: whatever becomes of it, the clean-up finds them there. */
const confine = (context: ClusterContext, pid: number) =>
  joinCgroup(cgroupRootOf(context.layout.id), pid, (path, text) => writeFileSync(path, text));

async function requireCommand(command: string): Promise<string> {
  const path = await findCommand(command);
  if (!path) throw new Error(`${command} is not installed`);
  return path;
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
