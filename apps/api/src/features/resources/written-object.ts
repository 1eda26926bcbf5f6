import type { writtenObject } from '@pilothouse/contract';
import type { DiscoveredResource } from '@pilothouse/kube';
import type { z } from 'zod';
import { AppError } from '../../http/app-error.ts';
import { namespaceOf, type ServedKind } from './resource-cluster.ts';

export type WrittenObject = z.output<typeof writtenObject>;

/** Where an object is written to: a kind in the version the object is in, and its place. */
export interface WritePlace {
  kind: ServedKind;
  resource: DiscoveredResource;
  namespace: string | undefined;
}

/**
 * Holds an object to the path it was sent to and to what the cluster serves: another group, kind, scope or name than
 * the rights were asked for never leaves. Returns the place, and the object with its namespace filled in.
 * Throws `invalidField` with the field's path.
 * @param at where the object stands in the request: `body.object`
 */
export async function agreeing(
  object: WrittenObject,
  { kind, namespace: given, name, at }: { kind: ServedKind; namespace: string; name?: string; at: string },
): Promise<WritePlace & { object: WrittenObject }> {
  const namespace = namespaceOf(kind, given);
  const resource = await servedVersion(kind, object.apiVersion, at);
  if (object.kind !== resource.kind) throw refusal(at, 'kind', `these are of kind ${resource.kind}`);
  const { metadata } = object;
  if (name !== undefined && metadata.name !== name)
    throw refusal(at, 'metadata.name', `the path names ${name}`);
  if (name === undefined && !metadata.name && !metadata.generateName)
    throw refusal(at, 'metadata.name', 'the object has no name');
  const { namespace: own = '' } = metadata;
  if (own !== '' && own !== namespace) {
    const reason =
      namespace === undefined
        ? `${resource.plural} do not live in a namespace`
        : `the path names ${namespace}`;
    throw refusal(at, 'metadata.namespace', reason);
  }
  const { namespace: _own, ...rest } = metadata;
  const placed = namespace === undefined ? rest : { ...rest, namespace };
  return { kind, resource, namespace, object: { ...object, metadata: placed } };
}

/** An object may be written in any version that its kind is served in. */
async function servedVersion(
  { cluster, resource }: ServedKind,
  apiVersion: string,
  at: string,
): Promise<DiscoveredResource> {
  if (apiVersion === apiVersionOf(resource)) return resource;
  const { resources } = await cluster.discovery.get();
  const versions = resources.filter(
    ({ group, plural }) => group === resource.group && plural === resource.plural,
  );
  const served = versions.find((version) => apiVersionOf(version) === apiVersion);
  if (served !== undefined) return served;
  throw refusal(at, 'apiVersion', `the cluster serves ${versions.map(apiVersionOf).join(', ')}`);
}

export function apiVersionOf({ group, version }: { group: string; version: string }): string {
  return group === '' ? version : `${group}/${version}`;
}

export function refusal(at: string, path: string, reason: string): AppError {
  const field = `${at}.${path}`;
  return new AppError('invalidField', { field, reason }, field);
}
