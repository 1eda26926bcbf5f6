import type { CallOptions, ClusterConnection } from '../transport/connection.ts';
import type { ExecStream } from './exec-stream.ts';
import { openCommandStream } from './open-exec.ts';

/** A container to whose first process one attaches. */
export interface AttachTarget {
  namespace: string;
  pod: string;
  container: string;
  /** The container has a terminal (`tty: true` in its spec): stdout and stderr are one, `resize` works. */
  tty: boolean;
  /** The container takes input (`stdin: true` in its spec). */
  stdin: boolean;
}

/**
 * Attaches to the process a container runs, over a WebSocket (`v5.channel.k8s.io`, else `v4`): its output from now on,
 * and its input. It wants `create` on pods/attach (before 1.35 `get` was enough). Ends when the process does; closing
 * it leaves the process alone, `endStdin` ends the process's input where the container has `stdinOnce`.
 *
 * Rejects with KubeError when the cluster refuses or speaks neither protocol.
 */
export function openAttach(
  connection: ClusterConnection,
  { namespace, pod, container, tty, stdin }: AttachTarget,
  call: CallOptions = {},
): Promise<ExecStream> {
  const query = { container, stdin, stdout: true, stderr: !tty, tty };
  return openCommandStream(connection, { namespace, pod, subresource: 'attach', query }, call);
}
