import { ageColumn, defineKind, nameColumn } from '../kind.ts';
import { formatLabelSelector } from '../label-selector.ts';
import { podRelations } from '../pod/pod-relations.ts';
import type { CronJob } from '../wire/batch.ts';
import { templateFields } from '../workloads/template-fields.ts';

const templateOf = ({ spec }: CronJob) => spec?.jobTemplate.spec?.template.spec;

/** CronJobs as `kubectl get cronjobs -o wide` prints them (`printCronJob`). */
export const cronjobs = defineKind({
  group: 'batch',
  plural: 'cronjobs',
  kind: 'CronJob',
  namespaced: true,
  menu: { module: 'workloads', order: 60 },
  usage: 'kept',
  facts: (cronJob: CronJob) => cronJob,
  fields: {
    name: nameColumn,
    schedule: {
      type: 'text',
      read: ({ spec }) => spec?.schedule ?? '',
      column: { header: 'SCHEDULE', width: 150 },
    },
    timeZone: {
      type: 'text',
      read: ({ spec }) => spec?.timeZone ?? null,
      column: { header: 'TIMEZONE', width: 130, absent: '<none>' },
    },
    suspend: {
      type: 'boolean',
      read: ({ spec }) => spec?.suspend ?? null,
      column: {
        header: 'SUSPEND',
        width: 96,
        text: ({ cells }) => (cells.suspend === null ? '<unset>' : cells.suspend === true ? 'True' : 'False'),
        level: ({ cells }) => (cells.suspend === true ? 'warning' : 'neutral'),
      },
    },
    active: {
      type: 'number',
      read: ({ status }) => status?.active?.length ?? 0,
      column: { header: 'ACTIVE', width: 80 },
    },
    lastSchedule: {
      type: 'time',
      read: ({ status }) => status?.lastScheduleTime ?? null,
      column: { header: 'LAST SCHEDULE', width: 120, absent: '<none>' },
    },
    age: ageColumn,
    ...templateFields(templateOf),
    selector: {
      type: 'text',
      read: ({ spec }) => formatLabelSelector(spec?.jobTemplate.spec?.selector),
      column: { header: 'SELECTOR', wide: true, width: 220 },
    },
  },
  relations: [{ type: 'owns', kind: 'batch/jobs' }, ...podRelations(templateOf)],
});
