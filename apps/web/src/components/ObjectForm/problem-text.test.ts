import { mount } from '@vue/test-utils';
import { expect, test } from 'vitest';
import { defineComponent } from 'vue';
import { createI18n } from 'vue-i18n';
import { messages } from '../../app/i18n/en-US/index.ts';
import { Draft } from './draft.ts';
import { useDraftProblemText } from './problem-text.ts';

const { textOf } = mount(
  defineComponent({ setup: () => ({ textOf: useDraftProblemText() }), template: '<span />' }),
  { global: { plugins: [createI18n({ legacy: false, locale: 'en-US', messages: { 'en-US': messages } })] } },
).vm;

test.each([
  ['kind: [', 'Line 1: a [ further up is not closed. Add the ], or indent this line.'],
  ['a: 1\na: 2', 'Line 2: This key is written twice. Two objects need a line --- between them.'],
  ['kind: {{ .Kind }}', /^Line 1: A placeholder is left/],
  ['kind: !!int x', /^Line 1: .*[^:]$/],
  ['', 'There is no object in the text'],
])('why %j is no object stands in a whole sentence', (text, sentence) => {
  const draft = new Draft({ apiVersion: 'v1', kind: 'ConfigMap' });
  draft.text = text;
  const { problem } = draft;
  expect(problem).not.toBeNull();
  if (problem !== null) expect(textOf(problem)).toMatch(sentence);
});
