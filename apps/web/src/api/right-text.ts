import { parseDomain } from '@pilothouse/contract';
import { useI18n } from 'vue-i18n';

/** A right as errors carry it: `list` on `k8s/core/pods` in `cluster:demo`. */
export interface NamedRight {
  action: string;
  object: string;
  /** As `domainText` writes it. */
  domain: string;
}

/** A function that says a right in people's words: "list Pods in cluster demo". */
export function useRightText(): (right: NamedRight) => string {
  const { t, te } = useI18n();

  function titleOf(object: string): { what: string; part: string | undefined } {
    if (object === 'k8s/**') return { what: t('right.objects'), part: undefined };
    const [, , plural = '', part] = object.split('/');
    if (object.startsWith('k8s/'))
      return { what: te(`kinds.${plural}.title`) ? t(`kinds.${plural}.title`) : plural, part };
    // a page of the platform: what its menu calls it
    const first = object.split('/').find((segment) => segment !== '') ?? '';
    return { what: te(`menu.${first}`) ? t(`menu.${first}`) : object, part: undefined };
  }

  /** Verb and object, as far as the subresource does not say it better. */
  function doing(action: string, { what, part }: ReturnType<typeof titleOf>): { verb: string; what: string } {
    if (part === 'exec') return { verb: t('right.exec', { what }), what: '' };
    if (part === 'log') return { verb: t('right.log', { what }), what: '' };
    const verb = te(`right.verb.${action}`) ? t(`right.verb.${action}`) : action;
    return { verb, what: part === undefined ? what : t('right.part', { part, what }) };
  }

  return ({ action, object, domain }) => {
    const words = doing(action, titleOf(object));
    const place = parseDomain(domain);
    const text =
      place?.kind === 'cluster'
        ? t('right.cluster', { ...words, cluster: place.cluster })
        : place?.kind === 'namespace'
          ? t('right.namespace', { ...words, cluster: place.cluster, namespace: place.namespace })
          : t('right.everywhere', words);
    return text.replace(/ {2,}/g, ' ').trim();
  };
}
