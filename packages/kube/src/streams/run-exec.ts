import type { CallOptions, ClusterConnection } from '../transport/connection.ts';
import { KubeError } from '../transport/kube-error.ts';
import { openExec, type ExecTarget } from './open-exec.ts';

/** How a command ended and what it wrote. */
export interface ExecResult {
  exitCode: number;
  stdout: Buffer;
  stderr: Buffer;
}

/** A command that is run to its end, and its limits. */
export interface RunExecOptions extends Omit<ExecTarget, 'tty' | 'stdin'>, Omit<CallOptions, 'maxBytes'> {
  /** Given to the command, which then sees the end of its input. */
  stdin?: Uint8Array;
  /** Milliseconds for all of it. Default 10,000. */
  timeoutMs?: number;
  /** Most bytes of stdout and stderr together. Default 1 MiB. */
  maxOutputBytes?: number;
}

/**
 * Runs a command in a container to its end. Rejects with KubeError: when the cluster refuses, when the command cannot
 * be run (`api`), when it takes or says too much (`timeout`, `tooLarge`); the command may then go on.
 */
export async function runExec(
  connection: ClusterConnection,
  {
    command,
    namespace,
    pod,
    container,
    stdin,
    timeoutMs = 10_000,
    maxOutputBytes = 1024 * 1024,
    ...call
  }: RunExecOptions,
): Promise<ExecResult> {
  const over = new AbortController();
  const signal = call.signal ? AbortSignal.any([call.signal, over.signal]) : over.signal;
  const timer = setTimeout(
    () => over.abort(new KubeError('timeout', `The command did not end within ${timeoutMs / 1000} s`)),
    timeoutMs,
  );
  try {
    const target = { command, namespace, pod, container, tty: false, stdin: stdin !== undefined };
    const stream = await openExec(connection, target, { ...call, signal, timeoutMs });
    const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    let length = 0;
    const collect = (name: 'stdout' | 'stderr') => (bytes: Buffer) => {
      length += bytes.length;
      if (length <= maxOutputBytes) output[name].push(bytes);
      else
        over.abort(new KubeError('tooLarge', `The command's output is larger than ${maxOutputBytes} bytes`));
    };
    stream.onStderr(collect('stderr'));
    stream.onStdout(collect('stdout'));
    if (stdin) {
      await stream.write(stdin);
      stream.endStdin();
    }
    const end = await stream.ended;
    if (end.kind !== 'exit') throw end.error;
    const [stdout, stderr] = [Buffer.concat(output.stdout), Buffer.concat(output.stderr)];
    return { exitCode: end.exitCode, stdout, stderr };
  } finally {
    clearTimeout(timer);
  }
}
