import { KubeError } from '../transport/kube-error.ts';
import type { ExecResult } from '../streams/run-exec.ts';

/** Runs a command in the container in question; whoever makes it sees to rights, audit row and `Audit-ID` of each call. */
export type RunInContainer = (command: readonly string[]) => Promise<ExecResult>;

/** In the order of preference. */
export const shells = ['bash', 'sh', 'ash', 'dash'] as const;

const lookAround = `for s in ${shells.join(' ')}; do p=$(command -v "$s") && { echo "$p"; exit 0; }; done; exit 1`;

/**
 * The shell to open in a container, by looking: one exec where there is an `sh`, which looks for the others; where
 * there is none each of the others is started once. Undefined where there is no shell at all.
 * Rejects with what `run` rejects with, but for commands that could not be run.
 */
export async function findShell(run: RunInContainer): Promise<string | undefined> {
  const seen = await tryRun(run, ['sh', '-c', lookAround]);
  if (seen) {
    const path = seen.stdout.toString('utf8').trim();
    // busybox answers with the bare name of what it has built in
    return /^[\w./+-]{1,200}$/.test(path) ? path : 'sh';
  }
  for (const shell of shells) {
    if (shell !== 'sh' && (await tryRun(run, [shell, '-c', 'exit 0']))?.exitCode === 0) return shell;
  }
  return undefined;
}

async function tryRun(run: RunInContainer, command: readonly string[]): Promise<ExecResult | undefined> {
  try {
    const result = await run(command);
    // what the runtime says of a program that is not there or cannot be run
    return result.exitCode === 126 || result.exitCode === 127 ? undefined : result;
  } catch (error) {
    const cannotRun = error instanceof KubeError && error.reason === 'api' && isStartFailure(error);
    if (cannotRun) return undefined;
    throw error;
  }
}

/** A Failure on the error channel (500 InternalError of the kubelet), as opposed to a refusal of the apiserver. */
function isStartFailure({ statusObject }: KubeError): boolean {
  return /exec|not found|no such file/i.test(statusObject?.message ?? '') && statusObject?.code !== 403;
}
