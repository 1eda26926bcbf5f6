import { isRecord, ownValue, sameValue } from './values.ts';

/**
 * A step down into an object: a field's name, a list's index, or, in a list that is keyed, the values of an item's key
 * fields. `{ '': value }` is an item of a set.
 */
export type PathStep = string | number | Readonly<Record<string, unknown>>;
export type Path = readonly PathStep[];
/** A path whose list items are known by index. */
export type PlainPath = readonly (string | number)[];

const plainName = /^[A-Za-z_$][-\w$]*$/;

/** A path as the apiserver writes it: `spec.containers[0].image`, `spec.containers[name=web]`, `data[tls.crt]`. */
export function pathText(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (typeof step === 'object') text += `[${keyText(step)}]`;
    else if (plainName.test(step)) text += text === '' ? step : `.${step}`;
    else text += `[${/[\][=]|^\d+$|^$/.test(step) ? JSON.stringify(step) : step}]`;
  }
  return text;
}

function keyText(key: Readonly<Record<string, unknown>>): string {
  return Object.entries(key)
    .map(
      ([name, value]) =>
        `${name}=${typeof value === 'string' && plainName.test(value) ? value : JSON.stringify(value)}`,
    )
    .join(',');
}

/** The value at a path; undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const step of path) {
    if (Array.isArray(current)) current = current[indexOf(current, step)];
    else current = typeof step === 'string' && isRecord(current) ? ownValue(current, step) : undefined;
  }
  return current;
}

/** The same path with every list item by its index; null where an item is not in the object. */
export function plainPath(value: unknown, path: Path): PlainPath | null {
  const plain: (string | number)[] = [];
  let current = value;
  for (const step of path) {
    const index = Array.isArray(current) ? indexOf(current, step) : -1;
    if (typeof step === 'object' && index < 0) return null;
    plain.push(typeof step === 'object' ? index : step);
    current = valueAt(current, [step]);
  }
  return plain;
}

function indexOf(list: readonly unknown[], step: PathStep): number {
  if (typeof step === 'number') return step;
  if (typeof step === 'string') return -1;
  return list.findIndex((item) =>
    Object.entries(step).every(([name, value]) =>
      name === '' ? sameValue(item, value) : isRecord(item) && sameValue(ownValue(item, name), value),
    ),
  );
}

/** Longer than any that a cluster writes. */
const longestText = 4096;

/**
 * Reads a path as the apiserver writes it in causes, strict decoding errors and apply conflicts
 * (`apimachinery/pkg/util/validation/field/path.go`, `structured-merge-diff/fieldpath`), with the help of the object
 * that it is about: names may hold dots and brackets, which the text does not escape.
 * @returns null where the text is no path.
 */
export function parseFieldPath(text: string, object: unknown): PlainPath | null {
  if (text.length > longestText) return null;
  const path: (string | number)[] = [];
  let rest = text.startsWith('.') ? text.slice(1) : text;
  let current = object;
  while (rest !== '') {
    const [step, length] = rest.startsWith('[') ? bracketed(rest, current) : named(rest, current);
    if (length === 0) return null;
    path.push(step);
    current = valueAt(current, [step]);
    rest = rest.slice(length).replace(/^\.(?=.)/s, '');
  }
  return path.length === 0 ? null : path;
}

/** A step and how many characters it took; none where there is no step. */
type Taken = [step: string | number, length: number];

function named(text: string, at: unknown): Taken {
  const ends = [...text.matchAll(/[.[]/g)].map(({ index }) => index);
  ends.push(text.length);
  const known = isRecord(at) ? ends.find((end) => Object.hasOwn(at, text.slice(0, end))) : undefined;
  const end = known ?? ends[0] ?? 0;
  const name = text.slice(0, end);
  return /[\s<>]/.test(name) && known === undefined ? ['', 0] : [name, end];
}

function bracketed(text: string, at: unknown): Taken {
  const ends = [...text.matchAll(/\](?=$|[.[])/g)].map(({ index }) => index);
  const inner = (end: number) => text.slice(1, end);
  if (isRecord(at)) {
    const end = ends.find((candidate) => Object.hasOwn(at, inner(candidate))) ?? ends[0];
    return end === undefined ? ['', 0] : [inner(end), end + 1];
  }
  for (const end of ends) {
    const index = itemIndex(inner(end), at);
    if (index !== null) return [index, end + 1];
  }
  const [end] = ends;
  return end === undefined ? ['', 0] : [inner(end), end + 1];
}

/** `3`, `name="web"`, `containerPort=80,protocol="TCP"` or `="a"`, as the index of that item. */
function itemIndex(inner: string, list: unknown): number | null {
  if (/^\d{1,6}$/.test(inner)) return Number(inner);
  if (!Array.isArray(list)) return null;
  const key: Record<string, unknown> = {};
  let rest = inner;
  while (rest !== '') {
    const part = /^([\w-]*)=("(?:[^"\\]|\\.)*"|[^,]*)(?:,|$)/.exec(rest);
    if (part === null) return null;
    const [whole, name = '', value = ''] = part;
    key[name] = jsonOr(value);
    rest = rest.slice(whole.length);
  }
  const index = indexOf(list, key);
  return index < 0 ? null : index;
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
