import { defineStore } from 'pinia';
import { ref, watch, type Ref } from 'vue';
import { browserLocale, locales, type Locale } from './languages.ts';

export type ThemeChoice = 'system' | 'light' | 'dark';

const storageKey = 'pilothouse.preferences';

interface Stored {
  theme: ThemeChoice;
  locale: Locale;
  isMenuCollapsed: boolean;
  isReadAloud: boolean;
  columns: Record<string, string[]>;
}

/** What a person has chosen on this browser; nothing here is secret or needed to get anywhere. */
export const usePreferences = defineStore('preferences', () => {
  const stored = read();
  const theme = ref<ThemeChoice>(stored.theme ?? 'system');
  const locale: Ref<Locale> = ref(knownLocale(stored.locale) ?? browserLocale(navigator.languages));
  const isMenuCollapsed = ref(stored.isMenuCollapsed ?? false);
  /** A screen reader is told what a terminal prints. */
  const isReadAloud = ref(stored.isReadAloud ?? false);
  /** Chosen columns of a table, by the table's key. */
  const columns = ref<Record<string, string[]>>(stored.columns ?? {});

  watch(
    [theme, locale, isMenuCollapsed, isReadAloud, columns],
    () => {
      const values: Stored = {
        theme: theme.value,
        locale: locale.value,
        isMenuCollapsed: isMenuCollapsed.value,
        isReadAloud: isReadAloud.value,
        columns: columns.value,
      };
      try {
        localStorage.setItem(storageKey, JSON.stringify(values));
      } catch {
        // Storage may be full or forbidden; the choice then lasts for this tab.
      }
    },
    { deep: true },
  );

  return { theme, locale, isMenuCollapsed, isReadAloud, columns };
});

function read(): Partial<Stored> {
  try {
    return JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<Stored>;
  } catch {
    return {};
  }
}

function knownLocale(locale: Locale | undefined): Locale | undefined {
  return locales.find((known) => known === locale);
}
