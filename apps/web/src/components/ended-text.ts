import { useI18n } from 'vue-i18n';

/** A function that says how somebody's log or shell ended, to others; null where it is no such reason. */
export function useEndedText(): (reason: string) => string | null {
  const { t, te } = useI18n();
  return (reason) => (te(`ended.${reason}`) ? t(`ended.${reason}`) : null);
}
