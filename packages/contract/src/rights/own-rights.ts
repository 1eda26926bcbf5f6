import type { Endpoint, Requirement } from '../endpoint.ts';
import type { Policy } from './compiled-grants.ts';
import type { Domain } from './domain.ts';

/**
 * Stands in a right where a policy says `*`: no group, resource or verb is called so, hence only what is granted for all
 * of them covers it.
 */
export const anySegment = '?';
/** No object of a right has more segments. */
const mostSegments = 16;

/** Everything that policies allow, as rights in a domain: whoever has these has at least as much. */
export function rightsOfPolicies(policies: readonly Policy[], domain: Domain): Requirement[] {
  return policies.flatMap(({ object, action }) =>
    objectsOf(object).map((each) => ({
      domain,
      object: each,
      action: action === 'All' ? anySegment : action,
    })),
  );
}

/** An object for each number of segments that a pattern covers. */
function objectsOf(pattern: string): string[] {
  const segments = pattern.split('/').map((segment) => (segment === '*' ? anySegment : segment));
  if (segments.at(-1) !== '**') return [segments.join('/')];
  segments.pop();
  return Array.from({ length: mostSegments - segments.length + 1 }, (_, more) =>
    [...segments, ...Array<string>(more).fill(anySegment)].join('/'),
  ).filter((object) => object !== '');
}

/** A right on the platform's own API: an endpoint's path, with the methods that are asked for on it. */
export interface PlatformRight {
  /** What the ids of its endpoints begin with: `groups`. */
  feature: string;
  object: string;
  actions: { action: string; endpoints: { id: string; summary: string }[] }[];
}

/** Whatever is asked of it, it is; a right's object and action do not depend on the input. */
const anything: never = new Proxy(() => anything, {
  get: (_target, key) => (key === Symbol.toPrimitive ? () => 'any' : anything),
  apply: () => anything,
}) as never;

/** The rights outside of clusters' own resources that endpoints ask for, by feature. */
export function platformRightsOf(
  endpoints: readonly Endpoint[],
  more: readonly Requirement[] = [],
): PlatformRight[] {
  const rights = new Map<string, PlatformRight>();
  const add = (feature: string, { object, action, match }: Requirement, endpoint?: Endpoint) => {
    // any grant at all is enough for an entry
    if (!object.startsWith('/') || match === 'entry') return;
    const right = rights.get(object) ?? { feature, object, actions: [] };
    rights.set(object, right);
    let known = right.actions.find((each) => each.action === action);
    if (known === undefined) right.actions.push((known = { action, endpoints: [] }));
    if (endpoint !== undefined) known.endpoints.push({ id: endpoint.id, summary: endpoint.summary });
  };
  for (const endpoint of endpoints) {
    const [feature = ''] = endpoint.id.split('.');
    for (const requirement of requirementsOf(endpoint)) add(feature, requirement, endpoint);
  }
  for (const requirement of more) add(requirement.object.split('/')[1] ?? '', requirement);
  return [...rights.values()].toSorted(
    (a, b) => a.feature.localeCompare(b.feature) || a.object.localeCompare(b.object),
  );
}

/** Of an endpoint on Kubernetes' resources, which are chosen elsewhere, nothing. */
function requirementsOf({ permission }: Endpoint): Requirement[] {
  if (typeof permission === 'string') return [];
  try {
    const rights: unknown = permission(anything);
    return Array.isArray(rights) ? (rights as Requirement[]) : [];
  } catch {
    return [];
  }
}
