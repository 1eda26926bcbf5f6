import { newId } from '../../db/ids.ts';
import type { AuditIntent, AuditLog, AuditOutcome } from '../../http/audit.ts';

/** Keeps in memory what would be in the audit log, for tests below the database. */
export class AuditInMemory implements AuditLog {
  readonly rows: (AuditIntent & { outcome?: AuditOutcome })[] = [];

  async begin(intent: AuditIntent) {
    const auditId = intent.auditId ?? newId();
    const row: AuditIntent & { outcome?: AuditOutcome } = { ...intent, auditId };
    this.rows.push(row);
    return { auditId, end: async (outcome: AuditOutcome) => void (row.outcome ??= outcome) };
  }

  async record(intent: AuditIntent, outcome: AuditOutcome): Promise<void> {
    this.rows.push({ ...intent, outcome });
  }
}
