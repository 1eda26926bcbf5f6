import { endpoints } from '@pilothouse/contract';
import { descriptorFor, withoutServerFields, type KubernetesObject } from '@pilothouse/kinds';
import { call } from '../../api/call.ts';
import type { EditorSource, SaveOptions } from '../../components/ObjectForm/use-object-editor.ts';
import type { SchemaLookup } from '../../components/YamlEditor/yaml-findings.ts';
import type { ResourceRef } from '../resource-location.ts';

export interface ObjectPlace extends ResourceRef {
  /** `_` where the kind is cluster-scoped. */
  namespace: string;
  name: string;
}

function queryOf({ dryRun, fieldValidation }: SaveOptions) {
  return { dryRun: dryRun ? 'true' : 'false', fieldValidation } as const;
}

/** An object as the cluster has it now. */
export async function readObject(place: ObjectPlace): Promise<KubernetesObject> {
  const { object } = await call(endpoints.getResource, { params: { ...place } });
  return object as KubernetesObject;
}

/** An object that is there: what was changed is sent, on the version that was read. */
export function existingObject(place: ObjectPlace, schemas: SchemaLookup): EditorSource {
  return {
    mode: 'edit',
    schemas,
    load: () => readObject(place),
    save: async (change, options) => {
      if (change.type !== 'edit') throw new Error('an object that is there cannot be created');
      const { patch, resourceVersion, uid } = change;
      const { object, warnings } = await call(endpoints.patchResource, {
        params: { ...place },
        query: queryOf(options),
        body: { type: 'merge', patch, resourceVersion, uid },
      });
      return { object: object as KubernetesObject, warnings };
    },
  };
}

/** A new object, from nothing or after the model of another. Its own text says which namespace it goes to. */
export function newObject(
  resource: ResourceRef,
  options: {
    namespace: string | null;
    /** What it begins with beside its name, where it is no copy. */
    skeleton?: object | undefined;
    model: { namespace: string; name: string } | null;
    schemas: SchemaLookup;
  },
): EditorSource {
  const { cluster, group, plural } = resource;
  const begin = async (): Promise<KubernetesObject> => {
    const { apiVersion, kind, namespaced } = await call(endpoints.getResourceKind, {
      params: { cluster, group, plural },
    });
    const namespace = options.namespace ?? 'default';
    const metadata = { name: '', ...(namespaced ? { namespace } : {}) };
    return { apiVersion, kind, metadata, ...options.skeleton };
  };
  return {
    mode: 'create',
    schemas: options.schemas,
    load: async () =>
      options.model === null
        ? begin()
        : copyOf(resource, await readObject({ ...resource, ...options.model })),
    save: async (change, saveOptions) => {
      if (change.type !== 'create') throw new Error('an object that is not there cannot be edited');
      const { object: written } = change;
      const { object, warnings } = await call(endpoints.createResource, {
        params: { cluster, group, plural, namespace: written.metadata?.namespace ?? '_' },
        query: queryOf(saveOptions),
        body: { object: written as never },
      });
      return { object: object as KubernetesObject, warnings };
    },
  };
}

/** An object as it was on one side of a change: written on today's version, or anew where it is gone. */
export async function restoredObject(
  place: ObjectPlace,
  { entry, image }: { entry: string; image: 'before' | 'after' },
  schemas: SchemaLookup,
): Promise<EditorSource> {
  const { object, current } = await call(endpoints.prepareRestore, {
    params: { ...place, entry },
    query: { image },
  });
  const written = object as KubernetesObject;
  if (current === null) {
    const source = newObject(place, { namespace: null, model: null, schemas });
    // a Job's selector, a Service's address: the cluster gives them to the new object
    const proposed = withoutServerFields(descriptorFor(place.group, place.plural).anew(written));
    return { ...source, proposed, load: () => Promise.resolve(proposed) };
  }
  const proposed = withoutServerFields(written);
  const there = existingObject(place, schemas);
  let first: KubernetesObject | null = current as KubernetesObject;
  return {
    ...there,
    proposed,
    load: () => {
      const begin = first;
      first = null;
      return begin === null ? there.load() : Promise.resolve(begin);
    },
  };
}

/** What a copy takes along: everything that was written by hand, but the name; nobody owns it or holds it back yet. */
function copyOf({ group, plural }: ResourceRef, object: KubernetesObject): KubernetesObject {
  const { metadata, ...rest } = withoutServerFields(descriptorFor(group, plural).anew(object));
  const {
    ownerReferences: _owners,
    finalizers: _finalizers,
    generateName: _prefix,
    ...kept
  } = metadata ?? {};
  return { ...rest, metadata: { ...kept, name: '' } };
}
