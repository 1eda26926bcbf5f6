import { batchChange, endpoints } from '@pilothouse/contract';
import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { mount } from '../../http/mount.ts';
import { AuditedNames } from '../../projects/audited-names.ts';
import { ProjectNamespaces } from '../../projects/project-namespaces.repository.ts';
import { RegistryCredentials } from '../../projects/registry-credentials.repository.ts';
import { lookAgainMs } from '../../reconcile/status-feeds.ts';
import { atLeastEvery } from '../../ws/live-topics.ts';
import { ApplicationChanges } from './application-changes.ts';
import { ApplicationRepository } from './application.repository.ts';
import { ApplicationService, type TreeNodesDoor } from './application.service.ts';
import { DriftAdoption } from './drift-adoption.ts';
import { InstanceRepository } from './instance.repository.ts';
import { InstanceService, type InstanceRef } from './instance.service.ts';
import { instanceSource, sharedSource } from './instance-sources.ts';
import { InstanceViews } from './instance-views.ts';
import { InstanceMoves } from './moves/instance-moves.ts';
import { moveHandler, moveKind } from './moves/move-handler.ts';
import { MovePlans } from './moves/move-plan.ts';
import { NodeRepository } from './node.repository.ts';
import { batchHandler } from './operations/batch-handler.ts';
import { InstanceOperations, batchKindOf, rollOutKind } from './operations/instance-operations.ts';
import { InstanceProgress } from './operations/instance-progress.ts';
import { rollOutHandler } from './operations/roll-out-handler.ts';
import { ProjectDeletion, type CronJobsDoor } from './project-deletion.ts';
import { projectDeletionHandler, projectDeletionKind } from './project-deletion-handler.ts';
import { ProjectService } from './project.service.ts';
import { RegistryService } from './registry.service.ts';
import { Rendering } from './rendering.ts';
import { SpecGuard } from './spec-guard.ts';

const podsEveryMs = 3000;

