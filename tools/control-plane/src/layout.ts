import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';

/** Where everything of one cluster lies. */
export interface ClusterLayout {
  /** The state folder; paths below are inside where nothing else is said. */
  directory: string;
  /** Marks what lives outside the state folder: cgroups, the bridge, CNI results. */
  id: string;
  /** Short-lived files whose paths must be short, unix sockets above all. */
  runtime: string;
  /** Beside the state folder: held by the supervisor, whatever becomes of the folder. */
  lock: string;
  /** What the supervisor itself complains about; beside the state folder, so that it survives it. */
  supervisorLog: string;
  state: string;
  kubeconfig: string;
  auditLog: string;
  pki: string;
  kubeconfigs: string;
  configs: string;
  logs: string;
  data: string;
}

/** The layout of the cluster `name` below `base`, which must be a real path (the mount table knows no links). */
export function layoutOf(base: string, name: string): ClusterLayout {
  const directory = join(base, name);
  const id = idOf(base, name);
  return {
    directory,
    id,
    runtime: `/run/pilothouse-${id}`,
    lock: join(base, `.${name}.lock`),
    supervisorLog: join(base, `.${name}.log`),
    state: join(directory, 'state.json'),
    kubeconfig: join(directory, 'kubeconfig'),
    auditLog: join(directory, 'audit.log'),
    pki: join(directory, 'pki'),
    kubeconfigs: join(directory, 'kubeconfigs'),
    configs: join(directory, 'configs'),
    logs: join(directory, 'logs'),
    data: join(directory, 'data'),
  };
}

/** Cgroups and bridges are the kernel's: in a chroot the same path is another folder, its inode is not. */
function idOf(base: string, name: string): string {
  const { dev, ino } = statSync(base, { bigint: true });
  return createHash('sha256').update(`${dev}/${ino}/${name}`).digest('hex').slice(0, 10);
}
