import { useI18n } from 'vue-i18n';

interface Problem {
  code?: string | undefined;
  message: string;
  minimum?: number | bigint;
  maximum?: number | bigint;
}

/**
 * What is wrong with a field, from a zod issue or a server's field error: the contract's patterns carry their name as
 * message (`dnsLabel`), the rest goes by zod's issue code.
 */
export function useFieldText(): (problem: Problem) => string {
  const { t, te } = useI18n();
  return ({ code, message, minimum, maximum }) => {
    const limits = { minimum: Number(minimum ?? 0), maximum: Number(maximum ?? 0) };
    if (te(`field.${message}`)) return t(`field.${message}`);
    if (code === 'too_small' && limits.minimum <= 1) return t('field.required');
    if (code !== undefined && te(`field.${code}`)) return t(`field.${code}`, limits);
    return code !== undefined && te(`errors.${code}`) ? t(`errors.${code}`) : message;
  };
}
