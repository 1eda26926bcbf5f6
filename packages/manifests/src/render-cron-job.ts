import type { CronJobSpec, NamespaceDefaults } from '@pilothouse/contract';
import type { CronJob, KubernetesObject } from '@pilothouse/kinds';
import { canonical } from './canonical.ts';
import { effectiveSpec } from './effective-spec.ts';
import { cronJobLabel, labelValue, pathAnnotation, withoutReserved } from './labels.ts';
import { renderPodSpec } from './pod-spec.ts';

export interface CronJobToRender {
  id: string;
  name: string;
  path: string;
  project: string;
  namespace: string;
  spec: CronJobSpec;
  defaults: NamespaceDefaults;
}

/** The CronJob; Jobs get their labels (`pilothouse.io/cron-job: <id>`) from its template. */
export function renderCronJob(input: CronJobToRender): KubernetesObject[] {
  const { id, name, path, project, namespace, spec, defaults } = input;
  const { container, pod } = effectiveSpec({
    application: { container: spec.container, pod: spec.pod },
    instance: { overrides: { container: {}, pod: {} } },
    defaults,
  }).spec;
  const ofJobs = {
    'app.kubernetes.io/name': labelValue(name),
    'app.kubernetes.io/managed-by': 'pilothouse',
    [cronJobLabel]: id,
  };
  const cronJob: CronJob = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: {
      name,
      namespace,
      labels: { ...ofJobs, 'app.kubernetes.io/part-of': labelValue(project) },
      annotations: { [pathAnnotation]: path },
    },
    spec: {
      schedule: spec.schedule,
      timeZone: spec.timeZone ?? undefined,
      suspend: spec.suspended,
      concurrencyPolicy: spec.concurrencyPolicy,
      startingDeadlineSeconds: spec.startingDeadlineSeconds ?? undefined,
      successfulJobsHistoryLimit: spec.successfulJobsHistoryLimit,
      failedJobsHistoryLimit: spec.failedJobsHistoryLimit,
      jobTemplate: {
        metadata: { labels: ofJobs },
        spec: {
          activeDeadlineSeconds: spec.activeDeadlineSeconds ?? undefined,
          backoffLimit: spec.backoffLimit,
          template: {
            metadata: {
              labels: { ...withoutReserved(pod.labels), ...ofJobs },
              annotations: withoutReserved(pod.annotations),
            },
            spec: {
              ...renderPodSpec({
                image: spec.image,
                registryPrefix: defaults.registryPrefix,
                spec: { container, pod },
              }),
              // another Pod for another try: the log of the one that failed stays
              restartPolicy: 'Never',
            },
          },
        },
      },
    },
  };
  return [canonical(cronJob)];
}
