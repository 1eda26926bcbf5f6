import type { Domain, Grants } from '@pilothouse/contract';

/** What two sets of grants have in common: what a token may do is what its maker may, and its scopes say. */
export class NarrowedGrants implements Grants {
  readonly #one: Grants;
  readonly #other: Grants;

  constructor(one: Grants, other: Grants) {
    this.#one = one;
    this.#other = other;
  }

  allows(domain: Domain, object: string, action: string): boolean {
    return this.#one.allows(domain, object, action) && this.#other.allows(domain, object, action);
  }

  namespacesAllowing(cluster: string, object: string, action: string): readonly string[] {
    const allowing = (grants: Grants) =>
      grants.allows({ kind: 'cluster', cluster }, object, action)
        ? 'all'
        : grants.namespacesAllowing(cluster, object, action);
    const common = intersection(allowing(this.#one), allowing(this.#other));
    return common === 'all' ? [] : common;
  }

  namespacesIn(cluster: string): 'all' | string[] {
    return intersection(this.#one.namespacesIn(cluster), this.#other.namespacesIn(cluster));
  }

  touches(domain: Domain): boolean {
    return this.#one.touches(domain) && this.#other.touches(domain);
  }

  get grantedEverywhere(): boolean {
    return this.#one.grantedEverywhere && this.#other.grantedEverywhere;
  }

  get clusters(): string[] {
    const clustersOf = (grants: Grants) => (grants.grantedEverywhere ? 'all' : grants.clusters);
    const common = intersection(clustersOf(this.#one), clustersOf(this.#other));
    return common === 'all' ? [] : common;
  }
}

function intersection(one: 'all' | readonly string[], other: 'all' | readonly string[]): 'all' | string[] {
  if (one === 'all') return other === 'all' ? 'all' : [...other];
  return other === 'all' ? [...one] : one.filter((part) => other.includes(part));
}
