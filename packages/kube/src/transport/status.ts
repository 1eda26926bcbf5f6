/** `meta/v1 Status` as it is on the wire: how an apiserver says no. */
export interface Status {
  kind?: 'Status';
  apiVersion?: string;
  status?: 'Success' | 'Failure';
  message?: string;
  /** Machine-readable: `NotFound`, `Conflict`, `Forbidden`, `TooManyRequests`, `Invalid`, `Expired` … */
  reason?: string;
  code?: number;
  details?: {
    name?: string;
    group?: string;
    kind?: string;
    uid?: string;
    retryAfterSeconds?: number;
    causes?: StatusCause[];
  };
}

/** One of the reasons for a no: a field that is invalid, a field manager's conflict, an exit code. */
export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

/** `value` as a Status, if that is what it is: a copy of the fields that are of their types, and of no others. */
export function asStatus(value: unknown): Status | undefined {
  if (!isRecord(value)) return undefined;
  const { kind, status, message, reason, code, details } = value;
  const ended = status === 'Success' || status === 'Failure';
  const wellFormed =
    // an exec's Status comes without its kind
    (kind === 'Status' || (kind === undefined && ended)) &&
    isOptional(message, 'string') &&
    isOptional(reason, 'string') &&
    isOptional(code, 'number') &&
    (details === undefined || details === null || isRecord(details));
  if (!wellFormed) return undefined;
  return {
    ...(kind === 'Status' && { kind }),
    ...texts(value, 'apiVersion', 'message', 'reason'),
    ...(ended && { status }),
    ...numbers(value, 'code'),
    ...(isRecord(details) && { details: detailsOf(details) }),
  };
}

/** `text` as a Status, if that is what it is. */
export function parseStatus(text: string): Status | undefined {
  try {
    return asStatus(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function detailsOf(details: Record<string, unknown>): NonNullable<Status['details']> {
  const { causes } = details;
  return {
    ...texts(details, 'name', 'group', 'kind', 'uid'),
    ...numbers(details, 'retryAfterSeconds'),
    ...(Array.isArray(causes) && {
      causes: causes.filter(isRecord).map((cause) => texts(cause, 'reason', 'message', 'field')),
    }),
  };
}

function texts<K extends string>(value: Record<string, unknown>, ...keys: K[]): Partial<Record<K, string>> {
  return pick(value, keys, 'string');
}

function numbers<K extends string>(value: Record<string, unknown>, ...keys: K[]): Partial<Record<K, number>> {
  return pick(value, keys, 'number');
}

function pick(value: Record<string, unknown>, keys: readonly string[], type: 'string' | 'number'): object {
  return Object.fromEntries(keys.filter((key) => typeof value[key] === type).map((key) => [key, value[key]]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOptional(value: unknown, type: 'string' | 'number'): boolean {
  return value === undefined || value === null || typeof value === type;
}
