import { humanDuration } from '../human-duration.ts';
import { ageColumn, defineKind, nameColumn, ownerColumn, type Level, type Row } from '../kind.ts';
import { formatLabelSelector } from '../label-selector.ts';
import { podRelations } from '../pod/pod-relations.ts';
import type { Job } from '../wire/batch.ts';
import { withoutKeys } from '../without-keys.ts';
import { templateFields } from '../workloads/template-fields.ts';

const templateOf = ({ spec }: Job) => spec?.template.spec;

/** Conditions that give a Job's STATUS, in the order in which they count; being deleted comes behind the ends. */
const ends = ['Complete', 'Failed'];
const states = ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'];

function statusOf({ metadata, status }: Job): string {
  const holds = (wanted: string) =>
    status?.conditions?.find(({ type }) => type === wanted)?.status === 'True';
  const end = ends.find(holds);
  if (end !== undefined) return end;
  if (metadata?.deletionTimestamp !== undefined) return 'Terminating';
  return states.find(holds) ?? 'Running';
}

function completionsOf({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationText({ cells: { startTime, completionTime } }: Row, now: number): string {
  if (typeof startTime !== 'string') return '';
  const end = typeof completionTime === 'string' ? Date.parse(completionTime) : now;
  return humanDuration(end - Date.parse(startTime));
}

const levels: Record<string, Level> = {
  Complete: 'ok',
  Failed: 'error',
  FailureTarget: 'error',
  Suspended: 'warning',
};

/** By which the Job's controller tells its own Pods. */
const controllersLabels = [
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
  'controller-uid',
  'job-name',
];

/** Without the selector that the controller made; one that somebody wrote stays. */
function anew(job: Job): Job {
  if (job.spec === undefined || job.spec.manualSelector === true) return job;
  const withoutLabels = <T extends { metadata?: Job['metadata'] }>(of: T): T => {
    const labels = of.metadata?.labels;
    return labels
      ? { ...of, metadata: { ...of.metadata, labels: withoutKeys(labels, controllersLabels) } }
      : of;
  };
  const { selector: _selector, template, ...spec } = job.spec;
  return { ...withoutLabels(job), spec: { ...spec, template: withoutLabels(template) } };
}

/** Jobs as `kubectl get jobs -o wide` prints them (`printJob`). */
export const jobs = defineKind({
  group: 'batch',
  plural: 'jobs',
  kind: 'Job',
  namespaced: true,
  menu: { module: 'workloads', order: 50 },
  usage: 'kept',
  facts: (job: Job) => job,
  anew,
  fields: {
    name: nameColumn,
    status: {
      type: 'text',
      read: statusOf,
      column: {
        header: 'STATUS',
        width: 140,
        level: ({ cells }) => levels[String(cells.status)] ?? 'progress',
      },
    },
    completions: {
      type: 'text',
      read: completionsOf,
      column: { header: 'COMPLETIONS', width: 120 },
    },
    startTime: { type: 'time', read: ({ status }) => status?.startTime ?? null },
    completionTime: { type: 'time', read: ({ status }) => status?.completionTime ?? null },
    duration: { column: { header: 'DURATION', width: 90, text: durationText } },
    age: ageColumn,
    ...templateFields(templateOf),
    selector: {
      type: 'text',
      read: ({ spec }) => formatLabelSelector(spec?.selector),
      column: { header: 'SELECTOR', wide: true, width: 220 },
    },
    owner: ownerColumn,
  },
  columns: ['name', 'status', 'completions', 'duration', 'owner', 'age'],
  relations: [
    { type: 'owns', kind: 'core/pods' },
    { type: 'selects', kind: 'core/pods', selector: ({ spec }) => spec?.selector ?? null },
    ...podRelations(templateOf),
  ],
});
