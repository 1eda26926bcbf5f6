import type { CronJobSpec, NamespaceDefaults } from '@pilothouse/contract';
import type { CronJob, KubernetesObject } from '@pilothouse/kinds';
import { canonical } from './canonical.ts';
import { effectiveSpec } from './effective-spec.ts';
import { cronJobLabel, labelValue, pathAnnotation, withoutReserved } from './labels.ts';
import { registrySecretName } from './object-name.ts';
import { renderPodSpec } from './pod-spec.ts';
import { registrySecret, type RegistryCredential } from './registry-secret.ts';

export interface CronJobToRender {
  id: string;
  name: string;
  path: string;
  project: string;
  namespace: string;
  spec: CronJobSpec;
  defaults: NamespaceDefaults;
  registries: readonly RegistryCredential[];
}

/** Its pull secret and the CronJob; Jobs get their labels (`pilothouse.io/cron-job: <id>`) from its template. */
export function renderCronJob(input: CronJobToRender): KubernetesObject[] {
  const { id, name, path, project, namespace, spec, defaults, registries } = input;
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
  const labels = { ...ofJobs, 'app.kubernetes.io/part-of': labelValue(project) };
  const pullSecret = registries.length > 0 ? registrySecretName(id) : undefined;
  const cronJob: CronJob = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, namespace, labels, annotations: { [pathAnnotation]: path } },
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
                pullSecret,
              }),
              // another Pod for another try: the log of the one that failed stays
              restartPolicy: 'Never',
            },
          },
        },
      },
    },
  };
  if (pullSecret === undefined) return [canonical(cronJob)];
  return [canonical(registrySecret(registries, { name: pullSecret, namespace, labels })), canonical(cronJob)];
}
