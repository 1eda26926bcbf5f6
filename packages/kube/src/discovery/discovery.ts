/** A kind of object that a cluster serves, in one version. */
export interface DiscoveredResource {
  /** `''` is the core group. */
  group: string;
  version: string;
  plural: string;
  kind: string;
  namespaced: boolean;
  verbs: readonly string[];
  /** `log`, `exec`, `scale`, `status` … */
  subresources: readonly string[];
}

/** What a cluster serves. */
export class Discovery {
  /** Every resource in every version, the preferred version of a group first. */
  readonly resources: readonly DiscoveredResource[];
  /**
   * `group/version` that the cluster could not describe (an aggregated API that is down, or talks nonsense), with `*` for
   * what it does not name; the others are complete.
   */
  readonly broken: readonly string[];
  readonly #preferred = new Map<string, DiscoveredResource>();

  /** What is broken stays as it was `before`, where that is known. */
  constructor(resources: readonly DiscoveredResource[], broken: readonly string[], before?: Discovery) {
    this.broken = broken;
    this.resources = [...resources, ...this.#lost(resources, before)];
    for (const resource of this.resources) {
      const key = `${resource.group}/${resource.plural}`;
      if (!this.#preferred.has(key)) this.#preferred.set(key, resource);
    }
  }

  /** The resource in the version the cluster prefers; `core` and `''` are the group without a name. */
  find(group: string, plural: string): DiscoveredResource | undefined {
    return this.#preferred.get(`${group === 'core' ? '' : group}/${plural}`);
  }

  /** Whether some version of a group could not be described: what it serves is not known, at least not all of it. */
  isBroken(group: string): boolean {
    const prefix = `${group === 'core' ? '' : group}/`;
    return this.broken.some((groupVersion) => groupVersion.startsWith(prefix) || groupVersion === '*/*');
  }

  #lost(resources: readonly DiscoveredResource[], before: Discovery | undefined): DiscoveredResource[] {
    if (before === undefined || this.broken.length === 0) return [];
    const key = ({ group, version, plural }: DiscoveredResource) => `${group}/${version}/${plural}`;
    const found = new Set(resources.map(key));
    const isBroken = ({ group, version }: DiscoveredResource) =>
      [`${group}/${version}`, `${group}/*`, '*/*'].some((one) => this.broken.includes(one));
    return before.resources.filter((resource) => isBroken(resource) && !found.has(key(resource)));
  }
}
