import { AppError } from '../../http/app-error.ts';
import type { AuditLog } from '../../http/audit.ts';
import { outcomeOfStream } from '../audited-stream.ts';
import type { FindCluster } from '../clusters.ts';
import type { Admission } from '../router.ts';
import { ClusterLog, readPod } from './cluster-log.ts';
import type { LogAccess } from './log-handler.ts';

/** Opens a container's log for one viewer: the viewing is a row in the audit, and so is each read of the cluster. */
export function logOpener(findCluster: FindCluster, audit: AuditLog) {
  return async ({ principal, request, address, requestId }: Admission<'log'>): Promise<LogAccess> => {
    const { cluster: name, namespace, pod, container } = request;
    const cluster = findCluster(name);
    if (cluster === undefined) throw new AppError('notFound');
    const { metadata } = await readPod(cluster.connection, request);
    const target = { cluster: name, namespace, resource: 'k8s/core/pods/log', name: pod };
    const actor = { principal, target, address, requestId };
    const entry = await audit.begin({ ...actor, code: 'log.view', params: { container } });
    return {
      source: new ClusterLog(request, findCluster, audit, actor),
      key: [cluster.id, namespace, pod, metadata.uid, container].join('/'),
      close: (end) => entry.end(outcomeOfStream(end)),
    };
  };
}
