import path from 'node:path';
import type { Logger } from 'pino';
import { AuditRepository } from './audit/audit.repository.ts';
import { AuditTrail } from './audit/audit-trail.ts';
import { AccessTokens } from './authz/access-tokens.ts';
import { ApiTokens } from './authz/api-tokens.ts';
import { Authoriser } from './authz/authoriser.ts';
import { LiveSessions } from './authz/live-sessions.ts';
import { Passwords } from './authz/passwords.ts';
import { StreamAccess } from './authz/stream-access.ts';
import { UserRepository } from './authz/user.repository.ts';
import { ClusterConnections } from './clusters/cluster-connections.repository.ts';
import { ClusterRegistry } from './clusters/cluster-registry.ts';
import type { Config } from './config.ts';
import { createDatabase, type Database } from './db/database.ts';
import { deriveKey, fixedKeyRing, KeyFile, type KeyRing } from './db/key-ring.ts';
import { Processes } from './db/processes.ts';
import { dayMs, Retention } from './db/retention.ts';
import { SecretBox } from './db/secret-box.ts';
import { Versions } from './db/versions.ts';
import type { HostDoor } from './http/host-door.ts';
import { Metrics } from './http/metrics.ts';
import { Operations } from './operations/operations.ts';
import { OperationsRepository } from './operations/operations.repository.ts';
import { StoredInputs } from './operations/stored-inputs.ts';
import type { Downloads } from './ws/downloads.ts';
import { LiveTopics } from './ws/live-topics.ts';
import { liveHandler } from './ws/live.ts';
import type { SocketHandlers } from './ws/router.ts';
import { addReconcileMetrics } from './reconcile/reconcile-metrics.ts';
import { Reconciler } from './reconcile/reconciler.ts';
import { UnitPods } from './reconcile/unit-pods.ts';
import { StreamGuard } from './ws/stream-guard.ts';
import { addStreamMetrics } from './ws/stream-metrics.ts';
import { UnitPlaces } from './ws/through/unit-place.repository.ts';
import { UnitStreams } from './ws/through/unit-streams.ts';

/** The master keys of the settings, else of the data folder, where the first start makes one. */
export function keyRingOf(config: Pick<Config, 'masterKeys' | 'dataFolder'>): KeyRing {
  if (config.masterKeys !== null) return fixedKeyRing(config.masterKeys);
  return new KeyFile(path.join(config.dataFolder, 'master.key')).ensure();
}

/** What every feature stands on, constructed but not running. It knows none of them. */
export class Core {
  readonly config: Config;
  readonly log: Logger;
  /** For what nobody waits for. */
  readonly onError: (error: unknown) => void;
  readonly database: Database;
  readonly secrets: SecretBox;
  /** The master keys; what is for a purpose of its own is derived from them. */
  readonly keys: KeyRing;
  readonly versions: Versions;
  /** Which processes of the platform are at work; this one is one of them. */
  readonly processes: Processes;
  readonly metrics = new Metrics();
  readonly audit: AuditTrail;
  /** The registered clusters. */
  readonly registry: ClusterRegistry;
  /** Accounts. */
  readonly users: UserRepository;
  readonly passwords = new Passwords();
  readonly tokens: AccessTokens;
  readonly apiTokens: ApiTokens;
  readonly sessions: LiveSessions;
  readonly authoriser: Authoriser;
  readonly operations: Operations;
  /** The rows of {@link Core.operations}. */
  readonly operationRows: OperationsRepository;
  /** Writes what MySQL says to clusters. */
  readonly reconciler: Reconciler;
  /** Pods of what it writes. */
  readonly unitPods: UnitPods;
  readonly retention: Retention;
  readonly topics = new LiveTopics();
  /** Rights as streams are held to them. */
  readonly streamAccess: StreamAccess;
  readonly streams: StreamGuard;
  /** Streams of Pods to which somebody comes by the service tree. */
  readonly unitStreams: UnitStreams;
  /** Who serves which socket, and which download: filled by the features before the first is asked for. */
  readonly sockets: Partial<SocketHandlers>;
  readonly downloads: Partial<Downloads> = {};
  /** Host names that are not the platform's, filled in the same way. */
  readonly hosts: HostDoor[] = [];

