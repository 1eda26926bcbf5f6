/** A JSON object; not an `ExactInteger`, which is a number. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The value of an object's own key: `constructor` and `__proto__` are keys like any other. */
export function ownValue(record: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Sets an object's own key, `__proto__` too. */
export function setOwn(record: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') record[key] = value;
  else Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Whether two JSON values say the same; the order of keys says nothing, a key without a value is not there. */
export function sameValue(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one)) {
    if (!Array.isArray(other) || one.length !== other.length) return false;
    return one.every((item, index) => sameValue(item, other[index]));
  }
  if (isRecord(one)) {
    if (!isRecord(other)) return false;
    const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...keys].every((key) => sameValue(ownValue(one, key), ownValue(other, key)));
  }
  // exact integers are equal by their digits
  return isExact(one) && isExact(other) && String(one) === String(other);
}

/** A whole number beyond 2^53, kept as an object (`ExactInteger`). */
export function isExact(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRecord(value);
}
