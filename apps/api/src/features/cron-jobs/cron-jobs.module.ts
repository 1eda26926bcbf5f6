import { endpoints } from '@pilothouse/contract';
import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { mount } from '../../http/mount.ts';
import { ProjectNamespaces } from '../../projects/project-namespaces.repository.ts';
import { RegistryCredentials } from '../../projects/registry-credentials.repository.ts';
import { CronJobGuard } from './cron-job-guard.ts';
import { CronJobRepository } from './cron-job.repository.ts';
import { CronJobRuns } from './cron-job-runs.ts';
import { CronJobService } from './cron-job.service.ts';

/** Cron jobs of projects. */
export function build(core: Core) {
  const { authoriser, config, database, reconciler, registry, secrets, versions } = core;
  const cronJobs = new CronJobService({
    database,
    versions,
    authoriser,
    registry,
    reconciler,
    cronJobs: new CronJobRepository(database),
    namespaces: new ProjectNamespaces(database),
    registries: new RegistryCredentials(database, secrets),
    guard: new CronJobGuard(authoriser),
    runs: new CronJobRuns(),
    levels: config.treeLevels.length,
  });
  reconciler.register(cronJobs.source());
  const list = async (project: string) => ({ cronJobs: await cronJobs.list(project) });
  const changes = (_call: unknown, changed: () => void) => versions.onChange('applications', changed);
  const feature: Feature = {
    mount(api) {
      mount(api, endpoints.listCronJobs, ({ params }) => list(params.project));
      mount(api, endpoints.planCronJob, ({ params, body }) => cronJobs.plan(params.project, body));
      mount(api, endpoints.createCronJob, ({ principal, params, body }) =>
        cronJobs.create(principal, params.project, body),
      );
      mount(api, endpoints.getCronJob, ({ params }) => cronJobs.get(params));
      mount(api, endpoints.updateCronJob, ({ principal, params, body }) =>
        cronJobs.update(principal, params, body),
      );
      mount(api, endpoints.suspendCronJobs, async ({ principal, params, body }) => ({
        changed: await cronJobs.suspend(principal, params.project, body.cronJobs, body.suspended),
      }));
      mount(api, endpoints.deleteCronJobs, async ({ params, body }) => ({
        removing: await cronJobs.remove(params.project, body.cronJobs, body.abandon),
      }));
      mount(api, endpoints.runCronJob, async ({ params, auditId }) => ({
        job: await cronJobs.run(params, auditId),
      }));
      mount(api, endpoints.listCronJobRuns, ({ params }) => cronJobs.listRuns(params));
    },
    topics(topics) {
      topics.add(endpoints.listCronJobs, { read: ({ params }) => list(params.project), watch: changes });
      topics.add(endpoints.getCronJob, { read: ({ params }) => cronJobs.get(params), watch: changes });
      topics.add(endpoints.listCronJobRuns, {
        read: ({ params }) => cronJobs.listRuns(params),
        watch: async ({ params }, changed) => {
          const stops = [
            await cronJobs.watchRuns(params, changed),
            versions.onChange('applications', changed),
          ];
          return () => stops.forEach((stop) => stop());
        },
      });
    },
  };
  /** For whoever deletes a project. */
  const ofProjects = { of: cronJobs.list.bind(cronJobs), remove: cronJobs.remove.bind(cronJobs) };
  return { ...feature, ofProjects };
}
