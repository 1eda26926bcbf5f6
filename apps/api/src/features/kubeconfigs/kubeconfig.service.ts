import type { Domain, issuedKubeconfigEndpoints, InputOf } from '@pilothouse/contract';
import {
  createServiceAccess,
  getObject,
  KubeError,
  removeServiceAccess,
  requestToken,
  writeKubeconfig,
  type AccessRule,
  type ServiceAccess,
} from '@pilothouse/kube';
import type { AuditTrail } from '../../audit/audit-trail.ts';
import type { Authoriser } from '../../authz/authoriser.ts';
import type { GivingGuard } from '../../authz/giving-guard.ts';
import type { Principal } from '../../authz/principal.ts';
import type { ClusterHandle } from '../../clusters/cluster-handle.ts';
import type { ClusterRegistry } from '../../clusters/cluster-registry.ts';
import { AppError } from '../../http/app-error.ts';
import { fromKubeError } from '../../http/kube-error.ts';
import type { EndReason, IssuedRow, KubeconfigRepository } from './kubeconfig.repository.ts';
import { neededRights } from './needed-rights.ts';
import { rulesOfPolicies } from './rules-of-policies.ts';

type Wish = InputOf<typeof issuedKubeconfigEndpoints.issueKubeconfig>['body'];

export interface KubeconfigServiceOptions {
  rows: KubeconfigRepository;
  registry: ClusterRegistry;
  authoriser: Authoriser;
  guard: GivingGuard;
  audit: AuditTrail;
}

/** Accounts of kubeconfigs that a cluster keeps. */
export interface AccessLeft {
  count: number;
  commands: string[];
  reason: AppError;
}

/** Where the accounts lie whose rights hold in a whole cluster. */
const ownNamespace = 'pilothouse';
/** An issue that takes longer has died. */
const longestIssueMs = 120_000;

/** Hands access out to people who are no users here, and takes it back when its time or its issuer's rights are over. */
export class KubeconfigService {
  readonly #options: KubeconfigServiceOptions;

  constructor(options: KubeconfigServiceOptions) {
    this.#options = options;
  }

  /** Throws `notFound`, `invalidField`, `roleEscalation`, or rejects with the cluster's KubeError; then nothing is left. */
  async issue(
    principal: Principal,
    clusterName: string,
    wish: Wish,
    auditId: string,
  ): Promise<{ row: IssuedRow; kubeconfig: string }> {
    const { rows } = this.#options;
    const cluster = this.#cluster(clusterName);
    const rules = await this.#rules(cluster, wish);
    const domain = domainOf(clusterName, wish.namespace);
    await this.#requireOwn(principal, rules, domain);
    const row = await rows.begin({
      clusterId: cluster.id,
      namespace: wish.namespace,
      name: wish.name,
      access: wish.access,
      roleName: wish.role ?? null,
      rules: JSON.stringify(rules),
      issuerId: principal.userId,
    });
    const access = accessOf(row);
    try {
      const annotations = {
        'pilothouse.io/issued-for': wish.name,
        'pilothouse.io/issued-by': principal.username,
      };
      await createServiceAccess(cluster.connection, access, rules, { auditId, annotations });
      const granted = await requestToken(cluster.connection, access, wish.expiresInSeconds, { auditId });
      if (!(await rows.activate(row.id, granted.expiresAt)))
        throw new AppError('changedMeanwhile', { what: wish.name });
      // rights may have gone while the cluster was asked
      await this.#requireOwn(principal, rules, domain);
      const kubeconfig = writeKubeconfig(cluster.trust, {
        cluster: clusterName,
        user: access.name,
        ...(wish.namespace !== null && { namespace: wish.namespace }),
        token: granted.token,
      });
      return { row: { ...row, state: 'active', expiresAt: granted.expiresAt }, kubeconfig };
    } catch (error) {
      await rows.beginEnd(row.id, 'failed', null);
      // what is left now, the next round takes
      await this.#remove(row, auditId).catch(() => undefined);
      throw error;
    }
  }

  /** Throws `notFound`; rejects with KubeError where the cluster cannot be told: then it is tried until it can. */
  async revoke(
    { username }: Principal,
    { cluster, namespace, kubeconfig }: { cluster: string; namespace: string; kubeconfig: string },
    auditId: string,
  ): Promise<void> {
    const { rows } = this.#options;
    const row = await rows.find(kubeconfig);
    const isMeant = row?.clusterId === this.#cluster(cluster).id && (row.namespace ?? '_') === namespace;
    if (row === null || !isMeant) throw new AppError('notFound');
    if (row.state === 'ended') return;
    await rows.beginEnd(row.id, 'revoked', username);
    await this.#remove(row, auditId);
  }

  /**
   * Takes back all that were issued for a cluster, for its removal. One that cannot be, since the cluster cannot be told,
   * stays as it was.
   * @returns what is left to be deleted by hand, with kubectl, and why; null where nothing is
   */
  async endAll(principal: Principal, clusterName: string): Promise<AccessLeft | null> {
    const { rows } = this.#options;
    const { id } = this.#cluster(clusterName);
    const left: ServiceAccess[] = [];
    let why: unknown;
    for (const row of await rows.unended(id)) {
      try {
        await this.#endAudited(row, { cluster: clusterName, reason: 'clusterRemoved', principal });
        await rows.beginEnd(row.id, 'clusterRemoved', principal.username);
        await rows.end(row.id);
      } catch (error) {
        if (!(error instanceof KubeError)) throw error;
        why = error;
        left.push(accessOf(row));
      }
    }
    if (left.length === 0) return null;
    const reason = fromKubeError(why) ?? new AppError('internal');
    return { count: left.length, commands: left.flatMap(deletionOf), reason };
  }

