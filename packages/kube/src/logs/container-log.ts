import { getObject } from '../objects/objects.ts';
import type { CallOptions, ClusterConnection } from '../transport/connection.ts';
import { KubeError } from '../transport/kube-error.ts';
import type { Priority } from '../transport/turns.ts';
import type { PodForLog } from './container-state.ts';
import type { LogRead, LogSource } from './log-source.ts';
import { readLog } from './read-log.ts';

export interface ContainerPlace {
  namespace: string;
  pod: string;
  container: string;
  /** The pod of this uid and no other: one that has its name later is not there. */
  uid?: string | undefined;
}

/** How a log gets at its cluster. */
export interface LogAccess {
  /** The connection as it is now: a replaced credential gives another one. What it throws ends the log. */
  connection(): ClusterConnection;
  /** Told before each read of a log: the `Audit-ID` to send, and whom to tell how the read ended. */
  beginRead?(place: ContainerPlace, read: LogRead): Promise<{ auditId: string; end: ReadEnded }>;
  priority?: Priority;
}

/** `failure` is undefined when the log was read to its end, or nobody wanted more. */
export type ReadEnded = (failure: unknown) => Promise<void>;

/** A container of a cluster as a source of log lines. */
export class ContainerLog implements LogSource {
  readonly pod: string;
  readonly container: string;
  readonly #place: ContainerPlace;
  readonly #access: LogAccess;

  constructor(place: ContainerPlace, access: LogAccess) {
    this.pod = place.pod;
    this.container = place.container;
    this.#place = place;
    this.#access = access;
  }

  async look(signal: AbortSignal): Promise<PodForLog> {
    const pod = await readPod(this.#access.connection(), this.#place, { signal, ...this.#priority });
    const { uid } = this.#place;
    if (uid === undefined || pod.metadata.uid === uid) return pod;
    throw new KubeError('api', `Pod ${this.pod} is another one by now`, { status: 404 });
  }

  async *read(options: LogRead, signal: AbortSignal): AsyncGenerator<string> {
    const begun = await this.#access.beginRead?.(this.#place, options);
    const call = { signal, ...this.#priority, ...(begun && { auditId: begun.auditId }) };
    let failure: unknown;
    try {
      yield* readLog(this.#access.connection(), { ...this.#place, ...options }, call);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      await begun?.end(failure);
    }
  }

  get #priority(): Pick<CallOptions, 'priority'> {
    const { priority } = this.#access;
    return priority === undefined ? {} : { priority };
  }
}

/** The pod as the cluster has it now. Rejects with KubeError. */
export function readPod(
  connection: ClusterConnection,
  { namespace, pod }: Pick<ContainerPlace, 'namespace' | 'pod'>,
  call: CallOptions = {},
): Promise<PodForLog> {
  return getObject<PodForLog>(
    connection,
    { group: 'core', version: 'v1', plural: 'pods', namespace, name: pod },
    call,
  );
}
