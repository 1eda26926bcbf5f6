import { objectRight, resourceRight, type Requirement } from '@pilothouse/contract';
import type { LocatedManifest } from './locate-manifest.ts';

/** The object a document is about, as paths and rights name it. */
export function objectOf(
  cluster: string,
  { kind, namespace, name }: Pick<LocatedManifest, 'kind' | 'namespace' | 'name'>,
) {
  const group = kind.group === '' ? 'core' : kind.group;
  return { cluster, group, plural: kind.plural, namespace: namespace ?? '_', name: name ?? '' };
}

/** What applying a document needs: what is not there is created. */
export function rightsOf(
  cluster: string,
  located: Pick<LocatedManifest, 'kind' | 'namespace' | 'name'>,
): Requirement[] {
  const object = objectOf(cluster, located);
  const create = resourceRight(object, 'create');
  return located.name === null ? [create] : [objectRight(object, 'patch'), create];
}
