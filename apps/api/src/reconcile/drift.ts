import {
  fieldOwners,
  isRecord,
  pathText,
  sameValue,
  type KubernetesObject,
  type PathStep,
} from '@pilothouse/kinds';
import type { DriftedField } from './unit-state.ts';
import { appsManager } from './unit-status.ts';

/** More than anybody reads. */
const mostFields = 50;
/** Longest value, as JSON, that is kept. */
const mostText = 500;

type Steps = readonly PathStep[];

/** A field that somebody has changed, with its values as a whole. */
export interface ChangedField {
  kind: string;
  name: string;
  path: Steps;
  wanted: unknown;
  /** Undefined: it is not there. */
  found: unknown;
}

/** As {@link changedFields}, to be kept and shown. */
export function driftOf(rendered: KubernetesObject, found: KubernetesObject): DriftedField[] {
  return changedFields(rendered, found).map((field) => driftedField(field));
}

/** @param longest value, as JSON, that is shown as it is. */
export function driftedField(
  { kind, name, path, wanted, found }: ChangedField,
  longest = mostText,
): DriftedField {
  const isHidden = kind === 'Secret' && (path[0] === 'data' || path[0] === 'stringData');
  const shown = (value: unknown) => (isHidden && value !== undefined ? '***' : shortened(value, longest));
  const field = { kind, name, path: pathText(path), wanted: shown(wanted) };
  return found === undefined ? field : { ...field, found: shown(found) };
}

/**
 * Fields of a rendered object that others have changed in the cluster, or taken out: those that the reconciler does not
 * own there any more, for whoever changes a field takes it over. What others have added is theirs.
 */
export function changedFields(rendered: KubernetesObject, found: KubernetesObject): ChangedField[] {
  const owners = fieldOwners(found);
  const lists = new KeyedLists(owners.map(({ path }) => path));
  const own = new Covered(
    owners
      .filter(
        ({ manager, operation, subresource }) =>
          manager === appsManager && operation === 'Apply' && subresource === '',
      )
      .map(({ path }) => path),
    owners.map(({ path }) => path),
  );
  const { kind = '', metadata } = rendered;
  const name = metadata?.name ?? '';
  const changed: ChangedField[] = [];
  const lost = (path: Steps, wanted: unknown, there: unknown) => {
    if (sameValue(wanted, there) || changed.length >= mostFields) return;
    changed.push({ kind, name, path, wanted, found: there });
  };
  const walk = (path: Steps, wanted: unknown, there: unknown): void => {
    if (path.length > 0 && own.has(path)) return;
    if (isRecord(wanted) && (isRecord(there) || Object.keys(wanted).length > 0)) {
      // all of it is gone: said once
      if (there === undefined && path.length > 2) return lost(path, wanted, there);
      for (const [key, value] of Object.entries(wanted))
        walk([...path, key], value, isRecord(there) ? there[key] : undefined);
      return;
    }
    if (Array.isArray(wanted) && lists.has(path)) {
      for (const item of wanted as unknown[]) {
        const step = lists.stepOf(path, item);
        const live = Array.isArray(there)
          ? (there as unknown[]).find((other) => isItem(other, step))
          : undefined;
        walk([...path, step], item, live);
      }
      return;
    }
    lost(path, wanted, there);
  };
  for (const [key, value] of Object.entries(declared(rendered)))
    walk([key], value, (found as Record<string, unknown>)[key]);
  return changed;
}

/** What of an object has owners: not what names it. */
function declared(object: KubernetesObject): Record<string, unknown> {
  const { apiVersion: _version, kind: _kind, metadata = {}, ...rest } = object;
  const { labels, annotations } = metadata;
  const own = { ...(labels && { labels }), ...(annotations && { annotations }) };
  // the cluster turns it into data
  const { stringData: _text, ...kept } = rest as Record<string, unknown>;
  return { ...(Object.keys(own).length > 0 && { metadata: own }), ...kept };
}

function shortened(value: unknown, longest: number): unknown {
  const text = JSON.stringify(value) ?? '';
  return text.length > longest ? `${text.slice(0, longest)}…` : value;
}

function isItem(item: unknown, step: PathStep): boolean {
  if (typeof step !== 'object') return false;
  if ('' in step) return sameValue(item, step['']);
  return isRecord(item) && Object.entries(step).every(([key, value]) => sameValue(item[key], value));
}

const textOf = (path: Steps) => JSON.stringify(path);

/** Lists whose items are known by keys, as the cluster keeps their owners. */
class KeyedLists {
  readonly #steps = new Map<string, Record<string, unknown>[]>();

  constructor(paths: PathStep[][]) {
    for (const path of paths) {
      for (const [index, step] of path.entries()) {
        if (typeof step !== 'object') continue;
        const at = textOf(path.slice(0, index));
        this.#steps.set(at, [...(this.#steps.get(at) ?? []), step]);
      }
    }
  }

  has(path: Steps): boolean {
    return this.#steps.has(textOf(path));
  }

  /** The step by which the cluster knows an item; keys that the item leaves out are the cluster's defaults. */
  stepOf(path: Steps, item: unknown): Record<string, unknown> {
    const steps = this.#steps.get(textOf(path)) ?? [];
    const [first = {}] = steps;
    if (!isRecord(item)) return { '': item };
    const fits = (step: Record<string, unknown>) =>
      Object.entries(step).every(([key, value]) => item[key] === undefined || sameValue(item[key], value));
    const known = steps.find(fits);
    if (known !== undefined) return known;
    return Object.fromEntries(Object.keys(first).map((key) => [key, item[key]]));
  }
}

/** Paths that are owned, and what is below those that are owned as a whole. */
class Covered {
  readonly #owned: ReadonlySet<string>;
  readonly #inner = new Set<string>();

  constructor(owned: PathStep[][], all: PathStep[][]) {
    this.#owned = new Set(owned.map(textOf));
    for (const path of all)
      for (let length = 1; length < path.length; length += 1) this.#inner.add(textOf(path.slice(0, length)));
  }

  has(path: Steps): boolean {
    const text = textOf(path);
    return this.#owned.has(text) && !this.#inner.has(text);
  }
}
