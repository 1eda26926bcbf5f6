import { KubeError } from '../transport/kube-error.ts';
import type { ExecResult } from '../streams/run-exec.ts';

/** Runs a command in the container in question; whoever makes it sees to rights, audit row and `Audit-ID` of each call. */
export type RunInContainer = (command: readonly string[]) => Promise<ExecResult>;

/** In the order of preference. */
export const shells = ['bash', 'sh', 'ash', 'dash'] as const;
/** Where they are when PATH leads nowhere; the last is that of images for debugging. */
const folders = ['/bin', '/usr/bin', '/usr/local/bin', '/busybox'];
/** What is started to look around, one exec each. */
const lookers = ['sh', '/bin/sh', '/usr/bin/sh', '/busybox/sh'];
/** Where there is no `sh`, which is rare, and nothing else is likely. */
const others = ['bash', '/bin/bash', 'ash', '/bin/ash', 'dash', '/bin/dash'];

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
  for (const sh of lookers) {
    const seen = await tryRun(run, [sh, '-c', lookAround]);
    if (seen === undefined) continue;
    const path = seen.stdout.toString('utf8').trim();
    // busybox answers with the bare name of what it has built in, whether or not PATH leads there
    const isFound = /^[\w./+-]{1,200}$/.test(path) && (path.includes('/') || !sh.includes('/'));
    return isFound ? path : sh;
  }
  for (const shell of others) {
    if ((await tryRun(run, [shell, '-c', 'exit 0']))?.exitCode === 0) return shell;
  }
  return undefined;
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
