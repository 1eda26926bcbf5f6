import type { Domain, Requirement } from '@pilothouse/contract';
import { rightsOfRules, type PolicyRule } from '../../authz/contained-rights.ts';

/** On these a `get` opens the same stream that we count as a write. */
const streams = ['exec', 'attach', 'portforward'];

/**
 * The rights that somebody needs who hands these rules out. More than the rules name: in a cluster who reads a Secret
 * has its values, which is a right of its own here, and in older clusters a `get` is enough for a shell.
 */
export function neededRights(rules: readonly PolicyRule[], domain: Domain): Requirement[] {
  const rights = rightsOfRules(rules, domain);
  const more = rights.flatMap(({ object, action }): Requirement[] => {
    if (object === 'k8s/core/secrets') return [{ domain, object: `${object}/value`, action: 'get' }];
    const [, group, plural, part = ''] = object.split('/');
    const opens = group === 'core' && plural === 'pods' && streams.includes(part) && action === 'get';
    return opens ? [{ domain, object, action: 'create' }] : [];
  });
  return [...rights, ...more];
}
