import { useI18n } from 'vue-i18n';
import { useErrorText } from '../translate-error.ts';
import type { StreamEnd } from './stream-end.ts';

/** The sentence for why a stream ended, with the error's own words behind it where there is one. */
export function useStreamEndText(): (end: StreamEnd) => string {
  const { t, te } = useI18n();
  const errorText = useErrorText();
  return ({ reason, error }) => {
    if (error !== undefined) return errorText(error);
    return te(`streamEnd.${reason}`) ? t(`streamEnd.${reason}`) : reason;
  };
}
