import type { KubernetesObject } from '../kind.ts';
import type { PathStep } from './path.ts';
import { isRecord } from './values.ts';

/** Who wrote a field last, as the apiserver keeps it in `metadata.managedFields`. */
export interface FieldOwner {
  path: PathStep[];
  manager: string;
  /** `Apply` or `Update`. */
  operation: string;
  /** `status`, `scale`; empty: the object itself. */
  subresource: string;
  /** RFC 3339; empty where the entry has none. */
  time: string;
}

/** An object can have megabytes of them. */
const mostFields = 20_000;
const deepest = 60;

/**
 * Every field that somebody owns, each owner an entry of its own (a field may have several). Only ends are listed:
 * `spec.replicas`, not `spec`, but an object or list item that is owned itself as well (`.` in fieldsV1).
 */
export function fieldOwners(object: KubernetesObject): FieldOwner[] {
  const owners: FieldOwner[] = [];
  const entries: unknown = object.metadata?.managedFields;
  if (!Array.isArray(entries)) return owners;
  for (const entry of entries as unknown[]) {
    if (!isRecord(entry) || !isRecord(entry['fieldsV1'])) continue;
    const by = {
      manager: text(entry['manager']),
      operation: text(entry['operation']),
      subresource: text(entry['subresource']),
      time: text(entry['time']),
    };
    walk(entry['fieldsV1'], [], (path) => {
      if (owners.length < mostFields) owners.push({ path, ...by });
    });
  }
  return owners;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function walk(fields: Record<string, unknown>, path: PathStep[], found: (path: PathStep[]) => void): void {
  if (path.length > deepest) return;
  for (const [key, below] of Object.entries(fields)) {
    if (key === '.') {
      found(path);
      continue;
    }
    const step = stepOf(key);
    if (step === null) continue;
    const inner = [...path, step];
    if (isRecord(below) && Object.keys(below).length > 0) walk(below, inner, found);
    else found(inner);
  }
}

/** `f:image`, `k:{"name":"web"}`, `v:"a"`, `i:3` (`structured-merge-diff/fieldpath/serialize-pe.go`). */
function stepOf(key: string): PathStep | null {
  const rest = key.slice(2);
  if (key.startsWith('f:')) return rest;
  try {
    const value: unknown = JSON.parse(rest);
    if (key.startsWith('k:')) return isRecord(value) ? value : null;
    if (key.startsWith('v:')) return { '': value };
    return key.startsWith('i:') && typeof value === 'number' ? value : null;
  } catch {
    return null;
  }
}
