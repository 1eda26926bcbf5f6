import type { endpoints, OutputOf } from '@pilothouse/contract';
import { useI18n } from 'vue-i18n';

export type AuditEvent = OutputOf<typeof endpoints.listAudit>['items'][number];

/** What was done to what, as a sentence without its subject; unknown codes stay as they are. */
export function useAuditText() {
  const { t, te } = useI18n();

  function sentence(event: AuditEvent): string {
    if (!te(`audit.${event.code}`)) return event.code;
    const action = String(event.params['action'] ?? '');
    const text = t(`audit.${event.code}`, {
      ...event.params,
      action: te(`actions.${action}.label`) ? t(`actions.${action}.label`) : action,
      name: event.name ?? '',
      resource: (event.resource ?? '').replace(/^k8s\//, ''),
    });
    return event.params['dryRun'] === true ? t('auditLog.dryRun', { text }) : text;
  }

  /** Where: `cluster/namespace`. */
  const place = ({ cluster, namespace }: AuditEvent) =>
    [cluster, namespace].filter((part) => part !== null).join('/');

  function reason(event: AuditEvent): string {
    if (event.reason === null) return event.outcome === 'unknown' ? t('auditLog.unknownText') : '';
    for (const area of ['errors', 'streamEnd'])
      if (te(`${area}.${event.reason}`)) return t(`${area}.${event.reason}`, { ...event.params });
    return event.reason;
  }

  return { sentence, place, reason };
}
