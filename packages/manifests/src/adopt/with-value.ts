import type { PathStep } from '@pilothouse/kinds';
import { isSame } from '../canonical.ts';

export type Path = readonly PathStep[];
type Key = Readonly<Record<string, unknown>>;

/** The same value with another one at a path, undefined: with none. Items of lists are known by their keys; a new one is the last. */
export function withValue(base: unknown, path: Path, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof step === 'object') {
    const items = Array.isArray(base) ? (base as unknown[]) : [];
    const index = items.findIndex((item) => isItem(item, step));
    const next = withValue(items[index], rest, value);
    const all = index < 0 ? [...items, next] : items.with(index, next);
    return all.filter((item) => item !== undefined);
  }
  const fields = typeof base === 'object' && base !== null ? (base as Record<string, unknown>) : {};
  const { [step]: before, ...others } = fields;
  const next = withValue(before, rest, value);
  return next === undefined ? others : { ...others, [step]: next };
}

/** Keys that an item leaves out are the cluster's defaults. */
export function isItem(item: unknown, step: Key): boolean {
  if (typeof item !== 'object' || item === null) return false;
  return Object.entries(step).every(([key, value]) => {
    const own = (item as Record<string, unknown>)[key];
    return own === undefined || isSame(own, value);
  });
}
