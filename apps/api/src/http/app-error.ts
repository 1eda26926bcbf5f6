import { errorCodes, type ErrorBody, type ErrorCode } from '@pilothouse/contract';

export type ErrorParams = Record<string, string | number>;
type FieldErrors = NonNullable<ErrorBody['error']['fields']>;

export interface ErrorDetails {
  /** All fields that were wrong, when there are several. */
  fields?: FieldErrors;
  /** Who owns which field, where server-side apply met others' fields. */
  conflicts?: NonNullable<ErrorBody['error']['conflicts']>;
  /** The cluster's Status, verbatim. */
  clusterStatus?: unknown;
  /** HTTP status of the cluster's answer, for the audit row. */
  clusterCode?: number;
  cause?: unknown;
}

/** An answer that is not a success: a code of the contract, which also gives its HTTP status and English sentence. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly params: ErrorParams;
  /** Dotted path of the offending input: `body.name`. */
  readonly field: string | undefined;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, params: ErrorParams = {}, field?: string, details: ErrorDetails = {}) {
    super(sentence(code, params), { cause: details.cause });
    this.name = 'AppError';
    this.code = code;
    this.status = errorCodes[code].status;
    this.params = params;
    this.field = field;
    this.details = details;
  }

  /** The body of the answer. */
  toBody(requestId: string): ErrorBody {
    const { fields, conflicts, clusterStatus } = this.details;
    return {
      error: {
        code: this.code,
        message: this.message,
        ...(Object.keys(this.params).length > 0 && { params: this.params }),
        ...(this.field !== undefined && { field: this.field }),
        ...(fields !== undefined && { fields }),
        ...(conflicts !== undefined && { conflicts }),
        requestId,
        ...(clusterStatus !== undefined && { status: clusterStatus }),
      },
    };
  }
}

/** The English sentence of a code, parameters filled in. */
export function sentence(code: ErrorCode, params: ErrorParams): string {
  return filled(errorCodes[code].message, params);
}

/** A sentence with its parameters in the place of `{name}`. */
export function filled(text: string, params: ErrorParams): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}
