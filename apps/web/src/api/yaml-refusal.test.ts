import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import { createI18n } from 'vue-i18n';
import { messages as en } from '../app/i18n/en-US/index.ts';
import { messages as zh } from '../app/i18n/zh-CN/index.ts';
import { useErrorText } from './translate-error.ts';

function sayIn(locale: 'en-US' | 'zh-CN', params: Record<string, string | number>): string {
  let text = '';
  const setup = () => {
    text = useErrorText()({ code: 'kubeconfigUnreadable', message: '', params });
    return () => null;
  };
  const i18n = createI18n({ legacy: false, locale, messages: { 'en-US': en, 'zh-CN': zh } });
  mount({ setup }, { global: { plugins: [i18n] } });
  return text;
}

const notYaml = { problem: 'notYaml', line: 6, column: 1 };

test.each([
  [
    { expected: 'closingBrace' },
    'line 6, column 1: a { further up is not closed',
    '第 6 行第 1 列：前面的 { 没有闭合',
  ],
  [{ expected: 'uniqueKey' }, 'line 6, column 1: this key is written twice', '第 6 行第 1 列：该键重复出现'],
  [{}, 'line 6, column 1: this is not YAML', '第 6 行第 1 列：不是合法的 YAML'],
])(
  'of a kubeconfig that is no YAML it is said what was expected at the line: %j',
  (more, english, chinese) => {
    expect(sayIn('en-US', { ...notYaml, ...more })).toContain(english);
    expect(sayIn('zh-CN', { ...notYaml, ...more })).toContain(chinese);
  },
);
