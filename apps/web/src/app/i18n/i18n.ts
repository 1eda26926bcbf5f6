import { createI18n } from 'vue-i18n';

export const locales = ['en-US', 'zh-CN'] as const;
export type Locale = (typeof locales)[number];

/** What each language calls itself. */
export const localeNames: Record<Locale, string> = { 'en-US': 'English', 'zh-CN': '简体中文' };

export interface Catalogue {
  [key: string]: string | Catalogue;
}

/** One chunk a language: `<area>.json` holds the keys below `<area>.`. */
const loaders: Record<Locale, () => Promise<Record<string, Catalogue>>> = {
  'en-US': async () => (await import('./en-US/index.ts')).messages,
  'zh-CN': async () => (await import('./zh-CN/index.ts')).messages,
};

export const i18n = createI18n({
  legacy: false,
  locale: 'en-US' as Locale,
  messages: {} as Record<Locale, Catalogue>,
  // The catalogues are complete (a test walks them); what the platform may say anew falls back to its English.
  missingWarn: false,
  fallbackWarn: false,
});

/** The best of our languages for this browser. */
export function browserLocale(languages: readonly string[]): Locale {
  for (const language of languages) {
    if (language.toLowerCase().startsWith('zh')) return 'zh-CN';
    if (language.toLowerCase().startsWith('en')) return 'en-US';
  }
  return 'en-US';
}

/** Loads a language and switches to it. */
export async function setLocale(locale: Locale): Promise<void> {
  if (!i18n.global.availableLocales.includes(locale))
    i18n.global.setLocaleMessage(locale, await loaders[locale]());
  i18n.global.locale.value = locale;
  document.documentElement.lang = locale;
}
