import { createHash } from 'node:crypto';
import { isRecord } from '@pilothouse/kinds';
import type { WholeObject } from './object-door.ts';

/**
 * What a plan was made against, as a text that is another one when somebody changed the object: its version, or, where a
 * status may change all the time, a digest of the rest.
 */
export function targetOf(object: WholeObject | null): string {
  if (object === null) return 'absent';
  const { uid, resourceVersion } = object.metadata as { uid?: string; resourceVersion?: string };
  if (object['status'] === undefined) return `${uid}:${resourceVersion}`;
  const { status: _status, metadata, ...rest } = object;
  const { managedFields: _owners, resourceVersion: _version, ...own } = metadata;
  const digest = createHash('sha256').update(JSON.stringify([inOrder(rest), inOrder(own)]));
  return `${uid}:sha256:${digest.digest('hex')}`;
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isRecord(value)) return value;
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, inOrder(item)]);
}
