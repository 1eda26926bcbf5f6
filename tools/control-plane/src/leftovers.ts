import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { namesIn, textOf } from './files-that-vanish.ts';
import { layoutOf } from './layout.ts';
import { identify } from './process-identity.ts';
import { run } from './run.ts';

/**
 * Everything on this machine that belongs to the cluster with this state folder (`LocalCluster.directory`), one line each: processes, mounts, cgroups, bridges, CNI results, files. For
 * tests: it looks by itself, and not where the clean-up looks. Linux only.
 */
export async function findLeftovers(stateDirectory: string): Promise<string[]> {
  const name = basename(stateDirectory);
  const { id, directory, runtime } = layoutOf(dirname(stateDirectory), name);
  const marks = [id, `${directory}/`, runtime];
  const belongs = (text: string) => marks.some((mark) => text.includes(mark));
  const files = [directory, runtime].filter((path) => existsSync(path));
  return [
    ...processes(belongs),
    ...lines('/proc/mounts')
      .filter(belongs)
      .map((line) => `mount ${line}`),
    ...cgroups(id),
    ...(await bridges(id)),
    ...namesIn('/var/lib/cni/results')
      .filter(belongs)
      .map((file) => `CNI result ${file}`),
    ...files.map((path) => `files ${path}`),
  ];
}

/** By command line and cgroup. */
function processes(belongs: (text: string) => boolean): string[] {
  return namesIn('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && identify(pid))
    .map((pid) => ({ pid, command: textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ') }))
    .filter(({ pid, command }) => belongs(command) || belongs(textOf(`/proc/${pid}/cgroup`)))
    .map(({ pid, command }) => `process ${pid} ${command}`);
}

function cgroups(id: string): string[] {
  return lines('/proc/mounts')
    .map((line) => line.split(' '))
    .filter(([, , type]) => type === 'cgroup' || type === 'cgroup2')
    .flatMap(([, point = '']) => namesIn(point).map((name) => join(point, name)))
    .filter((path) => path.includes(id))
    .map((path) => `cgroup ${path}`);
}

async function bridges(id: string): Promise<string[]> {
  const address = id.match(/../g)?.join(':') ?? id;
  const links = await run('ip', ['-o', 'link']).catch(() => '');
  return links.split('\n').filter((line) => line.includes(address));
}

const lines = (path: string) => textOf(path).split('\n').filter(Boolean);
