import { oneLine } from '../transport/network-error.ts';
import { unreadable } from './kubeconfig-error.ts';
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
  const root = readYaml(text, largestKubeconfig);
  if (!isMapping(root)) throw unreadable('it is not a mapping');
  if (isSet(root['kind']) && root['kind'] !== 'Config') {
    throw unreadable(`its kind is ${oneLine(String(root['kind']), 50)}, not Config`);
  }
  if (isSet(root['apiVersion']) && root['apiVersion'] !== 'v1') {
    throw unreadable(`its apiVersion is ${oneLine(String(root['apiVersion']), 50)}, not v1`);
  }
  const contexts = entries(root, 'contexts', 'context');
  if (contexts.size === 0) throw unreadable('it has no contexts');
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
  if (!Array.isArray(items)) throw unreadable(`${list} is not a list`);
  if (items.length > mostEntries) throw unreadable(`${list} has more than ${mostEntries} entries`);
  for (const item of items) {
    const name = isMapping(item) ? item['name'] : undefined;
    if (!isMapping(item) || typeof name !== 'string' || name === '') {
      throw unreadable(`an entry of ${list} has no name`);
    }
    if (found.has(name)) throw unreadable(`${list} has the name ${oneLine(name, 80)} twice`);
    const stray = Object.keys(item).find((other) => other !== 'name' && other !== key);
    if (stray !== undefined)
      throw unreadable(`an entry of ${list} has the unknown key ${oneLine(stray, 80)}`);
    const content = item[key] ?? {};
    if (!isMapping(content)) throw unreadable(`${list}[${oneLine(name, 80)}].${key} is not a mapping`);
    found.set(name, content);
  }
  return found;
}
