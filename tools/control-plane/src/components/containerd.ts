import { mkdir, statfs, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { pauseImage } from '../node/images.ts';
import { cniPluginDirectory } from '../node/packages.ts';
import type { ClusterLayout } from '../layout.ts';
import { flags, type ClusterContext, type Component } from './component.ts';

export const containerdSocket = (layout: ClusterLayout) => join(layout.runtime, 'containerd.sock');

export const cniConfigDirectory = (layout: ClusterLayout) => join(layout.data, 'cni');

/** `OVERLAYFS_SUPER_MAGIC` of linux/magic.h. */
const overlayfs = 0x794c7630;

/** Runs containers from its own root, state and socket, beside any other containerd of the machine. */
export async function containerd(context: ClusterContext, runc: string): Promise<Component> {
  const { layout, tools } = context;
  const config = join(layout.configs, 'containerd.toml');
  await mkdir(layout.configs, { recursive: true });
  await mkdir(layout.runtime, { recursive: true, mode: 0o700 });
  // an overlay can't lie on an overlay, as in a container
  const nested = (await statfs(layout.directory)).type === overlayfs;
  await writeFile(config, configuration(layout, runc, nested ? 'native' : 'overlayfs'));
  return {
    name: 'containerd',
    command: tools.containerd,
    arguments: flags({ config }),
    // it looks for its shim there
    environment: {
      PATH: [dirname(tools['containerd-shim-runc-v2']), process.env['PATH']].join(delimiter),
    },
  };
}

const configuration = (layout: ClusterLayout, runc: string, snapshotter: string) => `version = 3
root = '${join(layout.data, 'containerd')}'
state = '${join(layout.runtime, 'containerd')}'
disabled_plugins = [
  'io.containerd.internal.v1.opt',
  'io.containerd.image-verifier.v1.bindir',
  'io.containerd.nri.v1.nri',
  'io.containerd.snapshotter.v1.btrfs',
  'io.containerd.snapshotter.v1.devmapper',
  'io.containerd.snapshotter.v1.erofs',
  'io.containerd.snapshotter.v1.zfs',
]

[grpc]
  address = '${containerdSocket(layout)}'

[ttrpc]
  address = '${containerdSocket(layout)}.ttrpc'

[plugins.'io.containerd.cri.v1.images']
  snapshotter = '${snapshotter}'

  [plugins.'io.containerd.cri.v1.images'.pinned_images]
    sandbox = '${pauseImage}'

[plugins.'io.containerd.cri.v1.runtime']
  # without CAP_SYS_RESOURCE runc could not lower the score and would fail
  restrict_oom_score_adj = true
  # below the state folder, where the clean-up finds them
  netns_mounts_under_state_dir = true

  [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
    runtime_type = 'io.containerd.runc.v2'

    [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
      BinaryName = '${runc}'
      Root = '${join(layout.runtime, 'runc')}'
      SystemdCgroup = false

  [plugins.'io.containerd.cri.v1.runtime'.cni]
    bin_dirs = ['${cniPluginDirectory}']
    conf_dir = '${cniConfigDirectory(layout)}'
    # the plugin would keep a result per pod that nobody can tell apart
    use_internal_loopback = true
`;
