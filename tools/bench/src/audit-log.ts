import { open } from 'node:fs/promises';
import type { LocalCluster } from '@pilothouse/control-plane';

/** Of an event of the apiserver's audit log. */
export interface AuditEvent {
  auditID: string;
  requestURI: string;
  verb: string;
  userAgent?: string;
  /** What was asked for, by its plural. */
  objectRef?: { resource?: string };
}

/** Returns what reads the requests that the cluster has got from now on, each once, by its audit log. */
export async function followAuditLog({
  auditLogPath,
}: Pick<LocalCluster, 'auditLogPath'>): Promise<() => Promise<AuditEvent[]>> {
  const file = await open(auditLogPath);
  const { size } = await file.stat();
  return async () => {
    const events = new Map<string, AuditEvent>();
    for await (const line of file.readLines({ start: size, autoClose: false })) {
      // the last line may still be on its way
      if (!line.endsWith('}')) continue;
      const event = JSON.parse(line) as AuditEvent;
      events.set(event.auditID, event);
    }
    return [...events.values()];
  };
}
