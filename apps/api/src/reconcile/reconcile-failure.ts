import type { ErrorCode } from '@pilothouse/contract';
import { admissionRefusal } from '@pilothouse/kinds';
import { KubeError, type KubeErrorReason } from '@pilothouse/kube';
import { AppError } from '../http/app-error.ts';
import { toAppError } from '../http/error-handler.ts';
import type { UnitError } from './unit-state.ts';

/** What is to become of a unit that could not be applied. */
export interface Failure {
  error: UnitError;
  /** The cluster as a whole does not answer: none of its units needs to be tried. */
  isAway: boolean;
  /** It will be refused again until somebody changes something. */
  isLasting: boolean;
  /** Nobody foresaw it. */
  isBug: boolean;
}

/** Longest text of the cluster's that is kept. */
const mostText = 1000;
/** No answer, for whatever reason: it says nothing about the unit. */
const away: ReadonlySet<KubeErrorReason> = new Set([
  'dns',
  'refused',
  'timeout',
  'unreachable',
  'certificateExpired',
  'certificateNotYetValid',
  'certificateUnknownAuthority',
  'certificateWrongName',
  'tls',
  'addressForbidden',
  'notAnApiserver',
  'unavailable',
  'closed',
]);
/** What the cluster says no to for good. */
const lasting: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'reconcileConflict',
  'nameTaken',
  'admissionRefused',
  'clusterForbidden',
  'clusterInvalid',
  'namespaceMissing',
]);

/** Whether such an error stays until somebody changes something. */
export function isLasting(code: ErrorCode): boolean {
  return lasting.has(code);
}

export function isAway(error: unknown): boolean {
  return error instanceof KubeError && away.has(error.reason);
}

/** What went wrong, in the words of the contract. */
export function failureOf(error: unknown, namespace: string): Failure {
  const { code, params } = refusalOf(error, namespace) ?? toAppError(error);
  const cut = Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.slice(0, mostText) : value,
    ]),
  );
  return {
    error: { code, params: cut },
    isAway: isAway(error),
    isLasting: isLasting(code),
    isBug: code === 'internal',
  };
}

/** What the cluster says no to in words that we know better than their status. */
function refusalOf(error: unknown, namespace: string): AppError | undefined {
  if (!(error instanceof KubeError) || error.reason !== 'api') return undefined;
  const { status, statusObject } = error;
  const message = statusObject?.message ?? error.message;
  const causes = statusObject?.details?.causes ?? [];
  if (causes.some(({ reason }) => reason === 'NamespaceTerminating'))
    return new AppError('namespaceTerminating', { namespace });
  if (status === 404 && statusObject?.details?.kind === 'namespaces')
    return new AppError('namespaceMissing', { namespace });
  const by = admissionRefusal(message);
  if (by === null) return undefined;
  return new AppError(by === 'quota' ? 'quotaExceeded' : 'admissionRefused', { message });
}

/** Milliseconds until the next attempt: longer each time, never together with all the others. */
export function retryMs(attempt: number, isLasting: boolean): number {
  const most = 300_000;
  const base = isLasting ? most : Math.min(most, 1000 * 2 ** Math.min(attempt, 10));
  return base * (0.75 + Math.random() * 0.5);
}
