import type { PlainPath } from '../merge/path.ts';
import { isRecord } from '../merge/values.ts';

/** Why a document is not an object of Kubernetes, before its kind is looked at. */
export const headProblems = [
  'notAnObject',
  'noApiVersion',
  'noKind',
  'noMetadata',
  'noName',
  'flattened',
] as const;
export type HeadProblem = (typeof headProblems)[number];

/** What is wrong with a document's head, and where; null where it can be sent. A list has its objects' heads. */
export function headProblem(value: unknown): { problem: HeadProblem; path: PlainPath } | null {
  if (!isRecord(value)) return { problem: 'notAnObject', path: [] };
  const has = (key: string) => Object.hasOwn(value, key) && value[key] !== null;
  if (!has('kind')) return { problem: 'noKind', path: [] };
  if (!has('apiVersion')) return { problem: 'noApiVersion', path: ['kind'] };
  if (Array.isArray(value['items'])) return null;
  const metadata = value['metadata'];
  if (!isRecord(metadata)) {
    if (has('name')) return { problem: 'flattened', path: ['name'] };
    return { problem: 'noMetadata', path: has('metadata') ? ['metadata'] : [] };
  }
  if (metadata['name'] || metadata['generateName']) return null;
  return has('name') ? { problem: 'flattened', path: ['name'] } : { problem: 'noName', path: ['metadata'] };
}
