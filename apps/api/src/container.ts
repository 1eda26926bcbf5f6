import type { Server } from 'node:http';
import { allEndpoints } from '@pilothouse/contract';
import type { Express } from 'express';
import type { Logger } from 'pino';
import { createApp } from './app.ts';
import { seedRoles } from './authz/roles.repository.ts';
import type { Config } from './config.ts';
import { Core } from './core.ts';
import type { Database } from './db/database.ts';
import { bumpVersion, type Versions } from './db/versions.ts';
import type { Feature } from './feature.ts';
import * as applications from './features/applications/applications.module.ts';
import * as audit from './features/audit/audit.module.ts';
import * as auth from './features/auth/auth.module.ts';
import * as clusterCondition from './features/cluster-condition/cluster-condition.module.ts';
import * as clusterFigures from './features/cluster-figures/cluster-figures.module.ts';
import * as clusters from './features/clusters/clusters.module.ts';
import * as cronJobs from './features/cron-jobs/cron-jobs.module.ts';
import * as demo from './features/demo/demo.module.ts';
import * as grants from './features/grants/grants.module.ts';
import * as groups from './features/groups/groups.module.ts';
import * as history from './features/history/history.module.ts';
import * as kubeconfigs from './features/kubeconfigs/kubeconfigs.module.ts';
import * as manifests from './features/manifests/manifests.module.ts';
import * as menus from './features/menus/menus.module.ts';
import * as operations from './features/operations/operations.module.ts';
import * as podLog from './features/pod-log/pod-log.module.ts';
import * as prometheus from './features/prometheus/prometheus.module.ts';
import * as portForwards from './features/port-forwards/port-forwards.module.ts';
import * as resources from './features/resources/resources.module.ts';
import * as templates from './features/templates/templates.module.ts';
import * as roles from './features/roles/roles.module.ts';
import * as terminals from './features/terminals/terminals.module.ts';
import * as tickets from './features/tickets/tickets.module.ts';
import * as tokens from './features/tokens/tokens.module.ts';
import * as usage from './features/usage/usage.module.ts';
import * as tree from './features/tree/tree.module.ts';
import * as users from './features/users/users.module.ts';
import * as webhooks from './features/webhooks/webhooks.module.ts';
import { Authentication } from './http/authentication.ts';
import { ApiRouter } from './http/mount.ts';
import { mountOpenApi } from './http/openapi.ts';
import { addressReader } from './http/request-context.ts';
import { spaFolder as productSpaFolder } from './http/spa.ts';
import { createLogger } from './log.ts';

/** Every feature; what one asks of another is handed over here. */
function buildFeatures(core: Core): { features: Feature[]; firstPassword: () => string | null } {
  const accounts = users.build(core);
  const menu = menus.build(core);
  const access = kubeconfigs.build(core);
  const registered = clusters.build(core, access.endAll);
  const objects = resources.build(core, history.recorderOf(core));
  const texts = manifests.build(core, objects);
  const services = tree.build(core);
  const forwards = portForwards.build(core);
  const scheduled = cronJobs.build(core);
  const deployed = applications.build(core, services.nodes, scheduled.ofProjects);
  const measuring = prometheus.build(core);
  const features: Feature[] = [
    accounts,
    menu,
    groups.build(core),
    grants.build(core),
    roles.build(core),
    services,
    deployed,
    webhooks.build(core, deployed.instances),
    scheduled,
    access,
    registered,
    clusterCondition.build(core),
    clusterFigures.build(core),
    auth.build(core, {
      user: accounts.get,
      menus: menu.menusOf,
      nodeShells: core.config.nodeShell !== null,
      portForwards: forwards.isOn,
    }),
    audit.build(core),
    operations.build(core),
    demo.build(core, registered.forDemo),
    objects,
    history.build(core, objects.read),
    texts,
    templates.build(core, texts.documents, objects),
    podLog.build(core),
    measuring,
    usage.build(core, objects, measuring.history),
    terminals.build(core),
    forwards,
    tickets.build(core),
    tokens.build(core),
  ];
  return { features, firstPassword: accounts.firstPassword };
}

/** One process of the platform, constructed but not running: the core, and every feature on it. */
export class Container {
  readonly config: Config;
  readonly log: Logger;
  readonly database: Database;
  readonly versions: Versions;
  readonly app: Express;
  readonly api: ApiRouter;
  readonly #core: Core;
  readonly #features: Feature[];
  readonly #firstPassword: () => string | null;
  #stopping = false;

  constructor(config: Config, log: Logger = createLogger(config.logLevel), spaFolder = productSpaFolder) {
    const core = new Core(config, log);
    const { features, firstPassword } = buildFeatures(core);
    const { database, metrics, authoriser, tokens, apiTokens, sessions } = core;
    const authentication = new Authentication(tokens, apiTokens, sessions);
    const api = new ApiRouter({ authentication, authoriser, audit: core.audit });
    for (const feature of features) {
      feature.mount?.(api);
      feature.topics?.(core.topics);
      feature.operations?.(core.operations);
      core.retention.add(...(feature.retention ?? []));
      Object.assign(core.sockets, feature.sockets);
      Object.assign(core.downloads, feature.downloads);
      core.hosts.push(...(feature.hosts ?? []));
    }
    mountOpenApi(api);
    api.finish();
    core.topics.finish(allEndpoints);

    this.config = config;
    this.log = log;
    this.database = database;
    this.versions = core.versions;
    this.api = api;
    this.app = createApp({
      config,
      api,
      database,
      metrics,
      log,
      hosts: core.hosts,
      spaFolder,
      isStopping: () => this.#stopping,
    });
    this.#core = core;
    this.#features = features;
    this.#firstPassword = firstPassword;
  }

  /**
   * Everything that has to be there before the first request. The schema has to be up to date.
   * @returns the first administrator's password when one was drawn, to be told once
   */
  async prepare(): Promise<string | null> {
    await this.database.transaction(async (queries) => {
      // one process at a time gets past these rows
      await bumpVersion(queries, 'access', 'policies');
      await seedRoles(queries);
      for (const feature of this.#features) await feature.prepare?.(queries);
    });
    await this.#core.open();
    return this.#firstPassword();
  }

  /** Takes up what happens by itself, once requests are answered. */
  async run(server: Server): Promise<void> {
    this.#core.start();
    const listening = { server, addressOf: addressReader(this.app) };
    for (const feature of this.#features) await feature.start?.(listening);
  }

  /** Says on `/readyz` that no more requests should come. */
  beginStop(): void {
    this.#stopping = true;
  }

  /** Ends what happens by itself and the streams; requests under way still find everything they need. */
  async stopWork(): Promise<void> {
    await Promise.all([this.#core.stop(), ...this.#features.map((feature) => feature.stop?.())]);
  }

  /** Lets go of clusters and the database. */
  async close(): Promise<void> {
    await this.#core.close();
  }
}
