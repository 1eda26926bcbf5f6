import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cgroupRootOf } from '../node/cgroups.ts';
import { containerdSocket } from './containerd.ts';
import { flags, type ClusterContext, type Component } from './component.ts';

/** The name of a cluster's real node. */
export const realNodeName = 'node-1';

/** Runs the pods of the real node; `kubeconfig` logs in as `system:node:node-1`. */
export async function kubelet(
  { spec, layout, tools }: ClusterContext,
  options: { kubeconfig: string; port: number },
): Promise<Component> {
  const config = join(layout.configs, 'kubelet.json');
  await mkdir(layout.configs, { recursive: true });
  const configuration = {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: '127.0.0.1',
    port: options.port,
    readOnlyPort: 0,
    healthzPort: 0,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: false },
      x509: { clientCAFile: join(layout.pki, 'ca.crt') },
    },
    authorization: { mode: 'AlwaysAllow' },
    tlsCertFile: join(layout.pki, 'kubelet-server.crt'),
    tlsPrivateKeyFile: join(layout.pki, 'kubelet-server.key'),
    containerRuntimeEndpoint: `unix://${containerdSocket(layout)}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: cgroupRootOf(layout.id),
    failCgroupV1: false,
    failSwapOn: false,
    enforceNodeAllocatable: [],
    // the machine's disk and memory are not this node's: nothing is evicted for them
    evictionHard: {
      'memory.available': '0%',
      'nodefs.available': '0%',
      'nodefs.inodesFree': '0%',
      'imagefs.available': '0%',
      'imagefs.inodesFree': '0%',
    },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    podLogsDir: join(layout.logs, 'pods'),
    containerLogMaxSize: spec.containerLogMaxSize,
    // the shortest there is: a small log is not much larger than it may be
    containerLogMonitorInterval: '3s',
    volumePluginDir: join(layout.data, 'volume-plugins'),
    // the machine's packet filter stays as it is
    makeIPTablesUtilChains: false,
    oomScoreAdj: 0,
    nodeStatusUpdateFrequency: '10s',
    // a container that waits for its next try is said to be in CrashLoopBackOff by the next sync only (completeWork in pod_workers.go)
    syncFrequency: '5s',
    registerNode: true,
  };
  await writeFile(config, JSON.stringify(configuration, undefined, 2));
  return {
    name: 'kubelet',
    command: tools.kubelet,
    arguments: flags({
      config,
      kubeconfig: options.kubeconfig,
      'root-dir': join(layout.data, 'kubelet'),
      'cert-dir': join(layout.data, 'kubelet-certificates'),
      'hostname-override': realNodeName,
      // it refuses a loopback --node-ip: the supervisor plays the cloud and sets the address
      'cloud-provider': 'external',
    }),
  };
}
