import { allEndpoints, type endpoints, type OutputOf } from '@pilothouse/contract';
import { useI18n } from 'vue-i18n';
import { useErrorText } from '../../api/translate-error.ts';
import { useEndedText } from '../../components/ended-text.ts';

export type AuditEvent = OutputOf<typeof endpoints.listAudit>['items'][number];

/** Done over a socket or by the platform itself: no endpoint has them. */
const otherCodes = ['kubeconfig.end', 'log.view', 'shell.open', 'audit.more', 'origin.refused'];

/** What a row can be about, for choosing. */
export const auditCodes: readonly string[] = [
  ...new Set([...allEndpoints.flatMap(({ audit }) => (audit ? [audit.code] : [])), ...otherCodes]),
].toSorted();

/** Ends that are what one expects of a stream. */
const usual = new Set(['exit', 'completed', 'closed']);

/** What was done to what, as a sentence without its subject; unknown codes stay as they are. */
export function useAuditText() {
  const { t, te, tm } = useI18n();
  const errorText = useErrorText();
  const endedText = useEndedText();

  function sentence(event: Pick<AuditEvent, 'code' | 'params' | 'name' | 'resource'>): string {
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

  /** What rows of a code are about, nothing in particular named. */
  function codeText(code: string): string {
    const names = [...String(tm(`audit.${code}`)).matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    return te(`audit.${code}`)
      ? t(`audit.${code}`, Object.fromEntries(names.map((name) => [name, '…'])))
      : code;
  }

  /** Where: `cluster/namespace`. */
  const place = ({ cluster, namespace }: Pick<AuditEvent, 'cluster' | 'namespace'>) =>
    [cluster, namespace].filter((part) => part !== null).join('/');

  /** Why it went as it did: an error's sentence, or how a stream ended and the error behind that. */
  function reason(event: Pick<AuditEvent, 'reason' | 'outcome' | 'status' | 'params'>): string {
    if (event.reason === null) return event.outcome === 'unknown' ? t('auditLog.unknownText') : '';
    const params = Object.fromEntries(
      Object.entries(event.params).flatMap(([name, value]) =>
        name.startsWith('error.') ? [[name.slice('error.'.length), value as string | number]] : [],
      ),
    );
    const [first = '', code] = event.reason.split(':');
    // what has no HTTP status was a stream
    const what = event.status === null ? endedText(first) : null;
    if (what === null) return errorText({ code: first, message: first, params });
    if (code === undefined) return what;
    return t('auditLog.because', { what, why: errorText({ code, message: code, params }) });
  }

  /** How it went, in a word or two. */
  function outcome(event: Pick<AuditEvent, 'reason' | 'outcome' | 'status'>): string {
    const ended = event.status === null && event.reason !== null && !usual.has(event.reason);
    const text = ended && event.outcome === 'succeeded' ? endedText(event.reason ?? '') : null;
    return text ?? t(`outcome.${event.outcome}`);
  }

  return { sentence, codeText, place, reason, outcome };
}
