import type { InstanceSpec } from '@pilothouse/contract';
import type { Layers } from '../effective-spec.ts';
import type { Path } from './with-value.ts';

/** A field of an object that is rendered of an instance, and is otherwise in the cluster. */
export interface FoundField {
  kind: string;
  /** Empty: the object is gone. */
  path: Path;
  /** What is there at any path of the object; undefined where nothing is. */
  at: (path: Path) => unknown;
}

/** What an instance is made of, with all of its own spec. */
export interface InstanceLayers extends Layers {
  instance: InstanceSpec;
}

/** A value at a path of the instance's spec; undefined: none. */
export type Setting = readonly [path: Path, value: unknown];
