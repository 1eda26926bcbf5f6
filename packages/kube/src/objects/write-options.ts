import { isSecretKind } from '@pilothouse/kinds';
import { apiPath, type PathRef } from '../transport/api-path.ts';
import type { ApiRequest, CallOptions, ClusterConnection } from '../transport/connection.ts';
import { withoutSecretValues } from './secret-errors.ts';

/**
 * Who the platform is to a cluster, which notes who set which field: `pilothouse-apply` for declared documents,
 * `pilothouse-apps` for the reconciler, `pilothouse` for all else. Two applies under one name delete each other's fields.
 */
export type FieldManager = 'pilothouse' | 'pilothouse-apply' | 'pilothouse-apps';

/** How an object is written, whatever the call. */
export interface WriteOptions extends CallOptions {
  /** The cluster does all but keep it: defaults, admission and conflicts are real. See {@link declaresDryRun}. */
  dryRun?: boolean;
  /** What becomes of fields the cluster does not know: refused, or warned of and dropped. Default `Strict`. */
  fieldValidation?: 'Strict' | 'Warn';
  /** Default `pilothouse`. */
  fieldManager?: FieldManager;
  /** Told what the cluster warns of, in its words; not called where there is nothing. */
  onWarnings?: (warnings: string[]) => void;
}

/** Sends what writes an object; returns the object as the cluster left it. An error quotes nothing of a Secret. */
export async function write<T>(
  connection: ClusterConnection,
  ref: PathRef,
  request: Omit<ApiRequest, 'path'>,
  options: WriteOptions,
): Promise<T> {
  const { dryRun, fieldValidation = 'Strict', fieldManager = 'pilothouse', onWarnings, ...call } = options;
  const query = { fieldManager, fieldValidation, dryRun: dryRun ? 'All' : undefined, ...request.query };
  try {
    const sent = { ...request, path: apiPath(ref), query };
    const { headers, object } = await connection.object<T>(sent, call, 'exact');
    const warnings = warningsOf(headers['warning']);
    if (warnings.length > 0) onWarnings?.(warnings);
    return object;
  } catch (error) {
    throw isSecretKind(ref.group, ref.plural) ? withoutSecretValues(error) : error;
  }
}

/** `299 - "text"` (RFC 7234, 5.5): one header a warning, or several in one. */
const warning = /\b\d{3} [^\s"]+ "((?:[^"\\]|\\.)*)"/g;

/** The texts of Warning headers. */
export function warningsOf(header: string | readonly string[] | undefined): string[] {
  const headers = typeof header === 'string' ? [header] : (header ?? []);
  return headers.flatMap((text) =>
    [...text.matchAll(warning)].map(([, quoted = '']) => quoted.replaceAll(/\\(.)/g, '$1')),
  );
}
