import { endpoints } from '@pilothouse/contract';
import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { mount } from '../../http/mount.ts';
import { AuditedNames } from '../../projects/audited-names.ts';
import { ProjectNamespaces } from '../../projects/project-namespaces.repository.ts';
import { RegistryCredentials } from '../../projects/registry-credentials.repository.ts';
import { lookAgainMs } from '../../reconcile/status-feeds.ts';
import { atLeastEvery } from '../../ws/live-topics.ts';
import { CronJobGuard } from './cron-job-guard.ts';
import { CronJobRepository } from './cron-job.repository.ts';
import { CronJobRuns } from './cron-job-runs.ts';
import { CronJobService } from './cron-job.service.ts';

/** Cron jobs of projects. */
export function build(core: Core) {
  const { authoriser, config, database, reconciler, registry, secrets, versions } = core;
  const rows = new CronJobRepository(database);
  const cronJobs = new CronJobService({
    database,
    versions,
    authoriser,
    registry,
    reconciler,
    cronJobs: rows,
    namespaces: new ProjectNamespaces(database),
    registries: new RegistryCredentials(database, secrets),
    guard: new CronJobGuard(authoriser),
    runs: new CronJobRuns(),
    levels: config.treeLevels.length,
  });
  reconciler.register(cronJobs.source());
  const nameOf = async (project: string | undefined, id: string) => {
    const row = await rows.find(id);
    return row === null || row.projectId !== project ? null : row.name;
  };
  const names = new AuditedNames(authoriser, async ({ project, cronJob = '' }) => {
    const name = await nameOf(project, cronJob);
    return name && `/${name}`;
  });
  const namesOfAll = async ({
    params,
    body,
  }: {
    params: { project: string };
    body: { cronJobs: string[] };
  }) => {
    const all = await Promise.all(body.cronJobs.map(async (id) => (await nameOf(params.project, id)) ?? id));
    return `/${all.join(', ')}`;
  };
  const list = async (project: string) => ({ cronJobs: await cronJobs.list(project) });
  const changes = atLeastEvery(lookAgainMs, (_call, changed) => versions.onChange('applications', changed));
  const feature: Feature = {
    mount(api) {
      mount(api, endpoints.listCronJobs, ({ params }) => list(params.project));
      mount(
        api,
        endpoints.planCronJob,
        names.noting(
          ({ params, body }) => cronJobs.plan(params.project, body),
          ({ body }) => `/${body.name}`,
        ),
      );
      mount(
        api,
        endpoints.createCronJob,
        names.noting(
          ({ principal, params, body }) => cronJobs.create(principal, params.project, body),
          ({ body }) => `/${body.name}`,
        ),
      );
      mount(api, endpoints.getCronJob, ({ params }) => cronJobs.get(params));
      mount(
        api,
        endpoints.updateCronJob,
        names.noting(({ principal, params, body }) => cronJobs.update(principal, params, body)),
      );
      mount(
        api,
        endpoints.reconcileCronJob,
        names.noting(({ params }) => cronJobs.reconcile(params)),
      );
      mount(
        api,
        endpoints.suspendCronJobs,
        names.noting(async ({ principal, params, body }) => {
          const { cronJobs: ids, suspended } = body;
          return { changed: await cronJobs.suspend(principal, params.project, ids, suspended) };
        }, namesOfAll),
      );
      mount(
        api,
        endpoints.deleteCronJobs,
        names.noting(
          async ({ params, body }) => ({
            removing: await cronJobs.remove(params.project, body.cronJobs, body.abandon),
          }),
          namesOfAll,
        ),
      );
      mount(
        api,
        endpoints.runCronJob,
        names.noting(async ({ params, auditId }) => ({ job: await cronJobs.run(params, auditId) })),
      );
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
