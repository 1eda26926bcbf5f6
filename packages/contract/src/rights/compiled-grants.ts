import { parseDomain, type Domain } from './domain.ts';
import { RoleRules } from './role-rules.ts';

/** An object pattern and an action that a role allows. */
export interface Policy {
  object: string;
  action: string;
}

/**
 * All that one user has, also through groups: each role once, and grants that name it with a domain's text. On the
 * wire (`/auth/me`) roles and clusters go by name, inside the API by id.
 */
export interface OwnGrants {
  roles: { name: string; policies: Policy[] }[];
  grants: { role: string; domain: string }[];
}

/** The tree of projects and applications, as far as rights need it. */
export interface TreeNodes {
  /** The node and what is above it, nearest first; empty where there is no such node. */
  lineOf(node: string): readonly string[];
}

/** Lines along each node's parent, each found once: the nodes are those of a moment. */
export function treeOf(nodes: ReadonlyMap<string, { parentId: string | null }>): TreeNodes {
  const lines = new Map<string, readonly string[]>();
  function lineOf(id: string): readonly string[] {
    const known = lines.get(id);
    if (known !== undefined) return known;
    const node = nodes.get(id);
    if (node === undefined) return [];
    const line = [id, ...(node.parentId === null ? [] : lineOf(node.parentId))];
    lines.set(id, line);
    return line;
  }
  return { lineOf };
}

/** The tree while nothing is known of it: a grant on a node gives nothing. */
export const noTree: TreeNodes = { lineOf: () => [] };

/** What decisions are made from: the grants of a user, or a part of them. */
export interface Grants {
  /** Whether the action is allowed on the object everywhere in the domain. */
  allows(domain: Domain, object: string, action: string): boolean;
  /** The namespaces of a cluster in which the action is allowed on the object by a grant of their own, in order. */
  namespacesAllowing(cluster: string, object: string, action: string): readonly string[];
  /** The namespaces of a cluster in which anything is granted, in order; `all` where a grant covers the whole cluster. */
  namespacesIn(cluster: string): 'all' | string[];
  /** Whether anything is granted at the domain, above or below it: whether its holder may know that it exists. */
  touches(domain: Domain): boolean;
  /** Whether something is granted on the platform as a whole. */
  readonly grantedEverywhere: boolean;
  /** The clusters in which something is granted. */
  readonly clusters: string[];
}

/** Objects for which a cluster's lists are kept; whoever asks for invented ones makes it forget, not grow. */
const mostLists = 100;

interface ClusterRules {
  whole: RoleRules | undefined;
  namespaces: Map<string, RoleRules>;
  /** By object and action: the namespaces in which it is allowed. */
  lists: Map<string, Map<string, readonly string[]>>;
}

/**
 * What one user may do, laid out for look-ups: casbin walks all policies at each question, this asks the few domains
 * that cover the one in question. The API and the browser ask it alike; casbin's answers are held to it by a test.
 */
export class CompiledGrants implements Grants {
  readonly #tree: TreeNodes;
  #everywhere: RoleRules | undefined;
  readonly #clusters = new Map<string, ClusterRules>();
  readonly #nodes = new Map<string, RoleRules>();

  constructor(own: OwnGrants, tree: TreeNodes) {
    this.#tree = tree;
    for (const [domain, rules] of rulesByDomain(own)) this.#place(domain, rules);
  }

