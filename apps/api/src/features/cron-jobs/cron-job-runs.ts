import type { endpoints, OutputOf } from '@pilothouse/contract';
import { containersOf, type Event, type Job, type Pod } from '@pilothouse/kinds';
import { controllerOf, listObjects, ObjectStore, type ClusterConnection } from '@pilothouse/kube';
import { sentence } from '../../http/app-error.ts';
import { podEvents } from '../../reconcile/pod-events.ts';
import { podOfUnit } from '../../reconcile/pod-of-unit.ts';
import { ownerLabels } from '../../reconcile/unit-source.ts';
import { byHandAnnotation, createJobFrom, type WrittenCronJob } from './job-of-cron-job.ts';

type Run = OutputOf<typeof endpoints.listCronJobRuns>['runs'][number];

const jobs = { group: 'batch', version: 'v1', plural: 'jobs' };
const pods = { group: 'core', version: 'v1', plural: 'pods' };

/** What ran of cron jobs, as their clusters have it. */
export class CronJobRuns {
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** The newest first. Rejects with KubeError. */
  async list({ connection, namespace, id, uid }: WrittenCronJob): Promise<Run[]> {
    const selection = { labelSelector: selectorOf(id), withoutManagedFields: true };
    const [made, started] = await Promise.all([
      listObjects<Job>(connection, { ...jobs, namespace }, selection),
      listObjects<Pod>(connection, { ...pods, namespace }, selection),
    ]);
    const podsOf = Map.groupBy(started.items, (pod) => controllerOf(pod)?.uid);
    const events = await podEvents(connection, namespace, started.items);
    return made.items
      .filter((job) => controllerUid(job) === uid)
      .toSorted((a, b) => createdAt(b).localeCompare(createdAt(a)))
      .map((job) => runOf(job, podsOf.get(job.metadata?.uid) ?? [], events));
  }

  /** Makes a Job of it now, and resolves with its name. */
  async runNow(cronJob: WrittenCronJob, auditId: string): Promise<string> {
    // those of the schedule end in minutes since 1970: other digits
    const job = `${cronJob.name}-${this.#now().toString(36)}`;
    await createJobFrom(cronJob, job, auditId);
    return job;
  }

  /** Calls `changed` when a Job or a Pod of it has changed; returns how to stop that. */
  watch(
    { connection, namespace, id }: { connection: ClusterConnection; namespace: string; id: string },
    changed: () => void,
  ): () => void {
    const selection = { labelSelector: selectorOf(id) };
    const stores = [jobs, pods].map(
      (resource) =>
        new ObjectStore({
          connection,
          resource,
          namespace,
          selection,
          project: ({ metadata: { uid, name, resourceVersion } }) => ({
            uid,
            name,
            namespace,
            resourceVersion,
            cells: {},
          }),
        }),
    );
    for (const store of stores) {
      store.onChange(changed);
      store.start();
    }
    return () => stores.forEach((store) => store.stop());
  }
}

function selectorOf(id: string): string {
  return `${ownerLabels.cronJob}=${id}`;
}

function controllerUid({ metadata }: Job): string | undefined {
  return metadata?.ownerReferences?.find(({ controller }) => controller === true)?.uid;
}

function createdAt({ metadata }: Job | Pod): string {
  return metadata?.creationTimestamp ?? '';
}

function runOf(job: Job, ofIt: readonly Pod[], events: readonly Event[]): Run {
  const { metadata, status } = job;
  const holding = (type: string) =>
    status?.conditions?.find((condition) => condition.type === type && condition.status === 'True');
  const failed = holding('Failed');
  const complete = holding('Complete');
  const newest = ofIt.toSorted((a, b) => createdAt(b).localeCompare(createdAt(a)));
  const why = failed && { reason: failed.reason ?? 'Failed', message: failed.message ?? '' };
  return {
    job: metadata?.name ?? '',
    uid: metadata?.uid ?? '',
    state: failed === undefined ? (complete === undefined ? 'running' : 'succeeded') : 'failed',
    byHand: metadata?.annotations?.[byHandAnnotation] === 'manual',
    startedAt: status?.startTime ?? null,
    endedAt: status?.completionTime ?? failed?.lastTransitionTime ?? null,
    exitCode: exitCodeOf(newest),
    why: why === undefined ? null : { code: 'jobFailed', message: sentence('jobFailed', why), params: why },
    pods: newest.map((pod) => podOfUnit(pod, events)),
  };
}

/** Of the container that ended last. */
function exitCodeOf(ofIt: readonly Pod[]): number | null {
  const ends = ofIt.flatMap((pod) =>
    containersOf(pod).flatMap(
      ({ status }) => status?.state?.terminated ?? status?.lastState?.terminated ?? [],
    ),
  );
  const last = ends.toSorted((a, b) => (b.finishedAt ?? '').localeCompare(a.finishedAt ?? ''))[0];
  return last?.exitCode ?? null;
}
