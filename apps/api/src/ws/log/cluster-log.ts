import {
  followLog,
  getObject,
  KubeError,
  type ClusterConnection,
  type LogLine as KubeLogLine,
} from '@pilothouse/kube';
import { AppError } from '../../http/app-error.ts';
import type { AuditLog } from '../../http/audit.ts';
import { outcomeOfCall, type StreamActor } from '../audited-stream.ts';
import type { FindCluster } from '../clusters.ts';
import type { PodForLog } from './container-state.ts';
import type { LogRead, LogSource } from './log-source.ts';

export interface ContainerPlace {
  cluster: string;
  namespace: string;
  pod: string;
  container: string;
}

/** A container of a registered cluster. Each read is one call to the cluster and one row in the audit. */
export class ClusterLog implements LogSource {
  readonly container: string;
  readonly #place: ContainerPlace;
  readonly #findCluster: FindCluster;
  readonly #audit: AuditLog;
  readonly #actor: StreamActor;

  constructor(place: ContainerPlace, findCluster: FindCluster, audit: AuditLog, actor: StreamActor) {
    this.container = place.container;
    this.#place = place;
    this.#findCluster = findCluster;
    this.#audit = audit;
    this.#actor = actor;
  }

  async pod(signal: AbortSignal): Promise<PodForLog> {
    return readPod(this.#connection(), this.#place, signal);
  }

  async *read(options: LogRead, signal: AbortSignal): AsyncGenerator<[string | null, string][]> {
    const { namespace, pod, container } = this.#place;
    const target = { namespace, pod, container, ...options };
    const { follow, previous } = options;
    const params = { follow, previous };
    const entry = await this.#audit.begin({ ...this.#actor, code: 'log.read', params });
    let failure: unknown;
    try {
      const batches = followLog(this.#connection(), target, { signal, auditId: entry.auditId });
      for await (const lines of batches) yield lines.map((line) => [line.time, textOf(line)]);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      await entry.end(outcomeOfCall(failure));
    }
  }

  classify(error: unknown): ReturnType<LogSource['classify']> {
    const { message } = error as Error;
    if (!(error instanceof KubeError)) return { kind: 'final', message };
    const said = error.statusObject?.message ?? message;
    if (error.is(404)) return { kind: 'gone', message: said };
    if (error.is(400)) return { kind: 'notStarted', message: said };
    const final =
      error.is(401) || error.is(403) || error.reason === 'invalidName' || error.reason === 'aborted';
    return { kind: final ? 'final' : 'passing', message: said };
  }

  #connection(): ClusterConnection {
    const cluster = this.#findCluster(this.#place.cluster);
    if (cluster === undefined) throw new AppError('notFound');
    return cluster.connection;
  }
}

/** The pod as the cluster has it now. Rejects with KubeError. */
export function readPod(
  connection: ClusterConnection,
  { namespace, pod }: Pick<ContainerPlace, 'namespace' | 'pod'>,
  signal?: AbortSignal,
): Promise<PodForLog> {
  const ref = { group: 'core', version: 'v1', plural: 'pods', namespace, name: pod };
  return getObject<PodForLog>(connection, ref, { ...(signal && { signal }) });
}

/** A line's text; one that was too long says how much of it is left out. */
export function textOf({ text, cutBytes }: KubeLogLine): string {
  return cutBytes === 0 ? text : `${text} … (+${cutBytes} bytes)`;
}
