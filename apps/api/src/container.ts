import type { Server } from 'node:http';
import path from 'node:path';
import { endpoints } from '@pilothouse/contract';
import type { Express } from 'express';
import type { Logger } from 'pino';
import { createApp } from './app.ts';
import { AccessTokens } from './authz/access-tokens.ts';
import { Authoriser } from './authz/authoriser.ts';
import { builtInRoles } from './authz/built-in-roles.ts';
import { LiveSessions } from './authz/live-sessions.ts';
import { Passwords } from './authz/passwords.ts';
import { seedRoles } from './authz/seed-roles.ts';
import { StreamAccess } from './authz/stream-access.ts';
import type { Config } from './config.ts';
import { createDatabase, type Database } from './db/database.ts';
import { deriveKey, fixedKeyRing, KeyFile, type KeyRing } from './db/key-ring.ts';
import { SecretBox } from './db/secret-box.ts';
import { bumpVersion, Versions } from './db/versions.ts';
import { AuditRepository } from './features/audit/audit.repository.ts';
import { mountAudit } from './features/audit/audit.routes.ts';
import { AuditTrail } from './features/audit/audit-trail.ts';
import { mountAuth } from './features/auth/auth.routes.ts';
import { AuthService } from './features/auth/auth.service.ts';
import { LoginGuard } from './features/auth/login-guard.ts';
import { SessionRepository } from './features/auth/session.repository.ts';
import { mountCandidates } from './features/clusters/candidates.routes.ts';
import { CandidatesService } from './features/clusters/candidates.service.ts';
import { ClusterHealthRepository } from './features/clusters/cluster-health.repository.ts';
import { addClusterMetrics } from './features/clusters/cluster-metrics.ts';
import { ClusterProber } from './features/clusters/cluster-prober.ts';
import { ClusterRegistry } from './features/clusters/cluster-registry.ts';
import { ClustersRepository } from './features/clusters/clusters.repository.ts';
import { mountClusters } from './features/clusters/clusters.routes.ts';
import { ClustersService } from './features/clusters/clusters.service.ts';
import { mountDemo } from './features/demo/demo.routes.ts';
import { DemoService } from './features/demo/demo.service.ts';
import { GrantService } from './features/grants/grant.service.ts';
import { mountGrants } from './features/grants/grants.routes.ts';
import { MenuRepository, seedMenus } from './features/menus/menu.repository.ts';
import { mountOperations } from './features/operations/operations.routes.ts';
import { OperationsService } from './features/operations/operations.service.ts';
import { createFirstAdministrator } from './features/users/first-administrator.ts';
import { UserService } from './features/users/user.service.ts';
import { mountUsers } from './features/users/users.routes.ts';
import { Authentication } from './http/authentication.ts';
import { Metrics } from './http/metrics.ts';
import { ApiRouter } from './http/mount.ts';
import { mountOpenApi } from './http/openapi.ts';
import { addressReader } from './http/request-context.ts';
import { spaFolder as productSpaFolder } from './http/spa.ts';
import { createLogger } from './log.ts';
import { Operations } from './operations/operations.ts';
import { OperationsRepository } from './operations/operations.repository.ts';
import { addPlatformTopics } from './live.ts';
import { Retention } from './retention.ts';
import { Resources } from './resources.ts';
import { Streams } from './streams.ts';
import { LiveTopics } from './ws/live-topics.ts';
import { liveHandler } from './ws/live.ts';
import { addStreamMetrics } from './ws/stream-metrics.ts';

/** The master keys of the settings, else of the data folder, where the first start makes one. */
export function keyRingOf(config: Pick<Config, 'masterKeys' | 'dataFolder'>): KeyRing {
  if (config.masterKeys !== null) return fixedKeyRing(config.masterKeys);
  return new KeyFile(path.join(config.dataFolder, 'master.key')).ensure();
}

/** One process of the platform, constructed but not running. */
export class Container {
  readonly config: Config;
  readonly log: Logger;
  readonly database: Database;
  readonly versions: Versions;
  readonly app: Express;
  readonly api: ApiRouter;
  #stopping = false;
  readonly #passwords = new Passwords();
  readonly #audit: AuditTrail;
  readonly #retention: Retention;
  readonly #auth: AuthService;
  readonly #registry: ClusterRegistry;
  readonly #prober: ClusterProber;
  readonly #candidates: CandidatesService;
  readonly #operations: Operations;
  readonly #streams: Streams;
  readonly #resources: Resources;
  readonly #demo: DemoService;

