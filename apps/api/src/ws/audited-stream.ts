import type { StreamEndReason } from '@pilothouse/contract';
import { KubeError } from '@pilothouse/kube';
import { newId } from '../db/ids.ts';
import type { AuditIntent, AuditLog, AuditOutcome } from '../http/audit.ts';
import { toAppError } from '../http/error-handler.ts';
import type { StreamEnd } from './guarded-socket.ts';

/** Who does it and to what: the same for every call of one stream. */
export type StreamActor = Omit<AuditIntent, 'code' | 'auditId' | 'params'>;

/** Ends of a stream that until then did what it was for. */
const worked: ReadonlySet<StreamEndReason> = new Set([
  'exit',
  'completed',
  'closed',
  'disconnected',
  'sessionEnded',
  'rightsLost',
  'clusterRemoved',
  'recordingFull',
  'shuttingDown',
  'platformRestart',
]);

/**
 * Does one call to a cluster under a row of its own: intent before, outcome after, joined with the cluster's audit log
 * by the id that `work` sends along.
 */
export async function audited<T>(
  audit: AuditLog,
  actor: StreamActor,
  code: string,
  work: (auditId: string) => Promise<T>,
): Promise<T> {
  const { auditId, end } = await audit.begin({ ...actor, code });
  try {
    const result = await work(auditId);
    await end({ outcome: 'succeeded' });
    return result;
  } catch (error) {
    await end(outcomeOfCall(error));
    throw error;
  }
}

/** As {@link audited}, for cleaning up: it is done also while the row cannot be written; then the row comes after. */
export async function auditedAnyway<T>(
  audit: AuditLog,
  actor: StreamActor,
  code: string,
  work: (auditId: string) => Promise<T>,
): Promise<T> {
  const auditId = newId();
  const entry = await audit.begin({ ...actor, code, auditId }).catch(() => undefined);
  const end = (outcome: AuditOutcome) =>
    entry === undefined ? audit.record({ ...actor, code, auditId }, outcome) : entry.end(outcome);
  try {
    const result = await work(auditId);
    await end({ outcome: 'succeeded' });
    return result;
  } catch (error) {
    await end(outcomeOfCall(error));
    throw error;
  }
}

/** How one call to a cluster ended; one that we ended ourselves has done what it should. */
export function outcomeOfCall(error: unknown): AuditOutcome {
  const ours = error instanceof KubeError && error.reason === 'aborted';
  if (error === undefined || ours) return { outcome: 'succeeded' };
  const { code, params, details } = toAppError(error);
  return {
    outcome: 'failed',
    reason: code,
    reasonParams: params,
    ...(details.clusterCode !== undefined && { clusterStatus: details.clusterCode }),
  };
}

/** How a stream that ended reads in the audit: its reason, and the error's code where there was one. */
export function outcomeOfStream({ reason, error }: StreamEnd): AuditOutcome {
  if (worked.has(reason)) return { outcome: 'succeeded', reason };
  if (error === undefined) return { outcome: 'failed', reason };
  const { code, params = {} } = error;
  return { outcome: 'failed', reason: `${reason}:${code}`, reasonParams: params };
}
