import { oneLine } from '../transport/network-error.ts';
import { unreadable } from './kubeconfig-error.ts';
import { cleanKubeconfig } from './kubeconfig-text.ts';
import { readYaml } from './read-yaml.ts';

/** Largest kubeconfig that is read, in bytes: what it takes to read one must not be noticed by others. */
export const largestKubeconfig = 262_144;
const mostEntries = 500;

/** A mapping of the file; keys as written. */
export type Mapping = Readonly<Record<string, unknown>>;

/** A kubeconfig's entries by name, not yet judged. */
export interface ParsedKubeconfig {
  root: Mapping;
  currentContext: string | undefined;
  clusters: ReadonlyMap<string, Mapping>;
  users: ReadonlyMap<string, Mapping>;
  contexts: ReadonlyMap<string, Mapping>;
}

/** A kubeconfig's text, or what was read of it already. */
export type Kubeconfig = string | ParsedKubeconfig;

/** Reads the frame of a kubeconfig. Throws KubeconfigError `kubeconfigUnreadable`. */
export function parseKubeconfig(text: Kubeconfig): ParsedKubeconfig {
  if (typeof text !== 'string') return text;
  const root = readYaml(cleanKubeconfig(text), largestKubeconfig);
  if (!isMapping(root)) throw unreadable('notMapping');
  if (isSet(root['kind']) && root['kind'] !== 'Config') {
    throw unreadable('wrongKind', { kind: oneLine(String(root['kind']), 50) });
  }
  if (isSet(root['apiVersion']) && root['apiVersion'] !== 'v1') {
    throw unreadable('wrongVersion', { version: oneLine(String(root['apiVersion']), 50) });
  }
  const contexts = entries(root, 'contexts', 'context');
  if (contexts.size === 0) throw unreadable('noContexts');
  return {
    root,
    currentContext: textOf(root['current-context']),
    clusters: entries(root, 'clusters', 'cluster'),
    users: entries(root, 'users', 'user'),
    contexts,
  };
}

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** kubectl treats an empty value as an absent one. */
export function isSet(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false) return false;
  return !(Array.isArray(value) && value.length === 0);
}

/** A value that must be text; undefined where it is empty or something else. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function entries(root: Mapping, list: string, key: string): Map<string, Mapping> {
  const found = new Map<string, Mapping>();
  const items = root[list] ?? [];
  if (!Array.isArray(items)) throw unreadable('notList', { list });
  if (items.length > mostEntries) throw unreadable('tooManyEntries', { list, most: String(mostEntries) });
  for (const item of items) {
    const name = isMapping(item) ? item['name'] : undefined;
    if (!isMapping(item) || typeof name !== 'string' || name === '') {
      throw unreadable('entryUnnamed', { list });
    }
    if (found.has(name)) throw unreadable('nameTwice', { list, name: oneLine(name, 80) });
    const stray = Object.keys(item).find((other) => other !== 'name' && other !== key);
    if (stray !== undefined) throw unreadable('unknownKey', { list, key: oneLine(stray, 80) });
    const content = item[key] ?? {};
    if (!isMapping(content)) {
      throw unreadable('entryNotMapping', { path: `${list}[${oneLine(name, 80)}].${key}` });
    }
    found.set(name, content);
  }
  return found;
}
