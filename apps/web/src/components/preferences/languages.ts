export const locales = ['en-US', 'zh-CN'] as const;
export type Locale = (typeof locales)[number];

/** What each language calls itself. */
export const localeNames: Record<Locale, string> = { 'en-US': 'English', 'zh-CN': '简体中文' };

/** The best of our languages for this browser. */
export function browserLocale(languages: readonly string[]): Locale {
  for (const language of languages) {
    if (language.toLowerCase().startsWith('zh')) return 'zh-CN';
    if (language.toLowerCase().startsWith('en')) return 'en-US';
  }
  return 'en-US';
}
