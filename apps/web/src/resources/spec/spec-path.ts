import { isRecord, type PlainPath } from '@pilothouse/kinds';

/**
 * Where in a spec something is that was said of `container.env.LOG_LEVEL` or `container.ports.0.name`: items of lists go
 * by index, by name or by mount path, and keys of maps may have dots in them.
 */
export function specPath(text: string, spec: unknown): PlainPath {
  return walk(text === '' ? [] : text.split('.'), spec);
}

function walk(steps: readonly string[], value: unknown): (string | number)[] {
  const [first] = steps;
  if (first === undefined) return [];
  if (Array.isArray(value)) {
    if (/^\d+$/.test(first)) return [Number(first), ...walk(steps.slice(1), value[Number(first)])];
    const [count, index] = longest(steps, (name) => indexOf(value, name));
    return index === undefined ? [] : [index, ...walk(steps.slice(count), value[index])];
  }
  if (!isRecord(value)) return steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
  const [count, key = first] = longest(steps, (name) => (name in value ? name : undefined));
  return [key, ...walk(steps.slice(count), value[key])];
}

/** How many of the steps make one name, and what that names; the longest, since a key can hold dots. */
function longest<T>(steps: readonly string[], find: (name: string) => T | undefined): [number, T?] {
  for (let count = steps.length; count > 0; count -= 1) {
    const found = find(steps.slice(0, count).join('.'));
    if (found !== undefined) return [count, found];
  }
  return [1];
}

function indexOf(list: readonly unknown[], name: string): number | undefined {
  const index = list.findIndex(
    (item) => isRecord(item) && (item['name'] === name || item['mountPath'] === name),
  );
  return index < 0 ? undefined : index;
}
