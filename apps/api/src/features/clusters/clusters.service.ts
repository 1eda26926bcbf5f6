import {
  dnsLabel,
  probeHistoryHours,
  type clusterProbesEndpoints,
  type OutputOf,
} from '@pilothouse/contract';
import {
  connect,
  tokenExpiresAt,
  type ClusterCredential,
  type KubeconfigInspection,
  type ProbeResult,
} from '@pilothouse/kube';
import type { Principal } from '../../authz/principal.ts';
import { newId } from '../../db/ids.ts';
import { AppError } from '../../http/app-error.ts';
import {
  chooseContext,
  inspect,
  parse,
  type ChosenContext,
  type KubeconfigChoice,
} from './chosen-context.ts';
import type { ClusterHealthRepository } from './cluster-health.repository.ts';
import { probeWithin, type ClusterProber } from './cluster-prober.ts';
import type { ClusterRegistry } from '../../clusters/cluster-registry.ts';
import { clusterView, type ClusterView } from './cluster-view.ts';
import { freeName } from './free-name.ts';
import type {
  ClusterRow,
  ClusterSettings,
  ClusterSource,
  ClustersRepository,
  FileVersion,
  StoredCredential,
} from './clusters.repository.ts';

/** Where a kubeconfig came from. */
export interface Origin {
  source: ClusterSource;
  file: FileVersion | null;
}

export const defaultSettings: ClusterSettings = {
  displayName: '',
  environment: 'other',
  description: '',
  owner: '',
  labels: {},
  timeoutMs: 10_000,
  keepsUsage: false,
};

export const pasted: Origin = { source: 'pasted', file: null };

/**
 * Takes back the access that was given to people outside; tells what is left in the cluster, how to delete it there, and
 * why.
 */
export type EndIssuedAccess = (
  principal: Principal,
  cluster: string,
) => Promise<{ count: number; commands: string[]; reason: AppError } | null>;

export interface ClustersServiceOptions {
  repository: ClustersRepository;
  health: ClusterHealthRepository;
  registry: ClusterRegistry;
  prober: ClusterProber;
  endIssuedAccess: EndIssuedAccess;
  seal: (clusterId: string, credential: ClusterCredential) => Uint8Array<ArrayBuffer>;
  /** `PILOTHOUSE_ALLOW_LOOPBACK_CLUSTERS`. */
  allowLoopback: boolean;
}

/** Registering, showing, changing and forgetting clusters. */
export class ClustersService {
  readonly #options: ClustersServiceOptions;

  constructor(options: ClustersServiceOptions) {
    this.#options = options;
  }

  /** Says what is in a kubeconfig, and with `probe` whether the chosen context works. Stores nothing. */
  async inspect(
    choice: KubeconfigChoice & { probe: boolean },
  ): Promise<KubeconfigInspection & { probe: ProbeResult | null }> {
    const kubeconfig = parse(choice.kubeconfig);
    const inspection = inspect(kubeconfig);
    if (!choice.probe) return { ...inspection, probe: null };
    const { allowLoopback } = this.#options;
    const { credential } = chooseContext({ ...choice, kubeconfig }, allowLoopback);
    return { ...inspection, probe: await probeCredential(credential, allowLoopback) };
  }

