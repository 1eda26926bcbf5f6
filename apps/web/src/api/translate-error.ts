import { useI18n } from 'vue-i18n';
import { ApiError } from './api-error.ts';

interface CodedError {
  code: string;
  message: string;
  params?: Record<string, string | number>;
}

/** A function that says an error in the user's language; an unknown code keeps the platform's English sentence. */
export function useErrorText(): (error: unknown) => string {
  const { t, te } = useI18n();
  return (error) => {
    if (!isCoded(error)) return t('errors.unexpected', { message: String(error) });
    return te(`errors.${error.code}`) ? t(`errors.${error.code}`, error.params ?? {}) : error.message;
  };
}

function isCoded(error: unknown): error is CodedError {
  return error instanceof ApiError || (typeof error === 'object' && error !== null && 'code' in error);
}
