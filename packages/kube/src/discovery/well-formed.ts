import type { DiscoveredResource } from './discovery.ts';

/** Longest name of anything; Kubernetes allows 253 characters. */
const longestName = 253;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A name that may be a segment of a path: of a group, a version, a plural. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= longestName && /^[a-z0-9][-.a-z0-9]*$/.test(value);
}

function isTexts(value: unknown): value is string[] {
  return (
    Array.isArray(value) && value.every((text) => typeof text === 'string' && text.length <= longestName)
  );
}

/** An APIResource with the names of its subresources; undefined where it is malformed. */
export function readResource(group: string, version: string, value: unknown): DiscoveredResource | undefined {
  if (!isRecord(value)) return undefined;
  const { name, kind, namespaced, verbs, subresources = [] } = value;
  const isWellFormed =
    isName(name) &&
    typeof kind === 'string' &&
    kind.length <= longestName &&
    typeof namespaced === 'boolean' &&
    (verbs === undefined || verbs === null || isTexts(verbs)) &&
    isTexts(subresources);
  if (!isWellFormed) return undefined;
  return { group, version, plural: name, kind, namespaced, verbs: verbs ?? [], subresources };
}
