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
    causes?: { reason?: string; message?: string; field?: string }[];
  };
}

/** `value` as a Status, if that is what it is. */
export function asStatus(value: unknown): Status | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { kind, status, message, reason, code, details } = value as Record<string, unknown>;
  const wellFormed =
    // an exec's Status comes without its kind
    (kind === 'Status' || (kind === undefined && (status === 'Success' || status === 'Failure'))) &&
    isOptional(message, 'string') &&
    isOptional(reason, 'string') &&
    isOptional(code, 'number') &&
    (details === undefined || details === null || typeof details === 'object');
  return wellFormed ? (value as Status) : undefined;
}

/** `text` as a Status, if that is what it is. */
export function parseStatus(text: string): Status | undefined {
  try {
    return asStatus(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function isOptional(value: unknown, type: 'string' | 'number'): boolean {
  return value === undefined || value === null || typeof value === type;
}
