import {
  endSession,
  findShell,
  openExec,
  runExec,
  shellCommand,
  ShellReport,
  shells,
  type ClusterConnection,
  type ExecResult,
  type ExecStream,
  type RunInContainer,
  type ShellSession,
} from '@pilothouse/kube';
import { AppError } from '../../http/app-error.ts';
import type { AuditLog } from '../../http/audit.ts';
import { audited, auditedAnyway, type StreamActor } from '../audited-stream.ts';
import type { ContainerPlace } from '../clusters.ts';
import { ByteQueue } from './byte-queue.ts';
import type { ShellProcess } from './terminal-session.ts';

export interface OpenShellOptions {
  connection: ClusterConnection;
  /** The cluster's connection by the time the shell is ended: its kubeconfig may have been replaced meanwhile. */
  connectionNow: () => ClusterConnection;
  place: ContainerPlace;
  audit: AuditLog;
  actor: StreamActor;
  /** What leads from the container to where the shell is to be; each command begins with it. */
  enter?: readonly string[] | undefined;
  /** Of the exec that is the shell. */
  auditId: string;
  columns: number;
  rows: number;
  /** The shell has said which process it is. */
  onSession: (session: ShellSession) => void;
}

/** How long an end waits for a shell that has just begun to say which process it is. */
const reportMs = 2000;

/** Looks around in a container, each command a call and an audit row of its own. */
function lookerIn({ connection, place, audit, actor, enter = [] }: OpenShellOptions): RunInContainer {
  return (command) =>
    audited(audit, actor, 'shell.find', (auditId) => run(connection, place, [...enter, ...command], auditId));
}

/** Ends what we began in a container, also while the audit cannot be written: leaving it would be worse. */
export function cleanerIn(
  connection: ClusterConnection,
  place: ContainerPlace,
  audit: AuditLog,
  { enter = [], ...actor }: StreamActor & { enter?: readonly string[] | undefined },
): RunInContainer {
  return (command) =>
    auditedAnyway(audit, actor, 'shell.end', (auditId) =>
      run(connection, place, [...enter, ...command], auditId),
    );
}

function run(
  connection: ClusterConnection,
  { namespace, pod, container }: ContainerPlace,
  command: readonly string[],
  auditId: string,
): Promise<ExecResult> {
  return runExec(connection, { namespace, pod, container, command, auditId });
}

/**
 * Looks for a shell and opens it on a terminal of the given size. Rejects with AppError `noShell` or KubeError; nothing
 * is left behind then.
 */
export async function openShell(options: OpenShellOptions): Promise<ShellProcess> {
  const { connection, place, auditId, columns, rows, enter = [] } = options;
  const shell = await findShell(lookerIn(options));
  if (shell === undefined) throw new AppError('noShell', { shells: shells.join(', ') });
  const { namespace, pod, container } = place;
  const command = [...enter, ...shellCommand(shell)];
  const exec = await openExec(
    connection,
    { namespace, pod, container, command, tty: true, stdin: true },
    { auditId },
  );
  exec.resize(columns, rows);
  return new ClusterShell(shell, exec, options);
}

/** A shell's exec: its report taken out of the output, its process known by PID and start time. */
class ClusterShell implements ShellProcess {
  readonly shell: string;
  readonly output: ByteQueue;
  readonly exited: Promise<number>;
  readonly #exec: ExecStream;
  readonly #options: OpenShellOptions;
  readonly #session = Promise.withResolvers<ShellSession | undefined>();

  constructor(shell: string, exec: ExecStream, options: OpenShellOptions) {
    this.shell = shell;
    this.#exec = exec;
    this.#options = options;
    this.output = new ByteQueue({ pause: () => exec.pause(), resume: () => exec.resume() });
    const report = new ShellReport(shell);
    exec.onStdout((bytes) => {
      const known = report.over;
      this.output.push(report.feed(bytes));
      if (known || !report.over) return;
      this.#session.resolve(report.session);
      if (report.session !== undefined) options.onSession(report.session);
    });
    this.exited = exec.ended.then((end) => {
      this.#session.resolve(undefined);
      this.output.push(report.rest());
      this.output.end();
      if (end.kind === 'exit') return end.exitCode;
      throw end.error;
    });
    this.exited.catch(() => {});
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#exec.write(Buffer.from(bytes));
  }

  resize(columns: number, rows: number): void {
    this.#exec.resize(columns, rows);
  }

  async kill(): Promise<void> {
    const { connectionNow, place, audit, actor, enter } = this.#options;
    const late = setTimeout(() => this.#session.resolve(undefined), reportMs);
    const session = await this.#session.promise;
    clearTimeout(late);
    try {
      if (session !== undefined)
        await endSession(cleanerIn(connectionNow(), place, audit, { ...actor, enter }), session);
    } finally {
      this.#exec.close();
      this.output.end();
    }
  }
}
