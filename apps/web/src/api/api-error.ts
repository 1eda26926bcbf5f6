import type { ErrorBody, ErrorCode } from '@pilothouse/contract';

/** `offline`: nothing answered. `badAnswer`: something between us and the platform answered in its place. */
export type ClientErrorCode = ErrorCode | 'offline' | 'badAnswer';

/** A cluster's own Status object, as the platform passes it on. */
export interface ClusterStatus {
  message?: string;
  reason?: string;
  code?: number;
  details?: { causes?: { field?: string; message?: string; reason?: string }[] };
}

export interface FieldError {
  field: string;
  code: string;
  message: string;
  params?: Record<string, string | number>;
}

/** Whatever went wrong with a call, in one shape. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ClientErrorCode;
  readonly params: Record<string, string | number>;
  /** HTTP status; 0 where there was no answer. */
  readonly status: number;
  readonly requestId: string | null;
  readonly field: string | null;
  readonly fields: FieldError[];
  readonly clusterStatus: ClusterStatus | null;

  constructor(
    status: number,
    error: Omit<ErrorBody['error'], 'code' | 'requestId'> & { code: ClientErrorCode; requestId?: string },
  ) {
    super(error.message);
    this.code = error.code;
    this.status = status;
    this.params = error.params ?? {};
    this.requestId = error.requestId ?? null;
    this.field = error.field ?? null;
    this.fields = error.fields ?? [];
    this.clusterStatus = (error.status as ClusterStatus | undefined) ?? null;
  }

  /** May well pass by itself: worth another try. */
  get passes(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** The answer's error, or one that says that the answer was not the platform's. */
export async function errorOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const error = (body as Partial<ErrorBody> | null)?.error;
  if (error?.code === undefined)
    return new ApiError(response.status, {
      code: 'badAnswer',
      message: `Unexpected answer: ${response.status}`,
      params: { status: response.status },
    });
  return new ApiError(response.status, error);
}

/** Errors by field for a form: `body.name` is the field `name`. */
export function fieldErrorsOf(error: unknown): FieldError[] {
  if (!(error instanceof ApiError)) return [];
  const { field, code, message, params } = error;
  const own = field === null ? [] : [{ field, code, message, params }];
  const all: FieldError[] = error.fields.length > 0 ? error.fields : own;
  return all.map((entry) => ({ ...entry, field: entry.field.replace(/^(body|query|params)\./, '') }));
}
