import type { CronJob, Job } from '@pilothouse/kinds';
import { createObject, getObject, type ClusterConnection } from '@pilothouse/kube';
import { AppError } from '../../http/app-error.ts';

/** A CronJob as the platform has written it to a cluster. */
export interface WrittenCronJob {
  connection: ClusterConnection;
  namespace: string;
  id: string;
  name: string;
  uid: string;
}

/**
 * Makes a Job of a CronJob's template, as `kubectl create job --from=cronjob/…` does (`kubectl/pkg/cmd/create`,
 * createJobWithCronJob): what runs is what the cluster has. Throws `notInCluster` where another one has its name by now.
 */
export async function createJobFrom(cronJob: WrittenCronJob, job: string, auditId: string): Promise<void> {
  const { connection, namespace, name, uid } = cronJob;
  const batch = { group: 'batch', version: 'v1', namespace };
  const found = await getObject<CronJob>(connection, { ...batch, plural: 'cronjobs', name });
  if (found.metadata?.uid !== uid) throw new AppError('notInCluster', { name });
  const { metadata, spec } = found.spec?.jobTemplate ?? {};
  const object: Job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: job,
      namespace,
      labels: metadata?.labels,
      annotations: { [byHandAnnotation]: 'manual', ...metadata?.annotations },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name, uid, controller: true }],
    },
    spec,
  };
  await createObject(connection, { ...batch, plural: 'jobs' }, object, { auditId });
}

/** By this a Job says that somebody made it by hand. */
export const byHandAnnotation = 'cronjob.kubernetes.io/instantiate';