  /** `ids` narrows to these. Showing them counts as looking at them. */
  async list(ids: 'all' | string[]): Promise<ClusterView[]> {
    const rows = await this.#options.repository.list(ids === 'all' ? undefined : ids);
    this.#options.prober.lookedAt(rows.map(({ id }) => id));
    return rows.map((row) => this.#view(row));
  }

  async get(name: string): Promise<ClusterView> {
    const row = await this.#row(name);
    this.#options.prober.lookedAt([row.id]);
    return this.#view(row);
  }

  /**
   * Registers a cluster, reachable or not; its first probe is part of the answer. Throws `conflict` when the name is
   * taken, `addressForbidden` when the server is where no cluster may be, and the `kubeconfig…` codes.
   */
  async register(
    request: KubeconfigChoice & ClusterSettings & { name: string },
    origin: Origin,
  ): Promise<ClusterView> {
    const { name, displayName, environment, description, owner, labels, timeoutMs, keepsUsage } = request;
    const { repository, registry, health } = this.#options;
    const chosen = chooseContext(request, this.#mayBeLoopback(origin));
    const probe = await this.#firstProbe(chosen, origin);
    const id = newId();
    const settings = { displayName, environment, description, owner, labels, timeoutMs, keepsUsage };
    await repository.create({
      id,
      name,
      settings,
      credential: this.#stored(id, chosen, origin),
      file: origin.file,
    });
    await health.record(id, probe);
    await registry.refresh();
    return this.get(name);
  }

  async edit(name: string, settings: Partial<ClusterSettings>): Promise<ClusterView> {
    const { id } = await this.#row(name);
    await this.#options.repository.edit(id, settings);
    await this.#options.registry.refresh();
    return this.get(name);
  }

  /** Stores another credential for the same cluster; its connections are made anew. */
  async replaceKubeconfig(name: string, choice: KubeconfigChoice, origin: Origin): Promise<ClusterView> {
    const { repository, registry, health } = this.#options;
    const { id } = await this.#row(name);
    const chosen = chooseContext(choice, this.#mayBeLoopback(origin));
    const probe = await this.#firstProbe(chosen, origin);
    await repository.replaceCredential(id, name, this.#stored(id, chosen, origin), origin.file);
    await registry.refresh();
    await health.record(id, { ...probe, at: new Date().toISOString() });
    registry.announce(id);
    return this.get(name);
  }

  /**
   * Ends its streams and stores, takes its grants away; of what is in the cluster only issued access goes. Throws
   * `kubeconfigsRemain` where that cannot be taken back, and then all stays, unless it is to be left.
   */
  async remove(
    principal: Principal,
    name: string,
    { leaveKubeconfigs }: { leaveKubeconfigs: boolean },
  ): Promise<void> {
    const { repository, registry, endIssuedAccess } = this.#options;
    const { id } = await this.#row(name);
    const left = await endIssuedAccess(principal, name);
    if (left !== null && !leaveKubeconfigs) {
      const { commands, reason } = left;
      const params = { cluster: name, count: left.count, reason: reason.message };
      throw new AppError('kubeconfigsRemain', { ...params, commands: commands.join('\n') }, undefined, {
        cause: reason,
      });
    }
    await repository.remove(id);
    await registry.refresh();
  }

  async probe(name: string): Promise<ClusterView> {
    const { id } = await this.#row(name);
    await this.#options.prober.probeNow(id);
    return this.get(name);
  }

  /** What its probes found in the last day. */
  async probeHistory(name: string): Promise<OutputOf<typeof clusterProbesEndpoints.getProbeHistory>> {
    const { id } = await this.#row(name);
    const to = new Date();
    const from = new Date(to.getTime() - probeHistoryHours * 3_600_000);
    const minutes = await this.#options.health.history(id, from);
    return {
      from: from.toISOString(),
      to: to.toISOString(),
      minutes: minutes.map(({ at, reason, latencyMs }) => [at.getTime() / 1000, latencyMs, reason]),
    };
  }

  /** Registers the local demo cluster, or gives the registered one its present address and credential. */
  async registerDemo(kubeconfig: string): Promise<void> {
    const choice = { kubeconfig, allowInsecure: false };
    const origin: Origin = { source: 'demo', file: null };
    const registered = await this.demoCluster();
    if (registered !== undefined) {
      await this.replaceKubeconfig(registered.name, choice, origin);
      return;
    }
    const name = freeName('demo', this.#options.registry.list());
    await this.register({ ...defaultSettings, ...choice, name, environment: 'development' }, origin);
  }

  /** The cluster the demo registered, unless somebody gave it another credential since. */
  async demoCluster(): Promise<ClusterView | undefined> {
    const row = await this.#options.repository.findBySource('demo');
    return row === null ? undefined : this.#view(row);
  }

  async count(): Promise<number> {
    return this.#options.repository.count();
  }

  #view(row: ClusterRow): ClusterView {
    const traffic = this.#options.registry.byId(row.id)?.traffic;
    return clusterView(row, traffic?.processor.throttledPercent ?? null);
  }

  async #row(name: string): Promise<ClusterRow> {
    const row = await this.#options.repository.find(name);
    if (row === null) throw new AppError('notFound');
    return row;
  }

  #mayBeLoopback({ source }: Origin): boolean {
    return this.#options.allowLoopback || source === 'demo';
  }

  /** A cluster that does not answer may be registered; one that is where it may not be, may not. */
  async #firstProbe({ credential }: ChosenContext, origin: Origin): Promise<ProbeResult> {
    const result = await probeCredential(credential, this.#mayBeLoopback(origin));
    if (result.reason !== 'addressForbidden') return result;
    const address = new URL(credential.server).hostname;
    throw new AppError('addressForbidden', { address, reason: result.detail ?? '' }, 'body.kubeconfig');
  }

  #stored(id: string, { credential, shown }: ChosenContext, { source }: Origin): StoredCredential {
    return {
      source,
      server: credential.server,
      context: shown.name,
      namespace: dnsLabel.safeParse(shown.namespace).data ?? null,
      insecureSkipTlsVerify: credential.insecureSkipTlsVerify,
      certificateExpiresAt: dateOf(shown.certificateExpiresAt),
      caExpiresAt: dateOf(shown.caExpiresAt),
      tokenExpiresAt: credential.token === undefined ? null : tokenExpiresAt(credential.token),
      credential: this.#options.seal(id, credential),
    };
  }
}

async function probeCredential(credential: ClusterCredential, allowLoopback: boolean): Promise<ProbeResult> {
  const connection = connect(credential, { addressPolicy: { allowLoopback } });
  try {
    return await probeWithin(connection);
  } finally {
    await connection.close();
  }
}

function dateOf(time: string | null): Date | null {
  return time === null ? null : new Date(time);
}
