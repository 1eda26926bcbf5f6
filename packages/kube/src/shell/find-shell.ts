import { KubeError } from '../transport/kube-error.ts';
import type { ExecResult } from '../streams/run-exec.ts';

/** Runs a command in the container in question; whoever makes it sees to rights, audit row and `Audit-ID` of each call. */
export type RunInContainer = (command: readonly string[]) => Promise<ExecResult>;

/** In the order of preference. */
export const shells = ['bash', 'sh', 'ash', 'dash'] as const;
/** Where they are when PATH leads nowhere; the last is that of images for debugging. */
const folders = ['/bin', '/usr/bin', '/usr/local/bin', '/busybox'];

const lookAround = [
  `for s in ${shells.join(' ')}; do`,
  'p=$(command -v "$s") && { echo "$p"; exit 0; };',
  `for d in ${folders.join(' ')}; do [ -x "$d/$s" ] && { echo "$d/$s"; exit 0; }; done;`,
  'done; exit 1',
].join(' ');

/**
 * The shell to open in a container, by looking: one exec where there is an `sh`, by its name or its path, which looks
 * for the others; where there is none each of the others is started once. Undefined where there is no shell at all.
 * Rejects with what `run` rejects with, but for programs that are not there.
 */
export async function findShell(run: RunInContainer): Promise<string | undefined> {
  for (const sh of placesOf('sh')) {
    const seen = await tryRun(run, [sh, '-c', lookAround]);
    if (seen === undefined) continue;
    const path = seen.stdout.toString('utf8').trim();
    // busybox answers with the bare name of what it has built in
    return /^[\w./+-]{1,200}$/.test(path) ? path : sh;
  }
  for (const shell of shells.flatMap((name) => (name === 'sh' ? [] : placesOf(name).slice(0, 3)))) {
    if ((await tryRun(run, [shell, '-c', 'exit 0']))?.exitCode === 0) return shell;
  }
  return undefined;
}

function placesOf(name: string): string[] {
  return [name, ...folders.map((folder) => `${folder}/${name}`)];
}

async function tryRun(run: RunInContainer, command: readonly string[]): Promise<ExecResult | undefined> {
  try {
    const result = await run(command);
    // what the runtime says of a program that is not there or cannot be run
    return result.exitCode === 126 || result.exitCode === 127 ? undefined : result;
  } catch (error) {
    if (error instanceof KubeError && error.reason === 'api' && isNotThere(error)) return undefined;
    throw error;
  }
}

/**
 * A Failure on the error channel (500 InternalError of the kubelet) because of the program; everything else is a failure
 * of the container or of the cluster, which another program does not mend.
 */
function isNotThere({ statusObject }: KubeError): boolean {
  const words = statusObject?.message ?? '';
  return (
    statusObject?.code !== 403 &&
    /executable file not found|no such file or directory|not a directory|exec format error|permission denied/i.test(
      words,
    )
  );
}
