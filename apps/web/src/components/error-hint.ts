import { admissionRefusal } from '@pilothouse/kinds';
import { useI18n } from 'vue-i18n';
import type { ApiError } from '../api/api-error.ts';

/** What RBAC says; any other 403 is not about the credential. */
const lacksRight = /\bcannot \S+ (?:resource|path)\b/;

/** What to do about an error, for those codes where there is something to say beyond the error itself. */
export function useErrorHint(): (error: ApiError) => string | null {
  const { t, te } = useI18n();
  return (error) => {
    const said = error.clusterStatus?.message ?? '';
    const refusal = admissionRefusal(said);
    if (refusal !== null) return t(`errorHint.${refusal}`);
    if (error.code === 'clusterForbidden' && said !== '' && !lacksRight.test(said)) return null;
    const reason = String(error.params['reason']);
    if (te(`hintOf.${error.code}.${reason}`)) return t(`hintOf.${error.code}.${reason}`);
    return te(`errorHint.${error.code}`) ? t(`errorHint.${error.code}`, error.params) : null;
  };
}
