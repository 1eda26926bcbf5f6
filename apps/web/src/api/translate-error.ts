import { useI18n } from 'vue-i18n';
import { ApiError } from './api-error.ts';
import { useRightText } from './right-text.ts';

interface CodedError {
  code: string;
  message: string;
  params?: Record<string, string | number>;
}

/** A function that says why something is so; what is no code of ours is a sentence already. */
export function useReasonText(): (reason: string) => string {
  const { t, te } = useI18n();
  return (reason) => (te(`reason.${reason}`) ? t(`reason.${reason}`) : reason);
}

/**
 * A function that fills a text in. Where a parameter is missing (a row of the audit keeps not all of them), the text ends
 * before it.
 */
function useFilledText(): (key: string, params: Record<string, string | number>) => string {
  const { t, tm } = useI18n();
  return (key, params) => {
    const raw: unknown = tm(key);
    const gap = [...String(raw).matchAll(/\{(\w+)\}/g)].find(([, name = '']) => !Object.hasOwn(params, name));
    if (typeof raw !== 'string' || gap === undefined) return t(key, params);
    const head = raw.slice(0, gap.index).replace(/[\s:：;；,，(（“"]+$/, '');
    return head.replace(/\{(\w+)\}/g, (_all, name: string) => String(params[name]));
  };
}

/** A function that says an error in the user's language; an unknown code keeps the platform's English sentence. */
export function useErrorText(): (error: unknown) => string {
  const { t, te } = useI18n();
  const reasonText = useReasonText();
  const filledText = useFilledText();
  const rightText = useRightText();
  /** What was expected, or what people did to get there, in the reader's language. */
  const yamlDetail = ({ line, hint = '', expected = 'other' }: Record<string, string | number> = {}) =>
    line === undefined
      ? {}
      : { detail: te(`yaml.hint.${hint}`) ? t(`yaml.hint.${hint}`) : t(`yaml.expected.${expected}`) };
  /** The same of a text of manifests: instead of the parser's own words. */
  const manifestDetail = ({ problem, hint, expected }: Record<string, string | number> = {}): Record<
    string,
    string
  > => {
    if (problem === undefined) return {};
    if (te(`yaml.hint.${hint}`)) return { detail: t(`yaml.hint.${hint}`) };
    if (problem === 'syntax') return { detail: t(`yaml.expected.${expected || 'other'}`) };
    return { detail: t(`yaml.problem.${problem}`, { detail: '' }).replace(/[:：]\s*$/, '') };
  };
  return (error) => {
    if (isCoded(error) && error.code === 'forbidden') {
      const { action, object, domain = '' } = error.params ?? {};
      if (action !== undefined && object !== undefined)
        return t('errors.forbidden', {
          right: rightText({ action: String(action), object: String(object), domain: String(domain) }),
        });
    }
    if (!isCoded(error)) return t('errors.unexpected', { message: String(error) });
    if (!te(`errors.${error.code}`)) return error.message;
    const { reason, problem, ...params } = error.params ?? {};
    const known = `${error.code === 'badSelector' ? 'selectorProblem' : 'kubeconfigProblem'}.${problem}`;
    const said = te(known)
      ? t(known, { ...error.params, ...yamlDetail(error.params) })
      : reason !== undefined && reasonText(String(reason));
    const detail = error.code === 'manifestUnreadable' ? manifestDetail(error.params) : {};
    const all = problem === undefined ? params : { ...params, problem, ...detail };
    const text = filledText(`errors.${error.code}`, said === false ? all : { ...all, reason: said });
    return text === '' ? error.message : text;
  };
}

function isCoded(error: unknown): error is CodedError {
  return error instanceof ApiError || (typeof error === 'object' && error !== null && 'code' in error);
}
