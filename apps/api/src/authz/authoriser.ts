import {
  CompiledGrants,
  decide,
  domainText,
  parseDomain,
  type ClusterKeyOf,
  type Decision,
  type Grants,
  type OwnGrants,
  type Requirement,
  type Scope,
} from '@pilothouse/contract';
import type { Database } from '../db/database.ts';
import type { Versions } from '../db/versions.ts';
import { AppError } from '../http/app-error.ts';
import { createModel, PolicyIndex } from './casbin.ts';
import { readPolicies, type Policies, type PolicyNames } from './policies.repository.ts';
import type { GoodToken } from './api-tokens.repository.ts';
import { NarrowedGrants } from './narrowed-grants.ts';
import type { ServiceTree } from './service-tree.ts';

export type { Scope };

/** Whoever is asked about: rights belong to users, not to sessions; an API token has a part of its maker's. */
export interface Subject {
  /** The user's id, or the token's. */
  userId: string;
}

interface Loaded {
  policies: PolicyIndex;
  names: PolicyNames;
  tree: ServiceTree;
  tokens: ReadonlyMap<string, GoodToken>;
  compiled: Map<string, Grants>;
  rights: Policies;
  /** When the first of the grants or tokens ends. */
  validUntil: number;
}

/** The longest a timer takes. */
const longestTimer = 2 ** 31 - 1;

/** Answers who may do what, from rights read once per version of the policies. */
export class Authoriser {
  readonly #database: Database;
  readonly #clusterIdOf: ClusterKeyOf;
  #loading: Promise<Loaded> | undefined;
  /** What {@link Authoriser.#loading} gave: nearly every question needs no wait. */
  #loaded: Loaded | undefined;
  readonly #versions: Versions;
  #untilExpiry: NodeJS.Timeout | undefined;

  constructor(database: Database, versions: Versions, clusterIdOf: ClusterKeyOf) {
    this.#database = database;
    this.#clusterIdOf = clusterIdOf;
    this.#versions = versions;
    versions.onChange('policies', () => {
      this.#loading = undefined;
      this.#loaded = undefined;
    });
  }

  /** Whether all requirements hold now. */
  async authorise({ userId }: Subject, requirements: readonly Requirement[]): Promise<Decision> {
    const grants = this.#valid?.compiled.get(userId) ?? this.#compile(await this.#policies(), userId);
    return decide(grants, requirements, this.#clusterIdOf);
  }

  /** As {@link authorise}, but throws `forbidden` with what is missing. */
  async require(subject: Subject, requirements: readonly Requirement[]): Promise<Scope> {
    const decision = await this.authorise(subject, requirements);
    if (decision.allowed) return decision.scope;
    const { action, object, domain } = decision.missing;
    throw new AppError('forbidden', { action, object, domain: domainText(domain) });
  }

  /** Whether a user has anything on a cluster as a whole, by its id; and not on namespaces of it alone. */
  async isOnWholeCluster({ userId }: Subject, clusterId: string): Promise<boolean> {
    return this.#compile(await this.#policies(), userId).namespacesIn(clusterId) === 'all';
  }

  /** All that a user has, also through groups, and of a token its scopes; roles and clusters go by name. */
  async ownGrants({ userId }: Subject): Promise<OwnGrants> {
    const { policies, names, tokens, rights } = await this.#policies();
    const token = tokens.get(userId);
    const { roles, grants } = token === undefined ? policies.ownGrants(userId) : scopesOf(token, rights);
    const roleNamed = (id: string) => names.roles.get(id) ?? id;
    return {
      roles: roles.map(({ name, ...role }) => ({ ...role, name: roleNamed(name) })),
      grants: grants.map(({ role, domain }) => ({
        role: roleNamed(role),
        domain: withClusterNamed(domain, names.clusters),
      })),
    };
  }

  /** What rights are made of now, the tree that they hold in, and what ids are called. */
  async policies(): Promise<Policies & { names: PolicyNames; tree: ServiceTree }> {
    const { rights, names, tree } = await this.#policies();
    return { ...rights, names, tree };
  }

  /** The service tree, and the ids of those of its nodes of which a user may know: with a grant at, above or below. */
  async treeOf({ userId }: Subject): Promise<{ tree: ServiceTree; visible: Set<string> }> {
    const loaded = await this.#policies();
    const grants = this.#compile(loaded, userId);
    const { tree } = loaded;
    const visible = tree.ids.filter((node) => grants.touches({ kind: 'tree', node }));
    return { tree, visible: new Set(visible) };
  }

  get #valid(): Loaded | undefined {
    return this.#loaded !== undefined && this.#loaded.validUntil > Date.now() ? this.#loaded : undefined;
  }

  #compile(loaded: Loaded, userId: string): Grants {
    const { policies, tokens, rights, tree, compiled } = loaded;
    const known = compiled.get(userId);
    if (known !== undefined) return known;
    const token = tokens.get(userId);
    const grants =
      token === undefined
        ? new CompiledGrants(policies.ownGrants(userId), tree)
        : new NarrowedGrants(
            this.#compile(loaded, token.userId),
            new CompiledGrants(scopesOf(token, rights), tree),
          );
    compiled.set(userId, grants);
    return grants;
  }

  #policies(): Promise<Loaded> {
    if (this.#loading !== undefined && (this.#loaded === undefined || this.#valid)) return this.#loading;
    this.#loaded = undefined;
    const loading = readPolicies(this.#database).then(({ names, tree, tokens, ...rights }): Loaded => ({
      policies: new PolicyIndex(createModel(rights, tree)),
      names,
      tree,
      tokens: new Map(tokens.map((token) => [token.id, token])),
      compiled: new Map(),
      rights,
      validUntil: Math.min(
        ...[...rights.grants, ...tokens].map(({ expiresAt }) => expiresAt?.getTime() ?? Infinity),
      ),
    }));
    this.#loading = loading;
    loading.then(
      (loaded) => {
        if (this.#loading !== loading) return;
        this.#loaded = loaded;
        this.#tellAtExpiry(loaded);
      },
      () => {
        // an unanswered question is asked again
        if (this.#loading === loading) this.#loading = undefined;
      },
    );
    return loading;
  }

  /** A grant or a token that ends is a change that nobody writes: each process tells its own streams and pages. */
  #tellAtExpiry({ validUntil }: Loaded): void {
    clearTimeout(this.#untilExpiry);
    if (validUntil === Infinity) return;
    const wait = Math.min(Math.max(validUntil - Date.now(), 0) + 1, longestTimer);
    this.#untilExpiry = setTimeout(() => this.#versions.tell('policies', 'access'), wait);
    this.#untilExpiry.unref();
  }
}

function withClusterNamed(text: string, names: PolicyNames['clusters']): string {
  const domain = parseDomain(text);
  return domain === undefined || !('cluster' in domain)
    ? text
    : domainText({ ...domain, cluster: names.get(domain.cluster) ?? domain.cluster });
}

function scopesOf({ scopes }: GoodToken, { permissions }: Policies): OwnGrants {
  const roles = [...new Set(scopes.map(({ roleId }) => roleId))].map((name) => ({
    name,
    policies: permissions.filter(({ roleId }) => roleId === name),
  }));
  return {
    roles,
    grants: scopes.map(({ roleId, domain }) => ({ role: roleId, domain: domainText(domain) })),
  };
}