  constructor(config: Config, log: Logger) {
    const onError = (error: unknown) => log.error({ err: error });
    const keys = keyRingOf(config);
    const database = createDatabase(config.databaseUrl);
    const secrets = new SecretBox(keys);
    const versions = new Versions(database, onError);
    const auditRows = new AuditRepository(database);
    const processes = new Processes(database, onError);
    const audit = new AuditTrail({ rows: auditRows, log, owner: processes.id });
    processes.onTidy(() => audit.closeOrphans());
    const registry = new ClusterRegistry({
      repository: new ClusterConnections(database),
      versions,
      allowLoopback: config.allowLoopbackClusters,
      pingMs: config.pingMs,
      open: (id, sealed) => JSON.parse(secrets.open('clusters', id, 'credential', sealed).toString('utf8')),
      onError,
    });
    const sessions = new LiveSessions(database, versions);
    const authoriser = new Authoriser(database, versions, (name) => registry.idOf(name));
    const inputs = new StoredInputs(secrets);
    const operationRows = new OperationsRepository(database, inputs);
    const retention = new Retention(onError);
    const { auditDays, operationDays } = config.retention;
    retention.add(
      { keepMs: auditDays * dayMs, prune: (before, most) => auditRows.prune(before, most) },
      { keepMs: operationDays * dayMs, prune: (before, most) => operationRows.prune(before, most) },
    );
    const streamAccess = new StreamAccess(sessions, authoriser, versions);
    const streams = new StreamGuard(streamAccess, config.streamLimits);
    registry.onRemoved(({ name }) => streams.clusterRemoved(name));
    addStreamMetrics(this.metrics.registry, () => streams.counts);

    this.config = config;
    this.log = log;
    this.onError = onError;
    this.database = database;
    this.secrets = secrets;
    this.keys = keys;
    this.versions = versions;
    this.processes = processes;
    this.audit = audit;
    this.registry = registry;
    this.users = new UserRepository(database);
    this.tokens = new AccessTokens(deriveKey(keys.current(), 'access tokens'));
    this.apiTokens = new ApiTokens(database, onError);
    this.sessions = sessions;
    this.authoriser = authoriser;
    this.operations = new Operations({
      database,
      owner: processes.id,
      repository: operationRows,
      inputs,
      audit,
      authoriser,
      onError,
    });
    this.operationRows = operationRows;
    this.reconciler = new Reconciler({
      database,
      registry,
      versions,
      owner: processes.id,
      hashKey: deriveKey(keys.current(), 'reconciled objects'),
      onError,
    });
    addReconcileMetrics(this.metrics.registry, () => this.reconciler.counts());
    this.unitPods = new UnitPods(database, registry);
    this.retention = retention;
    this.streamAccess = streamAccess;
    this.streams = streams;
    this.unitStreams = new UnitStreams(new UnitPlaces(database), (name) => registry.get(name), this.unitPods);
    this.sockets = { live: liveHandler({ topics: this.topics, authoriser, onError }, streamAccess) };
  }

  /** Begins to know what is registered and what has changed; the rows of `prepare` are there. */
  async open(): Promise<void> {
    await this.processes.start();
    await this.versions.start();
    await this.registry.start();
  }

  /** Takes up what happens by itself. */
  start(): void {
    this.retention.start();
    this.operations.start();
    this.reconciler.start();
  }

  /** Ends that. */
  async stop(): Promise<void> {
    await Promise.all([this.operations.stop(), this.reconciler.stop(), this.retention.stop()]);
  }

  /** Lets go of clusters and the database. */
  async close(): Promise<void> {
    await this.registry.stop();
    await this.audit.flush();
    await this.processes.stop();
    this.versions.stop();
    await this.database.close();
  }
}
