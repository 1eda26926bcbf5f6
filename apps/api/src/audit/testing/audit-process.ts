import { createDatabase, type Database } from '../../db/database.ts';
import { Processes } from '../../db/processes.ts';
import { createLogger } from '../../log.ts';
import { AuditTrail } from '../audit-trail.ts';
import { AuditRepository } from '../audit.repository.ts';

/** A process of the platform as far as it has an audit log; leases are short, so that tests need not wait for 15 s. */
export async function startAuditProcess(
  database: Database,
): Promise<{ audit: AuditTrail; processes: Processes }> {
  const onError = (error: unknown) => process.stderr.write(`${String(error)}\n`);
  const processes = new Processes(database, onError, { leaseMs: 1500, renewMs: 300 });
  const rows = new AuditRepository(database);
  const audit = new AuditTrail({ rows, log: createLogger('silent'), owner: processes.id });
  processes.onTidy(() => audit.closeOrphans());
  await processes.start();
  return { audit, processes };
}

// A process of its own, over the database of its first argument: begins one event, and ends it when told to
if (process.send !== undefined && process.argv[1] === import.meta.filename) {
  const { audit } = await startAuditProcess(createDatabase(process.argv[2] ?? ''));
  const entry = await audit.begin({ principal: null, code: 'test', target: {}, address: '' });
  process.on('message', () => void entry.end({ outcome: 'succeeded' }));
  process.send(entry.auditId);
}
