import type { AuditTarget } from '@pilothouse/contract';
import type { ErrorParams } from './app-error.ts';

export type AuditParams = Record<string, string | number | boolean | null>;

/** Longest text of an error that is kept. */
const mostText = 300;

/**
 * The parameters of an error that a row keeps, beside the intent's own. Left out: reasons in free text, which may quote
 * what was sent, and of Secrets the cluster's words as well.
 */
export function keptParams(params: ErrorParams, resource: string): AuditParams {
  const isSecret = resource.startsWith('k8s/core/secrets');
  const kept = Object.entries(params).filter(([name, value]) =>
    name === 'reason' ? /^\w+$/.test(String(value)) : name !== 'message' || !isSecret,
  );
  return Object.fromEntries(
    kept.map(([name, value]) => [
      `error.${name}`,
      typeof value === 'string' ? [...value].slice(0, mostText).join('') : value,
    ]),
  );
}

/** What is about to be done. */
export interface AuditIntent {
  /** Null where nobody is signed in: a login, a ticket that names nobody. */
  principal: { userId: string; username: string } | null;
  /** The principal is only whom a bad credential names; such rows are shared out, as those of nobody are. */
  unproven?: boolean;
  /** Translated by the SPA as `audit.<code>`. */
  code: string;
  target: AuditTarget;
  params?: AuditParams;
  /** Sent to the cluster as `Audit-ID`; made here when absent. */
  auditId?: string;
  address: string;
  requestId?: string;
}

/** How it ended. */
export interface AuditOutcome {
  outcome: 'succeeded' | 'failed' | 'refused';
  /** HTTP status of the platform's answer. */
  status?: number;
  /** Error code, or the reason a stream ended with. */
  reason?: string;
  /** What the reason's sentence says besides; kept as `error.<name>` where it can be ({@link keptParams}). */
  reasonParams?: ErrorParams;
  /** HTTP status of the cluster's answer. */
  clusterStatus?: number;
  /** Who it was, where that became known only meanwhile. */
  principal?: { userId: string; username: string };
  /** What ids of the intent's target are called, where that became known only meanwhile. */
  target?: Pick<AuditTarget, 'cluster' | 'namespace' | 'name'>;
  /** Added to the intent's. */
  params?: AuditParams;
}

/** A row that says what is under way. */
export interface AuditEntry {
  auditId: string;
  /** Closes the row; only the first call counts. Never rejects: what was done is done, a failure is logged. */
  end(outcome: AuditOutcome): Promise<void>;
}

/** The audit log as those see it who write it. */
export interface AuditLog {
  /** Writes the intent. Throws `auditUnavailable` when it cannot be written: then nothing may be changed. */
  begin(intent: AuditIntent): Promise<AuditEntry>;
  /** Writes something that is over already, such as a refusal. Never rejects. */
  record(intent: AuditIntent, outcome: AuditOutcome): Promise<void>;
}

/** An audit log that also knows what other processes wrote. */
export interface SharedAuditLog extends AuditLog {
  /** Closes the row of that Audit-ID and code which a process that is gone has left open. Rejects where it cannot. */
  endLeftOpen(auditId: string, code: string, outcome: AuditOutcome): Promise<void>;
}
