import { SchemaNode } from '@pilothouse/kinds';
import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import { defineComponent } from 'vue';
import { createI18n } from 'vue-i18n';
import yaml from '../../app/i18n/zh-CN/yaml.json' with { type: 'json' };
import { useFindingText } from './finding-text.ts';
import { findProblems } from './yaml-findings.ts';

const words = mount(defineComponent({ setup: () => ({ textOf: useFindingText() }), template: '<span />' }), {
  global: { plugins: [createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': { yaml } } })] },
}).vm;
const schema = new SchemaNode(
  {},
  { type: 'object', properties: { apiVersion: {}, kind: {}, metadata: {}, spec: { type: 'object' } } },
);

test.each([
  ['a tab', 'metadata:\n\tname: web\n'],
  ['a brace', 'metadata: {name: web\nspec: 1\n'],
  ['a full-width colon', 'metadata: {name: web}\nspec:\n  replicas： 3\n'],
  ['a placeholder', 'metadata:\n  name: {{ .Values.name }}\n'],
])('%s is explained without the parser’s English', async (_what, text) => {
  const findings = await findProblems(`apiVersion: v1\nkind: Pod\n${text}`, {
    schemas: () => Promise.resolve(schema),
  });
  expect(findings.length).toBeGreaterThan(0);
  for (const finding of findings) expect(words.textOf(finding)).not.toMatch(/[a-z]{2,} [a-z]{2,} [a-z]{2,}/i);
});