  constructor(config: Config, log: Logger = createLogger(config.logLevel), spaFolder = productSpaFolder) {
    this.config = config;
    this.log = log;
    const onError = (error: unknown) => log.error({ err: error });
    const keys = keyRingOf(config);
    const secrets = new SecretBox(keys);
    const database = createDatabase(config.databaseUrl);
    const versions = new Versions(database, onError);
    const metrics = new Metrics();
    const auditRepository = new AuditRepository(database);
    const audit = new AuditTrail(auditRepository, log);

    // clusters
    const clustersRepository = new ClustersRepository(database);
    const clusterHealth = new ClusterHealthRepository(database);
    const registry = new ClusterRegistry({
      repository: clustersRepository,
      versions,
      allowLoopback: config.allowLoopbackClusters,
      pingMs: config.pingMs,
      open: (id, sealed) => JSON.parse(secrets.open('clusters', id, 'credential', sealed).toString('utf8')),
      onError,
    });
    const prober = new ClusterProber({ registry, repository: clusterHealth, onError });
    const clusters = new ClustersService({
      repository: clustersRepository,
      health: clusterHealth,
      registry,
      prober,
      allowLoopback: config.allowLoopbackClusters,
      seal: (id, credential) => secrets.seal('clusters', id, 'credential', JSON.stringify(credential)),
    });
    const candidates = new CandidatesService({
      folder: config.kubeconfigsFolder,
      clusters,
      repository: clustersRepository,
      audit,
      onError,
    });

    // who, and what they may do
    const authoriser = new Authoriser(database, versions, (name) => registry.idOf(name));
    const sessions = new LiveSessions(database, versions);
    const tokens = new AccessTokens(deriveKey(keys.current(), 'access tokens'));
    const authentication = new Authentication(tokens, sessions);
    const users = new UserService(database, this.#passwords, versions);
    const grants = new GrantService(database, versions);
    const menus = new MenuRepository(database);
    const auth = new AuthService({
      database,
      sessions: new SessionRepository(database),
      passwords: this.#passwords,
      tokens,
      versions,
      guard: new LoginGuard(),
    });

    // long work
    const operationsRepository = new OperationsRepository(database);
    const operations = new Operations({
      database,
      repository: operationsRepository,
      audit,
      authoriser,
      onError,
    });
    const demo = new DemoService({
      settings: config,
      dataDir: path.join(config.dataFolder, 'clusters'),
      clusters,
      hasKubeconfigs: () => candidates.hasFiles(),
      operations,
      repository: operationsRepository,
    });

    const retention = new Retention({
      audit: auditRepository,
      operations: operationsRepository,
      ...config.retention,
      onError,
    });

    const operationsService = new OperationsService(operations, operationsRepository, authoriser);

    // clusters' objects
    const findCluster = (name: string) => registry.get(name);
    const resources = new Resources({ findCluster, authoriser, operations });
    const topics = new LiveTopics();
    resources.addTopics(topics);
    addClusterMetrics(metrics.registry, () =>
      registry.handles().flatMap((handle) => {
        const { name, traffic } = handle;
        return traffic === undefined ? [] : [{ name, traffic, ...resources.sizeOf(handle) }];
      }),
    );
    addPlatformTopics(topics, { clusters, registry, operations, operationsService });
    topics.finish(Object.values(endpoints));

    // streams
    const rights = new StreamAccess(sessions, authoriser, versions);
    const streams = new Streams({
      publicUrl: config.publicUrl,
      pingMs: config.pingMs,
      database,
      secrets,
      audit,
      authoriser,
      rights,
      limits: config.streamLimits,
      retention: config.retention,
      findCluster,
      onClusterRemoved: (listener) => registry.onRemoved(listener),
      live: liveHandler({ topics, authoriser, onError }, rights),
      onError,
    });

    addStreamMetrics(metrics.registry, () => streams.counts);

    const api = new ApiRouter({ authentication, authoriser, audit });
    mountAuth(api, {
      service: auth,
      profile: {
        user: (id) => users.get(id),
        menus: (id) => menus.menusOf(id),
        grants: (id) => grants.ownGrants(id),
      },
      publicUrl: config.publicUrl,
    });
    mountUsers(api, users);
    mountGrants(api, grants);
    mountAudit(api, auditRepository);
    mountClusters(api, clusters, registry);
    mountCandidates(api, candidates);
    mountDemo(api, demo);
    mountOperations(api, operationsService);
    resources.mount(api);
    streams.mount(api);
    mountOpenApi(api);
    api.finish();

    this.database = database;
    this.versions = versions;
    this.api = api;
    this.app = createApp({
      config,
      api,
      database,
      metrics,
      log,
      spaFolder,
      isStopping: () => this.#stopping,
    });
    this.#audit = audit;
    this.#retention = retention;
    this.#auth = auth;
    this.#registry = registry;
    this.#prober = prober;
    this.#candidates = candidates;
    this.#operations = operations;
    this.#streams = streams;
    this.#resources = resources;
    this.#demo = demo;
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
      await seedMenus(queries, builtInRoles);
    });
    const password = await createFirstAdministrator(
      this.database,
      this.#passwords,
      this.config.adminPassword,
    );
    await this.versions.start();
    await this.#registry.start();
    return password;
  }

  /** Takes up what happens by itself, once requests are answered. */
  async run(server: Server): Promise<void> {
    this.#streams.start(server, addressReader(this.app));
    this.#auth.start((error) => this.log.error({ err: error }));
    this.#prober.start();
    this.#retention.start();
    this.#operations.start();
    this.#candidates.start();
    await this.#demo.start();
  }

  /** Says on `/readyz` that no more requests should come. */
  beginStop(): void {
    this.#stopping = true;
  }

  /** Ends what happens by itself and the streams; requests under way still find everything they need. */
  async stopWork(): Promise<void> {
    await Promise.all([this.#streams.stop(), this.#candidates.stop()]);
    await this.#operations.stop();
    await this.#demo.stop();
    await this.#prober.stop();
    await this.#retention.stop();
    this.#resources.stop();
    this.#auth.stop();
  }

  /** Lets go of clusters and the database. */
  async close(): Promise<void> {
    await this.#registry.stop();
    await this.#audit.flush();
    this.versions.stop();
    await this.database.close();
  }
}
