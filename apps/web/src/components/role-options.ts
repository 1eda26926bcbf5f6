import { useI18n } from 'vue-i18n';

/** Roles as a Select takes them: those that come with the platform by their translated names. */
export function useRoleOptions(): (names: readonly string[]) => { value: string; label: string }[] {
  const { t, te } = useI18n();
  return (names) =>
    names.map((name) => ({ value: name, label: te(`role.${name}`) ? t(`role.${name}`) : name }));
}
