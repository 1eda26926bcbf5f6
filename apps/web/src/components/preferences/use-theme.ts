import { computed, ref, type ComputedRef } from 'vue';
import { usePreferences, type ThemeChoice } from './preferences.ts';

const systemDark = globalThis.matchMedia('(prefers-color-scheme: dark)');
const isSystemDark = ref(systemDark.matches);
systemDark.addEventListener('change', (event) => {
  isSystemDark.value = event.matches;
});

/** Light or dark as the user fixed it, or as the system has it. */
export function useTheme(): { isDark: ComputedRef<boolean>; choose: (choice: ThemeChoice) => void } {
  const preferences = usePreferences();
  return {
    isDark: computed(() =>
      preferences.theme === 'system' ? isSystemDark.value : preferences.theme === 'dark',
    ),
    choose: (choice) => {
      preferences.theme = choice;
    },
  };
}
