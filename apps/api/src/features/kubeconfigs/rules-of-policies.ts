import { anyAction, type Policy } from '@pilothouse/contract';

/** `rbac/v1 PolicyRule`, as we write it. */
export interface WrittenRule {
  verbs: string[];
  apiGroups: string[];
  resources: string[];
}

/** Parts that only the platform knows; the cluster has no such subresource. */
const ownParts = new Set(['cp', 'shell', 'value']);

/**
 * What a role of ours allows, as Kubernetes' RBAC says it. Never more: what it cannot say so narrowly is left out. In
 * RBAC `*` covers subresources too, so `k8s/core/*`, which does not, has no rule.
 */
export function rulesOfPolicies(policies: readonly Policy[]): WrittenRule[] {
  return policies.flatMap(({ object, action }) => {
    const [begin, group, plural, part, ...more] = object.split('/');
    const verbs = [action === anyAction ? '*' : action];
    if (object === '**' || object === 'k8s/**') return [{ verbs, apiGroups: ['*'], resources: ['*'] }];
    if (begin !== 'k8s' || group === undefined || plural === undefined || more.length > 0) return [];
    const apiGroups = [group === 'core' ? '' : group];
    if (plural === '**') return [{ verbs, apiGroups, resources: ['*'] }];
    if (plural === '*')
      return part === undefined || part.startsWith('*') ? [] : rule(verbs, apiGroups, `*/${part}`);
    if (part === undefined || part === '**') return rule(verbs, apiGroups, plural);
    return part === '*' || ownParts.has(part) ? [] : rule(verbs, apiGroups, `${plural}/${part}`);
  });
}

function rule(verbs: string[], apiGroups: string[], resource: string): WrittenRule[] {
  return [{ verbs, apiGroups, resources: [resource] }];
}
