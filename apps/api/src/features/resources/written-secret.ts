import type { objectPatch } from '@pilothouse/contract';
import { hiddenAnnotations, isMasked, isSecretKind, maskSecret } from '@pilothouse/kinds';
import type { z } from 'zod';
import type { AppError } from '../../http/app-error.ts';
import type { ServedKind } from './resource-cluster.ts';
import { refusal, type WrittenObject } from './written-object.ts';

type Patch = Exclude<z.output<typeof objectPatch>, { type: 'apply' }>;
type Values = Record<string, unknown>;
interface Secret {
  metadata: { resourceVersion: string };
  data?: Record<string, string>;
}

/** Whether the objects of a kind are Secrets, whose values are shown by the action `reveal` alone. */
export function holdsSecrets({ resource }: Pick<ServedKind, 'resource'>): boolean {
  return isSecretKind(resource.group, resource.plural);
}

/** An object as an answer may show it. */
export function shown<T>(kind: Pick<ServedKind, 'resource'>, object: T): T {
  return holdsSecrets(kind) ? maskSecret(object) : object;
}

/** A new Secret has no values yet that a mask could stand for. Throws `invalidField`. */
export function refuseMasks(object: WrittenObject, at: string): void {
  for (const [path, value] of valuesOf(object)) if (isMasked(value)) throw standsForNothing(at, path);
}

/**
 * A Secret that is to be replaced or applied, its masked values and hidden annotations filled in from the cluster's; a
 * mask binds it to the version its value was read from. Throws `invalidField` for a mask of nothing.
 */
export function withValues(
  object: WrittenObject,
  before: object | null,
  { at, keepAnnotations }: { at: string; keepAnnotations: boolean },
): WrittenObject {
  const isBound = valuesOf(object).some(([, value]) => isMasked(value));
  const hidden = keepAnnotations ? hiddenAnnotations(before) : {};
  if (!isBound && Object.keys(hidden).length === 0) return object;
  const live = before as Secret | null;
  const { metadata } = object;
  const annotations = { ...hidden, ...(metadata['annotations'] as Values | undefined) };
  return {
    ...filledIn(object, live, at),
    metadata: {
      ...metadata,
      ...(isBound && live && { resourceVersion: live.metadata.resourceVersion }),
      ...(Object.keys(annotations).length > 0 && { annotations }),
    },
  };
}

/**
 * A patch of a Secret, its masked values filled in from the cluster's. Operations that would tell of a value, or carry
 * it where it is shown, are refused. Throws `invalidField`.
 */
export function patchWithValues(patch: Patch, before: object | null): Patch {
  const at = 'body.patch';
  const live = before as Secret | null;
  if (patch.type !== 'json') return { ...patch, patch: filledIn(patch.patch, live, at) };
  const telling = patch.patch.findIndex(({ op }) => op === 'test' || op === 'copy' || op === 'move');
  if (telling !== -1)
    throw refusal(
      at,
      `${telling}.op`,
      'a Secret takes add, replace and remove only: the others tell of its values',
    );
  const operations = patch.patch.map((operation, index) => {
    const [, field, key, ...deeper] = operation.path.split('/');
    if (field === 'data' && key === undefined)
      return { ...operation, value: filledIn({ data: operation.value }, live, at).data };
    if (!isMasked(operation.value) || deeper.length > 0) return operation;
    const name = (key ?? '').replaceAll('~1', '/').replaceAll('~0', '~');
    return { ...operation, value: valueOf(live, field ?? '', name, at, `${index}.value`) };
  });
  return { ...patch, patch: operations };
}

/** The Secret's own value for each mask in `data`. */
function filledIn<T extends Values>(written: T, live: Secret | null, at: string): T {
  const { data } = written;
  const [stray] = valuesOf(written).filter(([path, value]) => isMasked(value) && !path.startsWith('data.'));
  if (stray !== undefined) throw standsForNothing(at, stray[0]);
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return written;
  const filled = Object.entries(data as Values).map(([key, value]) => [
    key,
    isMasked(value) ? valueOf(live, 'data', key, at, `data.${key}`) : value,
  ]);
  return { ...written, data: Object.fromEntries(filled) };
}

function valueOf(live: Secret | null, field: string, key: string, at: string, path: string): string {
  const data = live?.data ?? {};
  const value = field === 'data' && Object.hasOwn(data, key) ? data[key] : undefined;
  if (value === undefined) throw standsForNothing(at, path);
  return value;
}

function standsForNothing(at: string, path: string): AppError {
  return refusal(
    at,
    path,
    'this stands for a value that is not shown, and the Secret has none under this key',
  );
}

/** Path and value of each entry of `data` and `stringData`. */
function valuesOf(written: Values): [path: string, value: unknown][] {
  return ['data', 'stringData'].flatMap((field) => {
    const values = written[field];
    if (typeof values !== 'object' || values === null) return [];
    return Object.entries(values).map(([key, value]): [string, unknown] => [`${field}.${key}`, value]);
  });
}
