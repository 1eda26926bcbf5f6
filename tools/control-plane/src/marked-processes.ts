import { namesIn, textOf } from './files-that-vanish.ts';
import { identify, type ProcessIdentity } from './process-identity.ts';

const variable = 'PILOTHOUSE_CLUSTER_STATE';

/** What a cluster's components carry in their environment; `statePath` is the cluster's state file. */
export function markOf(statePath: string): Record<string, string> {
  return { [variable]: statePath };
}

/**
 * The running components of a cluster by what they carry: a supervisor killed right after it started one had no time to
 * write down which. Where there is no /proc, none are found.
 */
export function markedProcesses(statePath: string): ProcessIdentity[] {
  const mark = `${variable}=${statePath}`;
  return namesIn('/proc')
    .filter((name) => /^\d+$/.test(name) && textOf(`/proc/${name}/environ`).split('\0').includes(mark))
    .map((name) => identify(Number(name)))
    .filter((identity) => identity !== undefined);
}
