import { ageColumn, defineKind, nameColumn, type KindDescriptor, type KubernetesObject } from './kind.ts';
import * as all from './kinds/index.ts';

const described = Object.values(all) as KindDescriptor[];

/** The kinds with a descriptor of their own, by `group/plural` (`core/pods`). */
export const kinds: ReadonlyMap<string, KindDescriptor> = new Map(
  described.map((descriptor) => [`${descriptor.group}/${descriptor.plural}`, descriptor]),
);

const byKind = new Map(described.map((descriptor) => [`${descriptor.group}/${descriptor.kind}`, descriptor]));

/** The described kind that an object or an owner reference names by `apiVersion` and `kind`; any version of the group. */
export function kindNamed(apiVersion: string, kind: string): KindDescriptor | undefined {
  const [group, version] = apiVersion.split('/');
  return byKind.get(`${version === undefined ? 'core' : group}/${kind}`);
}

/** What is shown of a kind nobody has described: name, namespace, age. Nothing of its content becomes a cell. */
function genericKind(group: string, plural: string, kind: string): KindDescriptor {
  const generic = defineKind({
    group,
    plural,
    kind,
    namespaced: true,
    menu: null,
    facts: (object: KubernetesObject) => object,
    fields: { name: nameColumn, age: ageColumn },
  });
  return { ...generic, namespaced: null };
}

/**
 * The descriptor of a kind, or the generic one. `group` is `core` for the group without a name; `kind` as discovery
 * names it, where the caller knows.
 */
export function descriptorFor(group: string, plural: string, kind: string = plural): KindDescriptor {
  return kinds.get(`${group}/${plural}`) ?? genericKind(group, plural, kind);
}
