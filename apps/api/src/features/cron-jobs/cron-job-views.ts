import type { endpoints, OutputOf } from '@pilothouse/contract';
import { sentence } from '../../http/app-error.ts';
import { errorOf, phaseOf } from '../../reconcile/phase-of.ts';
import type { UnitState } from '../../reconcile/unit-state.ts';
import type { CronJobRow } from './cron-job.repository.ts';

export type CronJobView = OutputOf<typeof endpoints.listCronJobs>['cronJobs'][number];

/** A cron job as people see it: what should be, beside what its cluster has. */
export function cronJobView(row: CronJobRow, state: UnitState | undefined): CronJobView {
  const { id, name, cluster, namespace, namespaceId, spec, version } = row;
  const status = state?.status?.kind === 'CronJob' ? state.status : undefined;
  const error = errorOf(state);
  return {
    id,
    project: row.projectId,
    name,
    cluster,
    namespace,
    namespaceId,
    schedule: spec.schedule,
    timeZone: spec.timeZone,
    suspended: spec.suspended,
    image: spec.image,
    phase: phaseFor(row, state),
    version,
    appliedVersion: state?.appliedVersion ?? null,
    error: error && { ...error, message: sentence(error.code, error.params) },
    asOf: (state?.checkedAt ?? state?.appliedAt)?.toISOString() ?? null,
    lastScheduledAt: status?.lastScheduledAt ?? null,
    lastSucceededAt: status?.lastSucceededAt ?? null,
  };
}

function phaseFor({ clusterId, removedAt }: CronJobRow, state: UnitState | undefined): CronJobView['phase'] {
  if (clusterId === null) return 'detached';
  return removedAt === null ? phaseOf(state) : 'removing';
}