  /** Ends what has run out, what its issuer may not do any more, and what was begun to be ended. */
  async sweep(): Promise<void> {
    const { rows, registry } = this.#options;
    for (const row of await rows.unended()) {
      const reason = await this.#endOf(row);
      const cluster = registry.nameOf(row.clusterId);
      if (cluster === undefined || (reason === null && row.state !== 'ending')) continue;
      if (reason !== null) await rows.beginEnd(row.id, reason, null);
      const end = { cluster, reason: reason ?? (row.endReason as EndReason), principal: null };
      // a cluster that is not there now is told when it is
      await this.#endAudited(row, end).catch((error: unknown) => {
        if (!(error instanceof KubeError)) throw error;
      });
    }
  }

  async #endOf(row: IssuedRow): Promise<EndReason | null> {
    if (row.state === 'ending') return null;
    if (row.state === 'issuing')
      return Date.now() - row.createdAt.getTime() > longestIssueMs ? 'failed' : null;
    if (row.expiresAt !== null && row.expiresAt.getTime() <= Date.now()) return 'expired';
    const cluster = this.#options.registry.nameOf(row.clusterId);
    if (cluster === undefined) return null;
    const needed = neededRights(JSON.parse(row.rules) as AccessRule[], domainOf(cluster, row.namespace));
    const { allowed } = await this.#options.authoriser.authorise({ userId: row.issuerId }, needed);
    return allowed ? null : 'issuerLostRights';
  }

  /** Rejects with KubeError where the cluster could not be told. */
  async #endAudited(
    row: IssuedRow,
    { cluster, reason, principal }: { cluster: string; reason: EndReason; principal: Principal | null },
  ): Promise<void> {
    const entry = await this.#options.audit.begin({
      principal,
      code: 'kubeconfig.end',
      target: {
        cluster,
        resource: 'kubeconfig',
        name: row.name,
        ...(row.namespace !== null && { namespace: row.namespace }),
      },
      params: { why: reason },
      address: '',
    });
    try {
      await this.#remove(row, entry.auditId);
      await entry.end({ outcome: 'succeeded' });
    } catch (error) {
      const code = error instanceof KubeError ? fromKubeError(error)?.code : undefined;
      await entry.end({ outcome: 'failed', reason: code ?? 'internal' });
      throw error;
    }
  }

  async #remove(row: IssuedRow, auditId: string): Promise<void> {
    const { rows, registry } = this.#options;
    const cluster = registry.byId(row.clusterId);
    if (cluster === undefined) return;
    await removeServiceAccess(cluster.connection, accessOf(row), { auditId });
    await rows.end(row.id);
  }

  /** The rules as they are now: a copy, so that nobody widens what was handed out by widening a role. */
  async #rules(cluster: ClusterHandle, { access, role, namespace }: Wish): Promise<AccessRule[]> {
    if (access === 'role') {
      const policies = await this.#options.rows.policiesOf(role ?? '');
      if (policies === null)
        throw new AppError('invalidField', { field: 'body.role', reason: 'unknown' }, 'body.role');
      return rulesOfPolicies(policies);
    }
    const ref = { group: 'rbac.authorization.k8s.io', version: 'v1', plural: 'clusterroles', name: access };
    const { rules } = await getObject<{ rules?: AccessRule[] | null }>(cluster.connection, ref);
    // a Role may not speak of URLs
    return (rules ?? []).filter((rule) => namespace === null || (rule.apiGroups ?? []).length > 0);
  }

  async #requireOwn(principal: Principal, rules: readonly AccessRule[], domain: Domain): Promise<void> {
    const rights = neededRights(rules, domain).map((right) => ({
      name: `${right.action} ${right.object}`.replaceAll('?', '*'),
      requirements: [right],
    }));
    await this.#options.guard.requireRights(principal, rights, domain, 'body.access');
  }

  #cluster(name: string): ClusterHandle {
    const cluster = this.#options.registry.get(name);
    if (cluster === undefined) throw new AppError('notFound');
    return cluster;
  }
}

function accessOf({ account, namespace }: IssuedRow): ServiceAccess {
  return { name: account, namespace: namespace ?? ownNamespace, isClusterWide: namespace === null };
}

/** By hand, the rights first. */
function deletionOf({ name, namespace, isClusterWide }: ServiceAccess): string[] {
  const inNamespace = `kubectl delete -n ${namespace}`;
  return isClusterWide
    ? [`kubectl delete clusterrolebinding,clusterrole ${name}`, `${inNamespace} serviceaccount ${name}`]
    : [`${inNamespace} rolebinding,role,serviceaccount ${name}`];
}

function domainOf(cluster: string, namespace: string | null): Domain {
  return namespace === null ? { kind: 'cluster', cluster } : { kind: 'namespace', cluster, namespace };
}
