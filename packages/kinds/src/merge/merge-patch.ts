import { isRecord, ownValue, sameValue, setOwn } from './values.ts';

/**
 * The JSON merge patch (RFC 7386) that makes `to` of `from`: only what differs, `null` for what is gone, lists whole.
 * An object's `null`s cannot be said by such a patch: `to` is reached without them, as Kubernetes reads it anyway.
 * @returns `{}` where two objects are the same; `to` itself where one of them is no object.
 */
export function mergePatch(from: unknown, to: unknown): unknown {
  if (!isRecord(from) || !isRecord(to)) return to;
  const patch: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const before = ownValue(from, key);
    const after = ownValue(to, key);
    if (sameValue(before, after)) continue;
    if (after === undefined || after === null) {
      if (before !== undefined) setOwn(patch, key, null);
    } else setOwn(patch, key, mergePatch(before, after));
  }
  return patch;
}

/** What a JSON merge patch (RFC 7386) makes of a value; neither is changed. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const before = isRecord(target) ? target : {};
  const result: Record<string, unknown> = {};
  // what stays keeps its place
  for (const key of new Set([...Object.keys(before), ...Object.keys(patch)])) {
    const value = ownValue(before, key);
    const change = ownValue(patch, key);
    if (change === undefined) setOwn(result, key, value);
    else if (change !== null) setOwn(result, key, applyMergePatch(value, change));
  }
  return result;
}
