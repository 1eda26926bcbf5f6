import { hostname } from 'node:os';
import { recordingRight, type StreamEndReason } from '@pilothouse/contract';
import { endSession, KubeError, readPod } from '@pilothouse/kube';
import type { Authoriser } from '../../authz/authoriser.ts';
import type { Principal } from '../../authz/principal.ts';
import { newId } from '../../db/ids.ts';
import { AppError } from '../../http/app-error.ts';
import type { SharedAuditLog } from '../../http/audit.ts';
import { outcomeOfCall, outcomeOfStream, type StreamActor } from '../../ws/audited-stream.ts';
import type { ContainerPlace, FindCluster, StreamCluster } from '../../ws/clusters.ts';
import { requireRunning } from '../../ws/container-check.ts';
import { cleanerIn, openShell } from '../../ws/exec/open-shell.ts';
import { Recorder, type RecordingChunk } from '../../ws/exec/recorder.ts';
import { TerminalSession, type ShellProcess, type TerminalEnd } from '../../ws/exec/terminal-session.ts';
import type { Admission } from '../../ws/router.ts';
import { streamErrorOf } from '../../ws/stream-error.ts';
import type { UnitStreams } from '../../ws/through/unit-streams.ts';
import { nodeShellContainer, nodeShellLabel, nodeShellPodName } from './node-shell-pod.ts';
import type { NodeShells } from './node-shells.ts';
import type { Terminal, TerminalsRepository } from './terminals.repository.ts';

export interface TerminalsServiceOptions {
  repository: TerminalsRepository;
  findCluster: FindCluster;
  audit: SharedAuditLog;
  authoriser: Pick<Authoriser, 'require'>;
  nodeShells: NodeShells;
  unitStreams: Pick<UnitStreams, 'require'>;
  onError: (error: unknown) => void;
  /** Largest recording of one shell, bytes as stored. */
  maxRecordingBytes: number;
}

/** A shell as it is to be opened. */
interface Opening {
  id: string;
  cluster: StreamCluster;
  place: ContainerPlace;
  podUid: string;
  /** Of a node shell. */
  node?: string;
  code: string;
  params: Record<string, string>;
  actor: StreamActor & { principal: Principal };
  enter?: readonly string[];
  /** Until the container runs; throws why it does not. */
  prepare: () => Promise<void>;
  /** Once the shell has ended, or could not begin; does not reject. */
  leave?: () => Promise<void>;
}

const beatMs = 5000;
/** A terminal that has not been heard of for so long has lost its process. */
const silenceMs = 20_000;
/** A stop waits no longer for shells to end. */
const stopMs = 5000;

/** The shells of this replica, and what is left of those that other processes of the platform left behind. */
export class TerminalsService {
  readonly #options: TerminalsServiceOptions;
  /** Names this process: host and PID, by which a later process on the same host knows that it is gone. */
  readonly #replica = `${hostname().slice(0, 50)}:${process.pid}`;
  readonly #sessions = new Map<string, TerminalSession>();
  /** Ends that the database has not taken yet. */
  readonly #unwritten = new Map<string, TerminalEnd>();
  #timers: NodeJS.Timeout[] = [];

  constructor(options: TerminalsServiceOptions) {
    this.#options = options;
  }

  /** Begins to look after the rows: heartbeats of our own shells, an end for those of dead processes. */
  start(): void {
    const { onError } = this.#options;
    const every = (ms: number, work: () => Promise<void>) => {
      void work().catch(onError);
      this.#timers.push(setInterval(() => void work().catch(onError), ms));
    };
    every(beatMs, () => this.#beat());
    every(silenceMs, () => this.reapOrphans());
  }

  /** Ends every shell and waits until that is written down, but not for ever. */
  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await atMost(
      stopMs,
      [...this.#sessions.values()].map((session) => session.end('shuttingDown')),
    );
  }

  /** Resolves when no shell is left in a cluster that is being removed, or after a while. */
  async endedIn(cluster: string): Promise<void> {
    const there = [...this.#sessions.values()].filter((session) => session.cluster === cluster);
    await atMost(
      stopMs,
      there.map((session) => session.end('clusterRemoved')),
    );
  }

  /**
   * Opens a shell: pod looked up, intent and row written, shell found and started, recording begun. Whatever fails
   * leaves an ended row and the audit's outcome, but no process.
   */
  async open(
    { principal, request, address, requestId }: Admission<'exec'>,
    size: { columns: number; rows: number },
  ): Promise<TerminalSession> {
    const { cluster: name, namespace, pod, container } = request;
    const cluster = this.#cluster(name);
    const found = await readPod(cluster.connection, request);
    await this.#options.unitStreams.require(request, found.metadata.uid);
    if (found.metadata.labels?.[nodeShellLabel] !== undefined) throw new AppError('nodeShellPod', { pod });
    const target = { cluster: name, namespace, resource: 'k8s/core/pods/exec', name: pod };
    return this.#begin(size, {
      id: newId(),
      cluster,
      // its row has these and nothing else of the ticket
      place: { cluster: name, namespace, pod, container },
      podUid: found.metadata.uid,
      code: 'shell.open',
      params: { container },
      actor: { principal, target, address, requestId },
      prepare: async () => requireRunning(found, container),
    });
  }

