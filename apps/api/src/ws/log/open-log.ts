import { beginningOfTime, ContainerLog, readPod, type LogAccess, type LogCursor } from '@pilothouse/kube';
import { ticketTarget } from '@pilothouse/contract';
import { AppError } from '../../http/app-error.ts';
import type { AuditLog } from '../../http/audit.ts';
import { outcomeOfStream } from '../audited-stream.ts';
import type { FindCluster } from '../clusters.ts';
import { containerIn } from '../container-check.ts';
import type { StreamEnd } from '../guarded-socket.ts';
import type { Admission } from '../router.ts';
import type { Admits, UnitStreams } from '../through/unit-streams.ts';
import { auditedAccess } from './log-access.ts';

/** A viewing, audited. */
interface Viewing {
  /** Writes its outcome. */
  close(end: StreamEnd): Promise<void>;
}

/** One container's log for one viewer. */
export interface OpenLog extends Viewing {
  source: ContainerLog;
  /** Names cluster, pod (UID) and container: viewers of the same share their upstream. */
  key: string;
  /** Of all the log. */
  beginning: LogCursor;
}

/** The logs of several pods for one viewer. */
export interface OpenLogs extends Viewing {
  access: LogAccess;
  /** As {@link OpenLog.key}. */
  keyOf: (pod: { uid: string; name: string; container: string }) => string;
  /** Which pods are the unit's through which it comes. */
  admits: Admits | undefined;
}

/** Opens logs for a viewer: the viewing is a row in the audit, and so is each read of the cluster. */
export class LogOpener {
  readonly #findCluster: FindCluster;
  readonly #audit: AuditLog;

  readonly #units: UnitStreams;

  constructor(findCluster: FindCluster, audit: AuditLog, units: UnitStreams) {
    this.#findCluster = findCluster;
    this.#audit = audit;
    this.#units = units;
  }

  /** Throws AppError or KubeError when the cluster, the pod or its container is not there. */
  async open({ principal, request, address, requestId }: Admission<'log'>): Promise<OpenLog> {
    const { cluster: name, namespace, pod, container } = request;
    const cluster = this.#cluster(name);
    const found = await readPod(cluster.connection, request);
    const { uid } = found.metadata;
    await this.#units.require(request, uid);
    const state = containerIn(found, container);
    const target = { cluster: name, namespace, resource: 'k8s/core/pods/log', name: pod };
    const actor = { principal, target, address, requestId };
    const entry = await this.#audit.begin({ ...actor, code: 'log.view', params: { container } });
    const isOfUnit = request.through !== undefined;
    const place = { namespace, pod, container, ...(isOfUnit && { uid }) };
    return {
      source: new ContainerLog(place, auditedAccess(cluster, this.#findCluster, this.#audit, actor)),
      key: keyIn(cluster.id, namespace, isOfUnit)({ uid, name: pod, container }),
      beginning: { uid, pod, container, restarts: state.restarts, time: beginningOfTime, nth: 0 },
      close: (end) => entry.end(outcomeOfStream(end)),
    };
  }

  async openMany({ principal, request, address, requestId }: Admission<'logs'>): Promise<OpenLogs> {
    const cluster = this.#cluster(request.cluster);
    const { container } = request;
    const admits = await this.#units.admissionTo(request);
    const actor = { principal, target: ticketTarget(request), address, requestId };
    const params = { container: container ?? null };
    const entry = await this.#audit.begin({ ...actor, code: 'log.view', params });
    return {
      access: auditedAccess(cluster, this.#findCluster, this.#audit, actor),
      keyOf: keyIn(cluster.id, request.namespace, admits !== undefined),
      admits,
      close: (end) => entry.end(outcomeOfStream(end)),
    };
  }

  #cluster(name: string) {
    const cluster = this.#findCluster(name);
    if (cluster === undefined) throw new AppError('notFound');
    return cluster;
  }
}

/** Logs that end with their pod are not shared with those that go on with the next pod of its name. */
function keyIn(clusterId: string, namespace: string, isOfUnit: boolean): OpenLogs['keyOf'] {
  const kind = isOfUnit ? ['unit'] : [];
  return ({ uid, name, container }) => [clusterId, namespace, name, uid, container, ...kind].join('/');
}
