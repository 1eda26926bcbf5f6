import { isDeepStrictEqual } from 'node:util';
import { domainText, type Domain, type Requirement } from '@pilothouse/contract';
import { isSecretKind } from '@pilothouse/kinds';
import type { DiscoveredResource } from '@pilothouse/kube';
import type { Authoriser, Subject } from '../../../authz/authoriser.ts';
import { everyRight, rightsOfRules, type PolicyRule } from '../../../authz/contained-rights.ts';
import { AppError } from '../../../http/app-error.ts';
import type { ResourceCluster } from '../resource-cluster.ts';
import { rightsOfServiceAccount } from './rights-of-service-account.ts';
import { rulesOfRole, type RoleRef } from './rules-of-role.ts';

const rbac = 'rbac.authorization.k8s.io';
const guarded = new Set(['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings']);
const requests = { group: 'certificates.k8s.io', plural: 'certificatesigningrequests' };
/** Its requests are approved at once, where whoever made them may `create` this (`certificates/approver/sarapprove.go`). */
const nodeSigner = 'kubernetes.io/kube-apiserver-client-kubelet';
const nodeClient = 'certificates.k8s.io/certificatesigningrequests/nodeclient';
const tokenType = 'kubernetes.io/service-account-token';
const tokenOf = 'kubernetes.io/service-account.name';
/** So many missing rights are named. */
const mostNamed = 10;

/** What is about to be written, and by whom. */
export interface GuardedWrite {
  subject: Subject;
  cluster: ResourceCluster;
  resource: DiscoveredResource;
  namespace: string | undefined;
  /** As it is; null where it is not there yet. */
  before: object | null;
  /** As it would be. */
  after: object;
}

/** Roles, bindings, token Secrets and requests for certificates, as far as they give rights. */
interface Giving {
  metadata?: { labels?: object; annotations?: Record<string, string> };
  rules?: PolicyRule[] | null;
  aggregationRule?: object;
  roleRef?: RoleRef;
  subjects?: unknown;
  type?: string;
  spec?: { signerName?: string };
}

/**
 * The escalation rule, which a cluster applies to its own users and cannot apply to ours: it knows the platform's
 * credential only. Whoever writes what gives rights must have them all there, or the right to `escalate` or `bind`
 * (`kubernetes/pkg/registry/rbac/{role,rolebinding}/policybased/storage.go`).
 */
export class EscalationGuard {
  readonly #authoriser: Pick<Authoriser, 'authorise'>;

  constructor(authoriser: Pick<Authoriser, 'authorise'>) {
    this.#authoriser = authoriser;
  }

  /**
   * Whether an object can give rights: then a write has to be judged by what it makes of it. A Secret's type never
   * changes.
   */
  judges({
    resource,
    before,
    document,
  }: Pick<GuardedWrite, 'resource' | 'before'> & { document: object | null }): boolean {
    const { group, plural } = resource;
    if (isSecretKind(group, plural)) return isToken(before) || isToken(document);
    // what is asked for never changes
    if (isRequest(resource)) return before === null;
    return group === rbac && guarded.has(plural);
  }

  /** Throws `escalation` where it would give more than the subject has. */
  async check(write: GuardedWrite): Promise<void> {
    const { resource, cluster, namespace } = write;
    const { group, plural } = resource;
    const before = write.before as Giving | null;
    const after = write.after as Giving;
    const domain = domainIn(cluster.name, namespace);
    if (isSecretKind(group, plural)) {
      await this.#checkToken(write, domain);
    } else if (isRequest(resource)) {
      if (after.spec?.signerName !== nodeSigner) return;
      const approve = right(domain, 'certificates.k8s.io/signers', 'approve');
      await this.#require(write.subject, [right(domain, nodeClient, 'create')], approve);
    } else if (plural.endsWith('bindings')) {
      if (sameIn(before, after, ['roleRef', 'subjects'])) return;
      await this.#checkBinding(write, after.roleRef ?? {}, domain);
    } else {
      // a label may aggregate it into others
      const same = sameIn(before, after, ['rules', 'aggregationRule']);
      if (same && isDeepStrictEqual(labelsOf(before), labelsOf(after))) return;
      const contained = after.aggregationRule ? everyRight(domain) : rightsOfRules(after.rules ?? [], domain);
      await this.#require(write.subject, contained, right(domain, `${rbac}/${plural}`, 'escalate'));
    }
  }

  async #checkBinding({ subject, cluster, namespace }: GuardedWrite, roleRef: RoleRef, domain: Domain) {
    const plural = roleRef.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
    const unless = right(domain, `${rbac}/${plural}`, 'bind');
    if ((await this.#authoriser.authorise(subject, [unless])).allowed) return;
    const rules = await rulesOfRole(cluster.connection, roleRef, namespace);
    await this.#require(subject, rules === null ? everyRight(domain) : rightsOfRules(rules, domain), unless);
  }

  /** A Secret of this type is given the ServiceAccount's token: whoever reads it is that account. */
  async #checkToken({ subject, cluster, namespace = '', before, after }: GuardedWrite, domain: Domain) {
    const unless = right(domain, 'core/serviceaccounts/token', 'escalate');
    if ((await this.#authoriser.authorise(subject, [unless])).allowed) return;
    const accounts = [before, after].map(
      (secret) => (secret as Giving | null)?.metadata?.annotations?.[tokenOf],
    );
    const contained: Requirement[] = [];
    for (const account of new Set(accounts)) {
      if (account === undefined) continue;
      contained.push(...(await rightsOfServiceAccount(cluster, { namespace, name: account })));
    }
    await this.#require(subject, contained, unless);
  }

  async #require(subject: Subject, contained: Requirement[], unless: Requirement): Promise<void> {
    if ((await this.#authoriser.authorise(subject, contained)).allowed) return;
    if ((await this.#authoriser.authorise(subject, [unless])).allowed) return;
    const missing: string[] = [];
    for (const each of contained) {
      if ((await this.#authoriser.authorise(subject, [each])).allowed) continue;
      if (missing.push(`${each.action} ${each.object}`) > mostNamed) break;
    }
    const named = missing.slice(0, mostNamed).join(', ') + (missing.length > mostNamed ? ', …' : '');
    throw new AppError('escalation', {
      rights: named.replaceAll('?', '*'),
      domain: domainText(unless.domain),
      verb: unless.action,
    });
  }
}

function isRequest({ group, plural }: DiscoveredResource): boolean {
  return group === requests.group && plural === requests.plural;
}

function isToken(object: object | null): boolean {
  return (object as Giving | null)?.type === tokenType;
}

function domainIn(cluster: string, namespace: string | undefined): Domain {
  return namespace === undefined ? { kind: 'cluster', cluster } : { kind: 'namespace', cluster, namespace };
}

function right(domain: Domain, resource: string, action: string): Requirement {
  return { domain, object: `k8s/${resource}`, action };
}

function labelsOf(giving: Giving | null): object {
  return giving?.metadata?.labels ?? {};
}

/** The order of keys says nothing, and nothing is as good as an empty list. */
function sameIn(before: Giving | null, after: Giving, fields: (keyof Giving)[]): boolean {
  return (
    before !== null && fields.every((field) => isDeepStrictEqual(before[field] ?? [], after[field] ?? []))
  );
}
