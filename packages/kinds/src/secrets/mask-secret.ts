import { isRecord, setOwn } from '../merge/values.ts';

/** Where whoever applied an object left all of it, values included: kubectl, and kapp. */
const copiesOfTheObject = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'kapp.k14s.io/original',
]);
/** Shorter values are in many a text by chance. */
const leastTelling = 8;

/** Whether a kind's objects hold secrets: core's Secrets. `core` and `''` are the group without a name. */
export function isSecretKind(group: string, plural: string): boolean {
  return (group === '' || group === 'core') && plural === 'secrets';
}

/**
 * A Secret as those see it who may not see its values: each value of `data` becomes `masked:<bytes>`, which is no base64,
 * so that a cluster would refuse it; annotations that repeat the object or a value are left out. A copy; anything but a
 * Secret's shape stays as it is.
 */
export function maskSecret<T>(secret: T): T {
  if (!isRecord(secret)) return secret;
  const masked: Record<string, unknown> = { ...secret };
  for (const field of ['data', 'stringData'])
    if (Object.hasOwn(secret, field)) masked[field] = maskValues(secret[field], field === 'data');
  if (isRecord(secret['metadata'])) masked['metadata'] = withoutTelling(secret['metadata'], secret);
  return masked as T;
}

/** Whether this stands for a value that was not shown. */
export function isMasked(value: unknown): boolean {
  return typeof value === 'string' && /^masked:\d+$/.test(value);
}

/** The bytes of a value that was not shown; null where this is no such value. */
export function maskedBytes(value: unknown): number | null {
  return isMasked(value) ? Number((value as string).slice('masked:'.length)) : null;
}

/** The annotations of a Secret that {@link maskSecret} leaves out. */
export function hiddenAnnotations(secret: unknown): Record<string, string> {
  const metadata = isRecord(secret) ? secret['metadata'] : undefined;
  const annotations = isRecord(metadata) ? metadata['annotations'] : undefined;
  if (!isRecord(annotations)) return {};
  const values = tellingValues(secret as Record<string, unknown>);
  return Object.fromEntries(
    Object.entries(annotations).filter(
      (entry): entry is [string, string] =>
        copiesOfTheObject.has(entry[0]) || values.some((value) => String(entry[1]).includes(value)),
    ),
  );
}

function maskValues(values: unknown, isBase64: boolean): unknown {
  // whatever it is, it may hold what is secret
  if (!isRecord(values)) return values === null || values === undefined ? values : {};
  const masked: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(values))
    setOwn(masked, key, isMasked(value) ? value : `masked:${bytesOf(value, isBase64)}`);
  return masked;
}

function bytesOf(value: unknown, isBase64: boolean): number {
  if (typeof value !== 'string') return 0;
  if (!isBase64) return new TextEncoder().encode(value).length;
  const digits = value.replaceAll(/[\s=]/g, '').length;
  return Math.floor((digits * 3) / 4);
}

function withoutTelling(metadata: Record<string, unknown>, secret: Record<string, unknown>): unknown {
  const hidden = hiddenAnnotations(secret);
  if (Object.keys(hidden).length === 0) return metadata;
  const kept = Object.entries(metadata['annotations'] as object).filter(
    ([key]) => !Object.hasOwn(hidden, key),
  );
  const { annotations: _left, ...rest } = metadata;
  return kept.length === 0 ? rest : { ...rest, annotations: Object.fromEntries(kept) };
}

/** The values as they are and, where they are text, decoded. */
function tellingValues({ data, stringData }: Record<string, unknown>): string[] {
  const encoded = textsOf(data);
  return [...encoded, ...encoded.map(decoded), ...textsOf(stringData)].filter(
    (value) => value.length >= leastTelling,
  );
}

function textsOf(values: unknown): string[] {
  return isRecord(values) ? Object.values(values).filter((value) => typeof value === 'string') : [];
}

function decoded(base64: string): string {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return '';
  }
}
