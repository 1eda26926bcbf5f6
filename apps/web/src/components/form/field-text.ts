import { useI18n } from 'vue-i18n';
import { useErrorText } from '../../api/translate-error.ts';

/** A zod issue, or a server’s field error. */
export interface FieldProblem {
  code?: string | undefined;
  message: string;
  minimum?: number | bigint;
  maximum?: number | bigint;
  params?: Record<string, string | number>;
  /** What the field holds: nothing yet is not a wrong form. */
  value?: unknown;
  /** What zod takes instead. */
  expected?: unknown;
}

/**
 * What is wrong with a field, from a zod issue or a server's field error: the contract's patterns carry their name as
 * message (`dnsLabel`), the rest goes by the code or by the error's.
 */
export function useFieldText(): (problem: FieldProblem) => string {
  const { t, te } = useI18n();
  const errorText = useErrorText();
  return ({ code, message, minimum, maximum, params, value, expected }) => {
    if (value === '') return t('field.required');
    const limits = { minimum: Number(minimum ?? 0), maximum: Number(maximum ?? 0) };
    // The server says `body.name: dnsLabel` where zod says `dnsLabel`.
    const reason = message.slice(message.lastIndexOf(': ') + 1).trim();
    if (te(`field.${reason}`)) return t(`field.${reason}`);
    if (code === 'invalid_type' && expected === 'int') return t('field.integer');
    if (code === 'invalid_type' && expected === 'number') return t('field.number');
    if (code === 'too_small' && limits.minimum <= 1) return t('field.required');
    if (code !== undefined && te(`field.${code}`)) return t(`field.${code}`, limits);
    if (code === 'invalidField') return reason;
    return code === undefined ? message : errorText({ code, message, params });
  };
}
