import { createHash } from 'node:crypto';
import {
  instanceSpec,
  type AdoptionProblem,
  type ApplicationSpec,
  type InstanceSpec,
  type NamespaceDefaults,
} from '@pilothouse/contract';
import { pathText, sameValue, valueAt, type KubernetesObject, type PathStep } from '@pilothouse/kinds';
import { adoptField } from '@pilothouse/manifests';
import { changedFields, type ChangedField } from '../../reconcile/drift.ts';
import type { LiveObject } from '../../reconcile/live-objects.ts';
import { keyOf, sameKey, type ObjectKey } from '../../reconcile/object-key.ts';
import type { UnitRef } from '../../reconcile/unit-source.ts';
import type { InstanceRow } from './instance.repository.ts';
import type { ApplicationRendering } from './rendering.ts';

/** A field that is otherwise in the cluster, and the object it is in. */
interface Changed {
  id: string;
  field: ChangedField;
  key: ObjectKey;
  /** Null: it is gone. */
  live: KubernetesObject | null;
}

interface Sides {
  row: InstanceRow;
  unit: UnitRef;
  application: ApplicationSpec;
  defaults: NamespaceDefaults;
  rendering: ApplicationRendering;
  live: readonly LiveObject[];
}

/** An instance beside what its cluster has of it. */
export class DriftedInstance {
  readonly #sides: Sides;

  constructor(sides: Sides) {
    this.#sides = sides;
  }

  get row(): InstanceRow {
    return this.#sides.row;
  }

  get unit(): UnitRef {
    return this.#sides.unit;
  }

  /** What is otherwise in the cluster than the instance says, or would say. */
  changed(spec: InstanceSpec = this.row.spec): Changed[] {
    return this.#render(spec).flatMap((object) => {
      const key = keyOf(object);
      const live = this.#sides.live.find((each) => sameKey(each.key, key));
      // it is not written yet
      if (live === undefined) return [];
      const { found } = live;
      const { kind, name } = key;
      const fields =
        found === null
          ? [{ kind, name, path: [], wanted: null, found: undefined }]
          : changedFields(object, found);
      return fields.map((field) => ({ id: idOf(field), field, key, live: found }));
    });
  }

  /** The spec that says all of them as they were found, and is then rendered so. */
  adopted(
    all: readonly Changed[],
  ): { problem: null; spec: InstanceSpec } | { problem: AdoptionProblem; spec: null } {
    const refused = (problem: AdoptionProblem) => ({ problem, spec: null });
    const { application, defaults, row } = this.#sides;
    let { spec } = row;
    for (const { field, live } of all) {
      const { kind, path } = field;
      const at = (place: readonly PathStep[]) => valueAt(live, place);
      const next = adoptField({ application, instance: spec, defaults }, { kind, path, at });
      if (next === null) return refused(path.length === 0 ? 'gone' : 'unsaid');
      spec = next;
    }
    const read = instanceSpec.safeParse(spec);
    if (!read.success) return refused('invalid');
    const objects = this.#render(read.data);
    const isAsFound = all.every(({ field: { path, found }, key }) => {
      const object = objects.find((each) => sameKey(keyOf(each), key));
      return sameValue(valueAt(object, path), found);
    });
    return isAsFound ? { problem: null, spec: read.data } : refused('differs');
  }

  #render(spec: InstanceSpec): KubernetesObject[] {
    const { application, rendering, row } = this.#sides;
    return rendering.instance({ ...row, spec }, application);
  }
}

function idOf({ kind, name, path, found }: ChangedField): string {
  const text = JSON.stringify([kind, name, pathText(path), found ?? null]);
  return createHash('sha256').update(text).digest('base64url');
}
