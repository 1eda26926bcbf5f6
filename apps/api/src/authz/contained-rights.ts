import { anySegment as any, type Domain, type Requirement } from '@pilothouse/contract';

/** `rbac/v1 PolicyRule`, as far as it grants anything. */
export interface PolicyRule {
  verbs?: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

/** Rules that say more are held to mean everything. */
const mostRights = 10_000;

/** Every right there is, in a domain. */
export function everyRight(domain: Domain): Requirement[] {
  return [`k8s/${any}/${any}`, `k8s/${any}/${any}/${any}`].map((object) => ({ domain, object, action: any }));
}

/**
 * The rights of ours that rules of Kubernetes' RBAC contain, in a domain. Never fewer than the rules give: a rule on some
 * names asks for the right on all of them, one on URLs for every right there is.
 */
export function rightsOfRules(rules: readonly PolicyRule[], domain: Domain): Requirement[] {
  const rights = new Map<string, Requirement>();
  for (const { verbs = [], apiGroups = [], resources = [], nonResourceURLs = [] } of rules) {
    if (verbs.length === 0) continue;
    if (nonResourceURLs.length > 0) return everyRight(domain);
    for (const group of apiGroups)
      for (const object of resources.flatMap((resource) => objectsOf(group, resource)))
        for (const verb of verbs) {
          const action = verb === '*' ? any : verb;
          rights.set(`${object} ${action}`, { domain, object, action });
          if (rights.size > mostRights) return everyRight(domain);
        }
  }
  return [...rights.values()];
}

/** `*` is every resource with every subresource; before a slash it is that subresource of every resource. */
function objectsOf(group: string, resource: string): string[] {
  const begin = `k8s/${group === '*' ? any : group === '' ? 'core' : group}`;
  if (resource === '*') return [`${begin}/${any}`, `${begin}/${any}/${any}`];
  return [[begin, ...resource.split('/').map((part) => (part === '*' ? any : part))].join('/')];
}