  #place(domain: Domain, rules: RoleRules): void {
    switch (domain.kind) {
      case 'all':
        this.#everywhere = rules;
        return;
      case 'cluster':
        this.#clusterOf(domain.cluster).whole = rules;
        return;
      case 'namespace':
        this.#clusterOf(domain.cluster).namespaces.set(domain.namespace, rules);
        return;
      case 'tree':
        this.#nodes.set(domain.node, rules);
    }
  }

  #clusterOf(name: string): ClusterRules {
    const rules = this.#clusters.get(name) ?? { whole: undefined, namespaces: new Map(), lists: new Map() };
    this.#clusters.set(name, rules);
    return rules;
  }

  allows(domain: Domain, object: string, action: string): boolean {
    return this.#allowsHere(domain, object, action) || this.#everywhere?.allows(object, action) === true;
  }

  #allowsHere(domain: Domain, object: string, action: string): boolean {
    switch (domain.kind) {
      case 'all':
        return false;
      case 'cluster':
        return this.#clusters.get(domain.cluster)?.whole?.allows(object, action) === true;
      case 'namespace': {
        const cluster = this.#clusters.get(domain.cluster);
        if (cluster === undefined) return false;
        return (
          cluster.namespaces.get(domain.namespace)?.allows(object, action) === true ||
          cluster.whole?.allows(object, action) === true
        );
      }
      case 'tree':
        return this.#tree
          .lineOf(domain.node)
          .some((node) => this.#nodes.get(node)?.allows(object, action) === true);
    }
  }

  namespacesAllowing(cluster: string, object: string, action: string): readonly string[] {
    const rules = this.#clusters.get(cluster);
    if (rules === undefined) return [];
    return rules.lists.get(object)?.get(action) ?? list(rules, object, action);
  }

  namespacesIn(cluster: string): 'all' | string[] {
    const rules = this.#clusters.get(cluster);
    if (this.#everywhere !== undefined || rules?.whole !== undefined) return 'all';
    return [...(rules?.namespaces.keys() ?? [])].toSorted();
  }

  touches(domain: Domain): boolean {
    if (this.#everywhere !== undefined) return true;
    switch (domain.kind) {
      case 'all':
        return this.#clusters.size > 0 || this.#nodes.size > 0;
      case 'cluster':
        return this.#clusters.has(domain.cluster);
      case 'namespace': {
        const cluster = this.#clusters.get(domain.cluster);
        return cluster?.whole !== undefined || cluster?.namespaces.has(domain.namespace) === true;
      }
      case 'tree':
        return (
          this.#tree.lineOf(domain.node).some((node) => this.#nodes.has(node)) ||
          [...this.#nodes.keys()].some((node) => this.#tree.lineOf(node).includes(domain.node))
        );
    }
  }

  get grantedEverywhere(): boolean {
    return this.#everywhere !== undefined;
  }

  get clusters(): string[] {
    return [...this.#clusters.keys()];
  }
}

function list(rules: ClusterRules, object: string, action: string): readonly string[] {
  const names = [...rules.namespaces]
    .filter(([, allowed]) => allowed.allows(object, action))
    .map(([namespace]) => namespace)
    .toSorted();
  if (rules.lists.size >= mostLists) rules.lists.clear();
  const byAction = rules.lists.get(object) ?? new Map<string, readonly string[]>();
  rules.lists.set(object, byAction.set(action, names));
  return names;
}

/** What the roles in each domain allow together. Thousands of namespaces have the same few roles, and share the rules. */
function* rulesByDomain({ roles, grants }: OwnGrants): Generator<[Domain, RoleRules]> {
  const policiesOf = new Map(roles.map(({ name, policies }) => [name, policies]));
  const rolesAt = new Map<string, Set<string>>();
  for (const { role, domain } of grants) {
    rolesAt.set(domain, (rolesAt.get(domain) ?? new Set()).add(role));
  }
  const rulesOf = new Map<string, RoleRules | undefined>();
  for (const [text, names] of rolesAt) {
    const domain = parseDomain(text);
    if (domain === undefined) continue;
    const key = JSON.stringify([...names].toSorted());
    if (!rulesOf.has(key)) {
      const policies = [...names].flatMap((name) => policiesOf.get(name) ?? []);
      // roles that allow nothing at all show nothing either
      rulesOf.set(key, policies.length === 0 ? undefined : new RoleRules(policies));
    }
    const rules = rulesOf.get(key);
    if (rules !== undefined) yield [domain, rules];
  }
}
