import { KubeError } from '../transport/kube-error.ts';
import type { Status } from '../transport/status.ts';
import { fieldErrorsOf } from './field-errors.ts';

/** Reasons whose text speaks of the call or of others' rules, never of what an object holds. */
const aboutTheCall = new Set([
  'AlreadyExists',
  'Conflict',
  'Forbidden',
  'Gone',
  'MethodNotAllowed',
  'NotFound',
  'RequestEntityTooLarge',
  'ServiceUnavailable',
  'Timeout',
  'TooManyRequests',
]);

/**
 * An error of writing a Secret without what it quotes of it: a patch that does not fit is answered with the whole merged
 * object, an apply with the value. Fields and reasons stay.
 */
export function withoutSecretValues(error: unknown): unknown {
  if (!(error instanceof KubeError) || error.statusObject === undefined) return error;
  const { reason, status, statusObject, retryAfterSeconds } = error;
  const told = aboutTheCall.has(statusObject.reason ?? '') ? statusObject : toldBriefly(statusObject);
  return new KubeError(reason, told.message ?? '', {
    ...(status !== undefined && { status }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    statusObject: told,
  });
}

/** How a misfit is begun to be said; `fromKubeError` knows it by that. */
const misfit = /^failed to (?:create typed patch|convert new) object \([^)]*\): /;

function toldBriefly(status: Status): Status {
  const { message = '' } = status;
  const causes = fieldErrorsOf(status).map(({ field, code, message: text }) => ({
    field,
    reason: code,
    message: withoutQuotes(text),
  }));
  const told = causes.map(({ field, message: text }) => `${field}: ${text}`).join('; ');
  const begin = misfit.exec(message)?.[0] ?? 'The Secret is not valid: ';
  return {
    ...status,
    message: causes.length > 0 ? begin + told : withoutQuotes(message),
    ...((status.details || causes.length > 0) && { details: { ...status.details, causes } }),
  };
}

/** What stands in quotes or braces is of the object; an opening without its end goes on to the text's. */
function withoutQuotes(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*(?:"|$)|\{[^]*$/g, '…');
}
