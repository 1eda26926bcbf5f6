import { KubeError, type LogAccess } from '@pilothouse/kube';
import { AppError } from '../../http/app-error.ts';
import type { AuditLog } from '../../http/audit.ts';
import { outcomeOfCall, type StreamActor } from '../audited-stream.ts';
import type { FindCluster, StreamCluster } from '../clusters.ts';

/** Reads logs of a registered cluster for somebody: each read is one call to the cluster and one row in the audit. */
export function auditedAccess(
  { id, name }: StreamCluster,
  findCluster: FindCluster,
  audit: AuditLog,
  actor: StreamActor,
): LogAccess {
  return {
    connection() {
      const cluster = findCluster(name);
      // another cluster may have the name by now
      if (cluster?.id !== id) throw new AppError('notFound');
      return cluster.connection;
    },
    async beginRead({ namespace, pod }, { follow, previous }) {
      const target = { cluster: name, namespace, resource: 'k8s/core/pods/log', name: pod };
      const intent = { ...actor, target, code: 'log.read', params: { follow, previous } };
      const { auditId, end } = await audit.begin(intent).catch(putOff);
      return { auditId, end: (failure) => end(outcomeOfCall(failure)) };
    },
  };
}

/**
 * Nothing is read that is not in the audit; but a database out of breath, as when a hundred logs are read again at once, ends nobody's
 * log: the reader tries again in a moment.
 */
function putOff(error: unknown): never {
  if (!(error instanceof AppError && error.code === 'auditUnavailable')) throw error;
  throw new KubeError('busy', error.message, { cause: error, retryAfterSeconds: 1 });
}
