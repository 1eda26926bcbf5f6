import { descriptorFor } from '@pilothouse/kinds';
import { allEndpoints, type endpoints, type OutputOf } from '@pilothouse/contract';
import { useI18n } from 'vue-i18n';
import { useErrorText } from '../../api/translate-error.ts';
import { useEndedText } from '../../components/ended-text.ts';
import { useTitles } from '../../resources/use-titles.ts';

export type AuditEvent = OutputOf<typeof endpoints.listAudit>['items'][number];

/** Done over a socket or by the platform itself: no endpoint has them. */
const otherCodes = [
  'audit.more',
  'instance.move',
  'instance.takeOver',
  'kubeconfig.end',
  'log.view',
  'nodeShell.open',
  'origin.refused',
  'portForward.connect',
  'project.deleteNamespace',
  'shell.open',
  'ticket.redeem',
  'webhook.remove',
];

/** What a row can be about, for choosing. */
export const auditCodes: readonly string[] = [
  ...new Set([...allEndpoints.flatMap(({ audit }) => (audit ? [audit.code] : [])), ...otherCodes]),
].toSorted();

/** Ends that are what one expects of a stream. */
const usual = new Set(['exit', 'completed', 'closed']);

/** Of how many: `1 object`, `2 objects`. */
const counted = ['documents', 'clusters', 'rights', 'count'];

/** An empty list is nobody, not a gap in the sentence. */
const filled = (params: AuditEvent['params']) =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, value === '' ? '–' : value]));

/** What was done to what, as a sentence without its subject; unknown codes stay as they are. */
export function useAuditText() {
  const { t, te, tm } = useI18n();
  const errorText = useErrorText();
  const endedText = useEndedText();
  const { kindTitle } = useTitles();

  /** `k8s/core/pods/exec` as people call it. */
  function resourceText(resource: string, isMany: boolean): string {
    const [place, group = '', plural = '', part] = resource.split('/');
    if (place !== 'k8s') return resource;
    const kind = isMany ? kindTitle(group, plural) : descriptorFor(group, plural).kind || plural;
    return part === undefined ? kind : `${kind}/${part}`;
  }

  function sentence(event: Pick<AuditEvent, 'code' | 'params' | 'name' | 'resource'>): string {
    if (!te(`audit.${event.code}`)) return event.code;
    const action = String(event.params['action'] ?? '');
    const name = event.name ?? '';
    // what was refused before it was looked up has no name but its id
    const isById = event.code === 'grant.delete' && !name.includes(':');
    const isMany = event.code === 'resource.actionMany';
    // a grant is named by whom it is given to, and by the role
    const [who = '', role = ''] = name.split(':');
    const why = String(event.params['why'] ?? '');
    const named = {
      path: '…',
      ...filled(event.params),
      why: te(`kubeconfigs.end.${why}`) ? t(`kubeconfigs.end.${why}`) : why,
      action: te(`actions.${action}.label`) ? t(`actions.${action}.label`) : action,
      name,
      who,
      role: te(`role.${role}`) ? t(`role.${role}`) : role,
      resource: resourceText(event.resource ?? '', isMany),
    };
    const count = counted.map((each) => event.params[each]).find((each) => typeof each === 'number');
    const text = t(
      `audit.${event.code}${isById ? 'ById' : ''}`,
      named,
      typeof count === 'number' ? count : 1,
    );
    return event.params['dryRun'] === true ? t('auditLog.dryRun', { text }) : text;
  }

  /** What rows of a code are about, nothing in particular named. */
  function codeText(code: string): string {
    const names = [...String(tm(`audit.${code}`)).matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    return te(`audit.${code}`)
      ? t(`audit.${code}`, Object.fromEntries(names.map((name) => [name, '…'])))
      : code;
  }

  /** Where: `cluster/namespace`, of a grant on the service tree the path of its node. */
  const place = ({ cluster, namespace, resource, params }: AuditEvent) =>
    resource === 'grant' && typeof params['path'] === 'string'
      ? params['path']
      : [cluster, namespace].filter((part) => part !== null).join('/');

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
