import type { RouteLocationRaw } from 'vue-router';
import type { ObjectPlace } from '../edit/object-source.ts';

/** Which side of a change is meant. */
export type ImageSide = 'before' | 'after';

/** The page that writes an object as it was on one side of a change. */
export function restoreLocation(
  { cluster, group, plural, namespace, name }: ObjectPlace,
  entry: string,
  image: ImageSide,
): RouteLocationRaw {
  return {
    name: 'restore-resource',
    params: { cluster, group, plural, namespace, name, entry },
    query: { image },
  };
}
