/** What became of a key whose value is not kept. `unknown`: the digests were made with different keys. */
export interface KeyChange {
  key: string;
  change: 'added' | 'removed' | 'changed' | 'unchanged' | 'unknown';
}

interface WithData {
  [field: string]: unknown;
  data?: unknown;
}

function digestsOf(image: WithData | null): Map<string, string> {
  const { data } = image ?? {};
  return new Map(typeof data === 'object' && data !== null ? Object.entries(data as object) : []);
}

/** `hmac-sha256:<key>:<digest>`: the same value has the same digest, as long as the key is the same. */
const keyOf = (digest: string) => digest.split(':')[1];

/** What a write did to each key of an object of which digests are kept in the place of values, by name. */
export function keyChanges(before: WithData | null, after: WithData | null): KeyChange[] {
  const was = digestsOf(before);
  const is = digestsOf(after);
  return [...new Set([...was.keys(), ...is.keys()])].toSorted().map((key) => {
    const [old, now] = [was.get(key), is.get(key)];
    if (old === undefined) return { key, change: 'added' };
    if (now === undefined) return { key, change: 'removed' };
    if (old === now) return { key, change: 'unchanged' };
    return { key, change: keyOf(old) === keyOf(now) ? 'changed' : 'unknown' };
  });
}

/** The image without what {@link keyChanges} tells of. */
export function withoutData<T extends object>(image: T): Omit<T, 'data'> {
  const { data: _digests, ...rest } = image as T & WithData;
  return rest;
}
