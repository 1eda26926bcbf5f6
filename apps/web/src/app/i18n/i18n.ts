import type { ConfigProviderProps } from 'ant-design-vue';
import dayjs from 'dayjs';
import { shallowRef } from 'vue';
import { createI18n } from 'vue-i18n';
import type { Locale } from '../../components/preferences/languages.ts';
import type { Catalogue } from './catalogue.ts';

interface LanguageChunk {
  /** `<area>.json` holds the keys below `<area>.`, `<area>/<part>.json` those below `<area>.<part>.`. */
  messages: Catalogue;
  /** ant-design-vue's own texts. */
  antLocale: NonNullable<ConfigProviderProps['locale']>;
  dayjsLocale: string;
}

const loaders: Record<Locale, () => Promise<LanguageChunk>> = {
  'en-US': () => import('./en-US/index.ts'),
  'zh-CN': () => import('./zh-CN/index.ts'),
};

export const antLocale = shallowRef<ConfigProviderProps['locale']>();

export const i18n = createI18n({
  legacy: false,
  locale: 'en-US' as Locale,
  messages: {} as Record<Locale, Catalogue>,
  // The catalogues are complete (a test walks them); what the platform may say anew falls back to its English.
  missingWarn: false,
  fallbackWarn: false,
});

/** Loads a language and switches to it. */
export async function setLocale(locale: Locale): Promise<void> {
  const chunk = await loaders[locale]();
  i18n.global.setLocaleMessage(locale, chunk.messages);
  i18n.global.locale.value = locale;
  antLocale.value = chunk.antLocale;
  dayjs.locale(chunk.dayjsLocale);
  document.documentElement.lang = locale;
}
