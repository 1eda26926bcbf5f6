import { join } from 'node:path';
import { goDirectory } from '../paths.ts';

/** A program built from a Go module. */
export interface Program {
  name: string;
  /** Its main package. */
  package: string;
}

/** A folder with go.mod and go.sum, and the programs that are built from it. */
export interface GoModule {
  directory: string;
  programs: readonly Program[];
  /** What the linker is given beyond `-s -w`. */
  linkerFlags?: string;
  /** YAML files of one of its modules, joined into one file beside the programs. */
  manifests?: { name: string; module: string; folders: readonly string[] };
}

/** What a cluster needs: `controlPlane` always, `node` for a real node, `metrics` for `kubectl top`. */
export type ToolSet = 'controlPlane' | 'node' | 'metrics';

export const toolSets: readonly ToolSet[] = ['controlPlane', 'node', 'metrics'];

export type ToolName =
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kubectl'
  | 'etcd'
  | 'kwok'
  | 'kwok-stages.yaml'
  | 'containerd'
  | 'containerd-shim-runc-v2'
  | 'ctr'
  | 'kubelet'
  | 'metrics-server';

/** Those that can be built: each has a folder with a go.mod that requires exactly this version. */
export const kubernetesVersions = {
  '1.36': { folder: 'k8s', version: 'v1.36.3' },
  '1.34': { folder: 'k8s-1.34', version: 'v1.34.4' },
} as const;

export type KubernetesVersion = keyof typeof kubernetesVersions;

/** What a cluster runs that says nothing else. */
export const defaultKubernetes: KubernetesVersion = '1.36';

export const isKubernetesVersion = (text: string): text is KubernetesVersion =>
  Object.hasOwn(kubernetesVersions, text);

/** Unstamped, the server calls itself v0.0.0 and clients refuse its version. */
const stampOf = (version: string) =>
  ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version']
    .flatMap((variables) => [
      `-X ${variables}.gitVersion=${version}`,
      `-X ${variables}.gitMajor=${version.slice(1).split('.')[0]}`,
      `-X ${variables}.gitMinor=${version.split('.')[1]}`,
      `-X ${variables}.gitTreeState=archive`,
      `-X ${variables}.gitCommit=none`,
      `-X ${variables}.buildDate=1970-01-01T00:00:00Z`,
    ])
    .join(' ');

function kubernetesModule(kubernetes: KubernetesVersion, names: ToolName[]): GoModule {
  const { folder, version } = kubernetesVersions[kubernetes];
  return {
    directory: join(goDirectory, folder),
    programs: names.map((name) => ({ name, package: `k8s.io/kubernetes/cmd/${name}` })),
    linkerFlags: stampOf(version),
  };
}

const containerd = 'github.com/containerd/containerd/v2/cmd';

/** What each tool set is built from, in the order in which it is built. */
export const modulesOf = (kubernetes: KubernetesVersion): Record<ToolSet, readonly GoModule[]> => ({
  controlPlane: [
    kubernetesModule(kubernetes, ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl']),
    {
      directory: join(goDirectory, 'etcd'),
      programs: [{ name: 'etcd', package: 'go.etcd.io/etcd/server/v3' }],
    },
    {
      directory: join(goDirectory, 'kwok'),
      programs: [{ name: 'kwok', package: 'sigs.k8s.io/kwok/cmd/kwok' }],
      // the released program has no built-in stages
      manifests: {
        name: 'kwok-stages.yaml',
        module: 'sigs.k8s.io/kwok',
        folders: [
          'kustomize/stage/node/fast',
          'kustomize/stage/node/heartbeat-with-lease',
          'kustomize/stage/pod/fast',
          'kustomize/metrics/resource',
          'kustomize/metrics/usage',
        ],
      },
    },
  ],
  node: [
    {
      directory: join(goDirectory, 'containerd'),
      programs: ['containerd', 'containerd-shim-runc-v2', 'ctr'].map((name) => ({
        name,
        package: `${containerd}/${name}`,
      })),
    },
    kubernetesModule(kubernetes, ['kubelet']),
  ],
  metrics: [
    {
      directory: join(goDirectory, 'metrics-server'),
      programs: [{ name: 'metrics-server', package: 'sigs.k8s.io/metrics-server/cmd/metrics-server' }],
    },
  ],
});
