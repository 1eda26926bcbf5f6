import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import { defineComponent } from 'vue';
import { createI18n } from 'vue-i18n';
import { messages } from '../app/i18n/zh-CN/index.ts';
import { useErrorText } from './translate-error.ts';

const { textOf } = mount(
  defineComponent({ setup: () => ({ textOf: useErrorText() }), template: '<span />' }),
  { global: { plugins: [createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': messages } })] } },
).vm;

test.each([
  [{ problem: 'badKey', hint: '', expected: '' }, '这不能作为键'],
  [{ problem: 'badKey', hint: 'template', expected: '' }, '占位符'],
  [{ problem: 'syntax', hint: '', expected: 'closingBrace' }, '没有闭合'],
  [{ problem: 'syntax', hint: '', expected: '' }, '不是合法的 YAML'],
  [{ problem: 'badScalar', hint: '', expected: '' }, '不是合法的值'],
])('a text of manifests that cannot be read: %j, in the reader’s language', (params, words) => {
  const detail = 'the parser’s own words';
  const error = {
    code: 'manifestUnreadable',
    message: '',
    params: { line: 4, column: 10, detail, ...params },
  };
  const text = textOf(error);
  expect(text).toContain('第 4 行');
  expect(text).toContain(words);
  expect(text).not.toMatch(/own words|[:：]$/);
});

test('what is said of a text without a problem of its own stays', () => {
  const params = { line: 1, column: 1, detail: 'it takes too long to read' };
  expect(textOf({ code: 'manifestUnreadable', message: '', params })).toContain(params.detail);
});

test('a selector that cannot be read says why in the reader’s language', () => {
  const params = { reason: 'in English', problem: 'notLabelValue', value: '"a b"' };
  expect(textOf({ code: 'badSelector', message: '', params })).toBe('选择器无效："a b" 不能作为标签值');
});

test.each([
  [{ problem: 'tokenInvalid' }, '令牌中含有非法字符'],
  [{ problem: 'clusterMissing', cluster: 'dev' }, 'dev'],
  [{ problem: 'notBase64', key: 'client-key-data' }, 'client-key-data'],
])('a context that cannot be used: %j is said as its field’s problem', (params, words) => {
  const text = textOf({ code: 'kubeconfigContextBroken', message: '', params: { reason: 'x', ...params } });
  expect(text).toMatch(/^无法使用此上下文：/);
  expect(text).toContain(words);
  expect(text).not.toContain(params.problem);
});
