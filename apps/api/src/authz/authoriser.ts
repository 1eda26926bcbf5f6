import type { Domain, Requirement } from '@pilothouse/contract';
import type { Enforcer } from 'casbin';
import type { Database } from '../db/database.ts';
import type { Versions } from '../db/versions.ts';
import { AppError } from '../http/app-error.ts';
import { createEnforcer } from './casbin.ts';
import { CompiledGrants, compileGrants } from './compiled-grants.ts';
import { describeDomain, domainOf, type ClusterIdOf } from './domain.ts';
import { readPolicies } from './policy-source.ts';

/**
 * How much of what was asked for the caller may see: all of it, or these namespaces (`narrows`) or ids of clusters
 * (`entry` on the platform) only.
 */
export type Scope = 'all' | string[];

export type Decision = { allowed: true; scope: Scope } | { allowed: false; missing: Requirement };

/** Whoever is asked about: rights belong to users, not to sessions. */
export interface Subject {
  userId: string;
}

interface Loaded {
  enforcer: Enforcer;
  compiling: Map<string, Promise<CompiledGrants>>;
  compiled: Map<string, CompiledGrants>;
}

/** Answers who may do what, from rights read once per version of the policies. */
export class Authoriser {
  readonly #database: Database;
  readonly #clusterIdOf: ClusterIdOf;
  #loading: Promise<Loaded> | undefined;
  /** What {@link Authoriser.#loading} gave: nearly every question needs no wait. */
  #loaded: Loaded | undefined;

  constructor(database: Database, versions: Versions, clusterIdOf: ClusterIdOf) {
    this.#database = database;
    this.#clusterIdOf = clusterIdOf;
    versions.onChange('policies', () => {
      this.#loading = undefined;
      this.#loaded = undefined;
    });
  }

  /** Whether all requirements hold now. */
  async authorise({ userId }: Subject, requirements: readonly Requirement[]): Promise<Decision> {
    const grants = this.#loaded?.compiled.get(userId) ?? (await this.#compile(userId));
    return decide(grants, requirements, this.#clusterIdOf);
  }

  /** As {@link authorise}, but throws `forbidden` with what is missing. */
  async require(subject: Subject, requirements: readonly Requirement[]): Promise<Scope> {
    const decision = await this.authorise(subject, requirements);
    if (decision.allowed) return decision.scope;
    const { action, object, domain } = decision.missing;
    throw new AppError('forbidden', { action, object, domain: describeDomain(domain) });
  }

  async #compile(userId: string): Promise<CompiledGrants> {
    const { enforcer, compiling, compiled } = await this.#policies();
    const grants = compiling.get(userId) ?? compileGrants(enforcer, userId);
    compiling.set(userId, grants);
    compiled.set(userId, await grants);
    return grants;
  }

  #policies(): Promise<Loaded> {
    if (this.#loading !== undefined) return this.#loading;
    const loading = readPolicies(this.#database)
      .then(createEnforcer)
      .then((enforcer): Loaded => ({ enforcer, compiling: new Map(), compiled: new Map() }));
    this.#loading = loading;
    loading.then(
      (loaded) => {
        if (this.#loading === loading) this.#loaded = loaded;
      },
      () => {
        // an unanswered question is asked again
        if (this.#loading === loading) this.#loading = undefined;
      },
    );
    return loading;
  }
}

/** Holds requirements against a user's rights; see {@link Requirement} for what each `match` is content with. */
export function decide(
  grants: CompiledGrants,
  requirements: readonly Requirement[],
  clusterIdOf: ClusterIdOf,
): Decision {
  let scope: Scope = 'all';
  const narrowing: { requirement: Requirement; granted: Scope }[] = [];
  for (const requirement of requirements) {
    const domain = domainOf(requirement.domain, clusterIdOf);
    if (requirement.match === 'narrows') {
      narrowing.push({ requirement, granted: narrowed(grants, requirement, domain) });
    } else if (requirement.match === 'entry') {
      const visible = entries(grants, domain);
      if (visible.length === 0) return { allowed: false, missing: requirement };
      if (visible !== 'all') scope = visible;
    } else if (!grants.allows(domain, requirement.object, requirement.action)) {
      return { allowed: false, missing: requirement };
    }
  }
  const [first] = narrowing;
  if (first === undefined || narrowing.every(({ granted }) => granted === 'all'))
    return { allowed: true, scope };
  const parts = narrowing.length === 1 ? first.granted : together(narrowing);
  return parts.length === 0
    ? { allowed: false, missing: first.requirement }
    : { allowed: true, scope: parts };
}

/** Of several namespaces asked for, those that are granted are answered. */
function together(narrowing: readonly { requirement: Requirement; granted: Scope }[]): string[] {
  const parts = narrowing.flatMap(({ requirement, granted }) =>
    granted === 'all' ? namespaceOf(requirement) : granted,
  );
  return [...new Set(parts)].toSorted();
}

function narrowed(grants: CompiledGrants, { object, action }: Requirement, domain: Domain): Scope {
  if (grants.allows(domain, object, action)) return 'all';
  return grants.below(domain, object, action).slice();
}

function namespaceOf({ domain }: Requirement): string[] {
  return domain.kind === 'namespace' ? [domain.namespace] : [];
}

/** Any grant at, above or below shows that the place exists. */
function entries(grants: CompiledGrants, domain: Domain): Scope {
  if (domain !== '*' || grants.grantedEverywhere) return grants.touches(domain) ? 'all' : [];
  return grants.clusterIds.slice();
}
