import { useI18n } from 'vue-i18n';
import type { ApiError } from '../api/api-error.ts';

/** What to do about an error, for those codes where there is something to say beyond the error itself. */
export function useErrorHint(): (error: ApiError) => string | null {
  const { t, te } = useI18n();
  return (error) => (te(`errorHint.${error.code}`) ? t(`errorHint.${error.code}`, error.params) : null);
}