  /** The same on a node, in a pod that is made for it; where that fails or it ends the pod is removed. */
  async openOnNode(
    { principal, request, address, requestId }: Admission<'nodeShell'>,
    size: { columns: number; rows: number },
    signal: AbortSignal,
  ): Promise<TerminalSession> {
    const { nodeShells } = this.#options;
    const { cluster: name, node } = request;
    const cluster = this.#cluster(name);
    const id = newId();
    const { namespace } = nodeShells;
    const actor = {
      principal,
      target: { cluster: name, resource: 'k8s/core/nodes/shell', name: node },
      address,
      requestId,
    };
    const { username } = principal;
    return this.#begin(size, {
      id,
      cluster,
      place: { cluster: name, namespace, pod: nodeShellPodName(id), container: nodeShellContainer },
      podUid: '',
      node,
      code: 'nodeShell.open',
      params: {},
      actor,
      enter: nodeShells.enter,
      prepare: () => nodeShells.make({ cluster, node, terminal: id, username }, actor, signal),
      leave: () => nodeShells.remove({ id, namespace }, this.#now(cluster).connection, actor),
    });
  }

  async #begin(size: { columns: number; rows: number }, opening: Opening): Promise<TerminalSession> {
    const { repository, audit, onError } = this.#options;
    const { id, cluster, place, podUid, node, actor, enter } = opening;
    const entry = await audit.begin({
      ...actor,
      code: opening.code,
      params: { ...opening.params, terminal: id },
    });
    const { auditId } = entry;
    let started = false;
    try {
      const { userId, username } = actor.principal;
      await repository.insert({
        id,
        userId,
        username,
        clusterId: cluster.id,
        ...place,
        podUid,
        ...(node !== undefined && { node }),
        replica: this.#replica,
        auditId,
      });
      await opening.prepare();
      const shell = await openShell({
        connection: cluster.connection,
        place,
        audit,
        actor,
        enter,
        auditId,
        ...size,
        connectionNow: () => this.#now(cluster).connection,
        onSession: (session) => void repository.setProcess(id, session).catch(onError),
      });
      const session = this.#record(opening, shell, size);
      started = true;
      void session.ended.then((end) => entry.end(outcomeOfStream(end)));
      return session;
    } catch (error) {
      const reason = await this.#whyNot(error, place);
      await entry.end(outcomeOfCall(reason));
      throw reason;
    } finally {
      if (!started) {
        await opening.leave?.();
        await this.#writeEnd(id, { reason: 'failed', exitCode: null, truncated: false });
      }
    }
  }

  /** Throws AppError `notFound`. */
  #cluster(name: string): StreamCluster {
    const cluster = this.#options.findCluster(name);
    if (cluster === undefined) throw new AppError('notFound');
    return cluster;
  }

  /** Its kubeconfig may have been replaced meanwhile. */
  #now(cluster: StreamCluster): StreamCluster {
    const now = this.#options.findCluster(cluster.name);
    return now?.id === cluster.id ? now : cluster;
  }

  /** It may have stopped meanwhile, of which the upgrade's refusal says little; then that is why. */
  async #whyNot(error: unknown, place: ContainerPlace): Promise<unknown> {
    if (!(error instanceof KubeError)) return error;
    try {
      const cluster = this.#options.findCluster(place.cluster);
      if (cluster) requireRunning(await readPod(cluster.connection, place), place.container);
    } catch (better) {
      if (better instanceof AppError) return better;
    }
    return error;
  }

  /**
   * Ends the terminals whose process is gone, and what still runs of them in the pods. Where the cluster does not answer
   * the terminal stays as it is, for the next time.
   */
  async reapOrphans(): Promise<void> {
    const { repository, audit, nodeShells, onError } = this.#options;
    for (const terminal of await repository.open()) {
      if (this.#isAlive(terminal)) continue;
      try {
        // with its pod all of a node shell goes
        if (terminal.node === null) await this.#killOrphan(terminal);
      } catch (error) {
        if (streamErrorOf(error).code === 'clusterUnreachable') continue;
        onError(error);
      }
      const outcome = outcomeOfStream({ reason: 'platformRestart' });
      const code = terminal.node === null ? 'shell.open' : 'nodeShell.open';
      await audit.endLeftOpen(terminal.auditId, code, outcome);
      await repository.reap(terminal.id, terminal.replica);
    }
    await nodeShells.sweep();
  }

  /** Own shells always, others' by right; whether a shell exists is nobody else's business. Throws AppError. */
  async authoriseRecording(principal: Principal, id: string): Promise<Terminal> {
    const terminal = await this.#options.repository.find(id);
    if (terminal?.userId !== principal.userId)
      await this.#options.authoriser.require(principal, [recordingRight]);
    if (terminal === null) throw new AppError('notFound');
    return terminal;
  }

  #record(
    { id, place, node, leave }: Opening,
    shell: ShellProcess,
    { columns, rows }: { columns: number; rows: number },
  ): TerminalSession {
    const { cluster, namespace, pod, container } = place;
    const title = node ?? `${namespace}/${pod}/${container}`;
    const { repository, maxRecordingBytes: maxBytes, onError } = this.#options;
    const fail = (reason: StreamEndReason, error?: unknown) => {
      if (error !== undefined) onError(error);
      void session.end(reason, error === undefined ? undefined : streamErrorOf(error));
    };
    const sink = { append: (chunks: RecordingChunk[]) => repository.appendChunks(id, chunks) };
    const recorder = new Recorder({ sink, columns, rows, title, maxBytes, onFailure: fail });
    const session: TerminalSession = new TerminalSession({
      id,
      cluster,
      process: shell,
      recorder,
      onEnd: async (end) => {
        await leave?.();
        await this.#writeEnd(id, end);
      },
    });
    this.#sessions.set(id, session);
    void session.ended.then(() => this.#sessions.delete(id));
    return session;
  }

  #isAlive({ id, replica, heartbeatAt, startedAt }: Terminal): boolean {
    if (this.#sessions.has(id) || this.#unwritten.has(id)) return true;
    const [host, pid] = replica.split(':');
    const here = host === this.#replica.split(':')[0];
    // a shell of ours that is just being opened has no session yet
    const silent = Date.now() - (heartbeatAt ?? startedAt).getTime() > silenceMs;
    return here && Number(pid) !== process.pid ? processLives(Number(pid)) && !silent : !silent;
  }

  async #killOrphan(terminal: Terminal): Promise<void> {
    const { findCluster, audit } = this.#options;
    const {
      cluster: name,
      clusterId,
      namespace,
      pod,
      podUid,
      container,
      shell,
      shellPid,
      shellStart,
    } = terminal;
    const cluster = findCluster(name);
    if (cluster?.id !== clusterId || shellPid === null || shellStart === null) return;
    const place = { cluster: name, namespace, pod, container };
    const { metadata } = await readPod(cluster.connection, place);
    if (metadata.uid !== podUid) return;
    const target = { cluster: name, namespace, resource: 'k8s/core/pods/exec', name: pod };
    const principal = { userId: terminal.userId, username: terminal.username };
    const run = cleanerIn(cluster.connection, place, audit, { principal, target, address: '' });
    await endSession(run, { shell, pid: shellPid, startTime: shellStart });
  }

  async #beat(): Promise<void> {
    for (const [id, end] of this.#unwritten) await this.#writeEnd(id, end);
    if (this.#sessions.size > 0) await this.#options.repository.beat([...this.#sessions.keys()]);
  }

  async #writeEnd(id: string, end: TerminalEnd): Promise<void> {
    this.#unwritten.set(id, end);
    try {
      await this.#options.repository.setEnded(id, end);
      this.#unwritten.delete(id);
    } catch (error) {
      this.#options.onError(error);
    }
  }
}

async function atMost(ms: number, ends: Promise<unknown>[]): Promise<void> {
  let late: NodeJS.Timeout | undefined;
  const limit = new Promise((resolve) => (late = setTimeout(resolve, ms)));
  await Promise.race([Promise.all(ends), limit]);
  clearTimeout(late);
}

function processLives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