/** Projects, applications and instances: what should run where, along the service tree. */
export function build(core: Core, tree: TreeNodesDoor, cronJobs: CronJobsDoor) {
  const { authoriser, config, database, onError, operations, reconciler } = core;
  const { registry, secrets, unitPods, versions } = core;
  const levels = config.treeLevels.length;
  const applications = new ApplicationRepository(database, secrets);
  const instances = new InstanceRepository(database);
  const namespaces = new ProjectNamespaces(database);
  const registries = new RegistryCredentials(database, secrets);
  const nodes = new NodeRepository(database);
  const changes = new ApplicationChanges({ database, versions, reconciler });
  const rows = { applications, instances, namespaces, nodes, registries };
  const parts = { ...rows, authoriser, changes, levels, reconciler };
  const rendering = new Rendering(parts);
  const views = new InstanceViews({ ...parts, registry, rendering });
  const guard = new SpecGuard(authoriser, namespaces);
  const projects = new ProjectService({ ...parts, registry, guard });
  const registryService = new RegistryService({ ...parts, registry });
  const application = new ApplicationService({ ...parts, tree, views, guard });
  const instance = new InstanceService({ ...parts, views, rendering, guard });
  const adoption = new DriftAdoption({ ...parts, service: instance, rendering });
  const deletion = new ProjectDeletion({ ...parts, cronJobs, operations });
  const names = new AuditedNames(authoriser, async ({ application: node, instance: id }) => {
    if (id === undefined) return '';
    const row = await instances.find(id);
    return row === null || row.applicationId !== node ? null : `/${row.name}`;
  });
  const moves = new InstanceMoves({ ...parts, guard });
  const movePlans = new MovePlans({ ...parts, moves, guard, rendering, registry });
  const started = new InstanceOperations({ ...parts, operations, guard, moves });
  const progress = new InstanceProgress({ reconciler, versions, onError });
  const handled = { instances, service: instance, progress };
  for (const { shape } of batchChange.options)
    operations.register(batchKindOf(shape.action.value), batchHandler(handled));
  operations.register(rollOutKind, rollOutHandler(handled));
  operations.register(moveKind, moveHandler({ authoriser, moves, progress }));
  reconciler.register(sharedSource({ ...parts, rendering }));
  reconciler.register(instanceSource({ ...parts, rendering }));

  /** What is different for whoever looks: rows, what is known of clusters, or rights. */
  const watch = (_call: unknown, changed: () => void) => {
    const stops = [versions.onChange('applications', changed), versions.onChange('policies', changed)];
    return () => stops.forEach((stop) => stop());
  };

  const watchInstances = atLeastEvery(lookAgainMs, watch);
  /** Their cluster is asked anew every few seconds while somebody looks. */
  const watchPods = atLeastEvery(podsEveryMs, watch);
  const pods = async (ref: InstanceRef) => unitPods.pods(await instance.unit(ref));
  const events = async (ref: InstanceRef) => ({ events: await unitPods.events(await instance.unit(ref)) });

  return {
    instances: instance,
    mount(api) {
      mount(api, endpoints.listProjects, async ({ principal }) => ({
        projects: await projects.list(principal),
      }));
      mount(api, endpoints.getProject, ({ principal, params }) => projects.get(principal, params.project));
      mount(api, endpoints.planProjectDeletion, ({ principal, params }) =>
        deletion.plan(principal, params.project),
      );
      mount(
        api,
        endpoints.deleteProject,
        names.noting(async ({ principal, params, body, address }) => ({
          operation: await deletion.submit(principal, params.project, body.path, address),
        })),
      );
      mount(
        api,
        endpoints.openNamespace,
        names.noting(({ principal, params, body, auditId, signal }) =>
          projects.open(principal, params.project, body, { auditId, signal }),
        ),
      );
      mount(
        api,
        endpoints.updateNamespace,
        names.noting(({ principal, params, body, auditId, signal }) =>
          projects.update(principal, params.project, params.namespace, body, { auditId, signal }),
        ),
      );
      mount(
        api,
        endpoints.closeNamespace,
        names.noting(({ params, auditId, signal }) =>
          projects.close(params.project, params.namespace, { auditId, signal }),
        ),
      );

      mount(api, endpoints.listRegistries, async ({ params }) => ({
        registries: await registryService.list(params.project),
      }));
      mount(
        api,
        endpoints.addRegistry,
        names.noting(({ principal, params, body }) => registryService.add(principal, params.project, body)),
      );
      mount(
        api,
        endpoints.changeRegistry,
        names.noting(async ({ principal, params: { project, registry: id }, body, noteAudit }) => {
          noteAudit({ params: { host: await registryService.hostOf(project, id) } });
          return registryService.change(principal, project, id, body);
        }),
      );
      mount(
        api,
        endpoints.removeRegistry,
        names.noting(async ({ params: { project, registry: id }, noteAudit }) => {
          noteAudit({ params: { host: await registryService.hostOf(project, id) } });
          return registryService.remove(project, id);
        }),
      );

      mount(api, endpoints.listApplications, async ({ principal, query }) => ({
        applications: await application.list(principal, query),
      }));
      mount(
        api,
        endpoints.createApplication,
        names.noting(
          ({ principal, params, body }) => application.create(principal, params.project, body),
          ({ body }) => `.${body.name}`,
        ),
      );
      mount(api, endpoints.getApplication, ({ params }) => application.get(params.application));
      mount(
        api,
        endpoints.planApplication,
        names.noting(({ params, body }) => application.plan(params.application, body.spec)),
      );
      mount(
        api,
        endpoints.updateApplication,
        names.noting(({ principal, params, body }) =>
          application.update(principal, params.application, body),
        ),
      );
      mount(
        api,
        endpoints.setApplicationSecrets,
        names.noting(({ params, body }) => application.setSecrets(params.application, body.secrets)),
      );
      mount(
        api,
        endpoints.deleteApplication,
        names.noting(({ params }) => application.remove(params.application)),
      );

      mount(api, endpoints.listInstances, async ({ principal, query }) => ({
        instances: await instance.list(principal, query),
      }));
      mount(
        api,
        endpoints.planInstance,
        names.noting(
          ({ params, body }) => instance.plan(params.application, body),
          ({ body }) => `/${body.name}`,
        ),
      );
      mount(
        api,
        endpoints.createInstance,
        names.noting(
          ({ principal, params, body }) => instance.create(principal, params.application, body),
          ({ body }) => `/${body.name}`,
        ),
      );
      mount(
        api,
        endpoints.batchInstances,
        names.noting(async ({ principal: { userId, username }, address, params, body }) => ({
          operation: await started.batch({ userId, username, address }, params.application, body),
        })),
      );
      mount(
        api,
        endpoints.rollOutApplication,
        names.noting(async ({ principal: { userId, username }, address, params, body }) => ({
          operation: await started.rollOut({ userId, username, address }, params.application, body),
        })),
      );
      mount(api, endpoints.getInstance, ({ params }) => instance.get(params));
      mount(
        api,
        endpoints.updateInstance,
        names.noting(({ principal, params, body }) => instance.update(principal, params, body)),
      );
      mount(
        api,
        endpoints.scaleInstance,
        names.noting(({ principal, params, body }) =>
          instance.change(principal, params, { replicas: body.replicas }, body.reason),
        ),
      );
      mount(
        api,
        endpoints.setInstanceImage,
        names.noting(({ principal, params, body }) =>
          instance.change(principal, params, { image: body.image }, body.reason),
        ),
      );
      mount(
        api,
        endpoints.restartInstance,
        names.noting(({ params }) => instance.restart(params)),
      );
      mount(
        api,
        endpoints.pauseInstance,
        names.noting(({ params, body }) => instance.pause(params, body.paused)),
      );
      mount(
        api,
        endpoints.reconcileInstance,
        names.noting(({ params }) => instance.reconcile(params)),
      );
      mount(api, endpoints.getInstanceDrift, ({ params }) => adoption.drift(params));
      mount(
        api,
        endpoints.planAdoption,
        names.noting(({ params, body }) => adoption.plan(params, body.fields)),
      );
      mount(
        api,
        endpoints.adoptDrift,
        names.noting(({ principal, params, body }) => adoption.adopt(principal, params, body)),
      );
      mount(api, endpoints.listInstanceVersions, async ({ params }) => ({
        versions: await instance.versions(params),
      }));
      mount(
        api,
        endpoints.rollBackInstance,
        names.noting(({ principal, params, body }) =>
          instance.rollBack(principal, params, body.version, body.reason),
        ),
      );
      mount(
        api,
        endpoints.deleteInstance,
        names.noting(({ params, query }) => instance.remove(params, query.abandon ?? false)),
      );
      mount(
        api,
        endpoints.planInstanceMove,
        names.noting(({ params, body }) => movePlans.of(params, body.namespaceId)),
      );
      mount(
        api,
        endpoints.moveInstance,
        names.noting(async ({ principal: { userId, username }, address, params, body, noteAudit }) => {
          const place = await namespaces.find(body.namespaceId);
          if (place !== null) noteAudit({ params: { place: `${place.cluster}/${place.namespace}` } });
          return { operation: await started.move({ userId, username, address }, params, body) };
        }),
      );
      mount(api, endpoints.exportInstance, async ({ params }) => ({
        yaml: await instance.manifests(params),
      }));
      mount(api, endpoints.listInstancePods, ({ params }) => pods(params));
      mount(api, endpoints.listInstanceEvents, ({ params }) => events(params));
    },
    operations(runner) {
      const doors = { tree, cronJobs, application, instance, registry };
      runner.register(projectDeletionKind, projectDeletionHandler({ ...parts, ...doors }));
    },
    topics(topics) {
      topics.add(endpoints.listProjects, {
        read: async ({ principal }) => ({ projects: await projects.list(principal) }),
        watch,
      });
      topics.add(endpoints.getProject, {
        read: ({ principal, params }) => projects.get(principal, params.project),
        watch,
      });
      topics.add(endpoints.listRegistries, {
        read: async ({ params }) => ({ registries: await registryService.list(params.project) }),
        watch,
      });
      topics.add(endpoints.listApplications, {
        read: async ({ principal, query }) => ({
          applications: await application.list(principal, query),
        }),
        watch,
      });
      topics.add(endpoints.getApplication, {
        read: ({ params }) => application.get(params.application),
        watch,
      });
      topics.add(endpoints.listInstances, {
        read: async ({ principal, query }) => ({ instances: await instance.list(principal, query) }),
        watch: watchInstances,
      });
      topics.add(endpoints.getInstance, {
        read: ({ params }) => instance.get(params),
        watch: watchInstances,
      });
      topics.add(endpoints.listInstancePods, { read: ({ params }) => pods(params), watch: watchPods });
      topics.add(endpoints.listInstanceEvents, { read: ({ params }) => events(params), watch: watchPods });
    },
  } satisfies Feature & Record<string, unknown>;
}
