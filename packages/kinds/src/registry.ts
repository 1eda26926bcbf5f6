import { ageColumn, defineKind, nameColumn, type KindDescriptor } from './kind.ts';
import { events } from './kinds/events.ts';
import { namespaces } from './kinds/namespaces.ts';
import { nodes } from './kinds/nodes.ts';
import { pods } from './kinds/pods.ts';

const described: KindDescriptor[] = [nodes, pods, namespaces, events] as KindDescriptor[];

/** The kinds with a descriptor of their own, by `group/plural` (`core/pods`). */
export const kinds: ReadonlyMap<string, KindDescriptor> = new Map(
  described.map((descriptor) => [`${descriptor.group}/${descriptor.plural}`, descriptor]),
);

/** What is shown of a kind nobody has described: name, namespace, age. Nothing of its content becomes a cell. */
function genericKind(group: string, plural: string, kind: string): KindDescriptor {
  return defineKind({
    group,
    plural,
    kind,
    category: 'other',
    fields: {},
    columns: [nameColumn, ageColumn],
    actions: ['delete'],
    project: () => ({}),
  });
}

/**
 * The descriptor of a kind, or the generic one. `group` is `core` for the group without a name; `kind` as discovery
 * names it, where the caller knows.
 */
export function descriptorFor(group: string, plural: string, kind: string = plural): KindDescriptor {
  return kinds.get(`${group}/${plural}`) ?? genericKind(group, plural, kind);
}
