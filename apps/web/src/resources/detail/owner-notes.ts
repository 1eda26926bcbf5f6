import {
  fieldOwners,
  plainPath,
  rangeOf,
  readKubectlDocuments,
  valueAt,
  type FieldOwner,
  type KubernetesObject,
} from '@pilothouse/kinds';
import type { LineNote } from '../../components/YamlEditor/line-notes.ts';

const limits = { maxBytes: 8 * 1024 * 1024, maxNodes: 150_000 };

/** Who wrote each field of an object that a text shows, as remarks behind its lines. */
export function ownerNotes(
  object: KubernetesObject,
  text: string,
  words: { short(owner: FieldOwner): string; long(owner: FieldOwner): string },
): LineNote[] {
  const [shown] = readKubectlDocuments(text, limits);
  if (shown === undefined) return [];
  const byLine = new Map<number, FieldOwner[]>();
  for (const owner of fieldOwners(object)) {
    const path = plainPath(shown.value, owner.path);
    if (path === null || path.length === 0 || valueAt(shown.value, path) === undefined) continue;
    const start = text.lastIndexOf('\n', rangeOf(shown, path).from) + 1;
    byLine.set(start, [...(byLine.get(start) ?? []), owner]);
  }
  return [...byLine]
    .map(([at, owners]) => ({
      at,
      text: [...new Set(owners.map(words.short))].join(', '),
      title: [...new Set(owners.map(words.long))].join('\n'),
    }))
    .toSorted((a, b) => a.at - b.at);
}
