import type { ErrorCode } from '@pilothouse/contract';
import { fieldErrorsOf, KubeconfigError, KubeError } from '@pilothouse/kube';
import { AppError, type ErrorParams } from './app-error.ts';

/** What a cluster's answer of this status becomes; a cluster's 401 is never the platform's. */
const answerCodes: Record<number, ErrorCode> = {
  400: 'clusterInvalid',
  401: 'clusterUnauthorized',
  403: 'clusterForbidden',
  404: 'clusterNotFound',
  405: 'clusterInvalid',
  409: 'clusterConflict',
  413: 'clusterInvalid',
  415: 'clusterInvalid',
  422: 'clusterInvalid',
  429: 'clusterBusy',
};

/** The one place where errors of `packages/kube` become the contract's; undefined for any other error. */
export function fromKubeError(error: unknown): AppError | undefined {
  if (error instanceof KubeconfigError)
    return new AppError(error.code, { ...error.params }, undefined, { cause: error });
  if (!(error instanceof KubeError)) return undefined;
  const [code, params] = translate(error);
  const fields = code === 'clusterInvalid' && error.statusObject ? fieldErrorsOf(error.statusObject) : [];
  return new AppError(code, params, undefined, {
    cause: error,
    ...(fields.length > 0 && { fields }),
    ...(error.statusObject !== undefined && { clusterStatus: error.statusObject }),
    ...(error.status !== undefined && { clusterCode: error.status }),
  });
}

/** A server-side apply whose document does not fit its schema is said with 500. */
const misfit = /^failed to (?:create typed patch|convert new) object /;
function isInvalid({ status, statusObject }: KubeError): boolean {
  return status === 500 && misfit.test(statusObject?.message ?? '');
}

function translate(error: KubeError): [ErrorCode, ErrorParams] {
  const { reason, message, status, retryAfterSeconds } = error;
  switch (reason) {
    case 'api':
      return [
        isInvalid(error) ? 'clusterInvalid' : (answerCodes[status ?? 500] ?? 'clusterError'),
        {
          message: error.statusObject?.message ?? message,
          status: status ?? 500,
          seconds: retryAfterSeconds ?? 1,
        },
      ];
    case 'unauthorized':
      return ['clusterUnauthorized', {}];
    case 'forbidden':
      return ['clusterForbidden', { message }];
    case 'invalidName':
      return ['invalid', { reason: message }];
    case 'badSelector':
      return ['badSelector', { reason: message, ...error.params }];
    case 'addressForbidden':
      return ['addressForbidden', { address: message, reason }];
    case 'busy':
      return ['clusterBusy', { seconds: retryAfterSeconds ?? 1 }];
    case 'unavailable':
      return [
        'clusterUnreachable',
        { reason: error.cause instanceof KubeError ? error.cause.reason : 'unreachable' },
      ];
    case 'timeout':
      return ['clusterUnreachable', { reason }];
    case 'serverError':
      return status === undefined ? ['clusterMalformed', { message }] : ['clusterError', { status, message }];
    case 'protocol':
      return ['clusterMalformed', { message }];
    case 'tooLarge':
      return ['clusterTooLarge', { message }];
    case 'wrongKind':
      return ['clusterWrongKind', { ...error.params }];
    case 'endless':
      return ['clusterEndless', { ...error.params }];
    case 'throttled':
      return ['clusterThrottled', { ...error.params }];
    case 'malformed':
      return ['clusterMalformedItems', { ...error.params }];
    default:
      return ['clusterUnreachable', { reason }];
  }
}
