import { useI18n } from 'vue-i18n';
import type { StreamEnd } from './stream-end.ts';

/** The sentence for why a stream ended, with the error's own words behind it where there is one. */
export function useStreamEndText(): (end: StreamEnd) => string {
  const { t, te } = useI18n();
  return ({ reason, error }) => {
    if (error !== undefined) {
      return te(`errors.${error.code}`) ? t(`errors.${error.code}`, error.params ?? {}) : error.message;
    }
    return te(`streamEnd.${reason}`) ? t(`streamEnd.${reason}`) : reason;
  };
}
