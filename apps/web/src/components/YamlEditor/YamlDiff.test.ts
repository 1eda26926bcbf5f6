import { EditorView } from '@codemirror/view';
import { mount } from '@vue/test-utils';
import { createPinia } from 'pinia';
import { expect, test } from 'vitest';
import { createI18n } from 'vue-i18n';
import yaml from '../../app/i18n/en-US/yaml.json' with { type: 'json' };
import chinese from '../../app/i18n/zh-CN/yaml.json' with { type: 'json' };
import { usePreferences } from '../preferences/preferences.ts';
import YamlDiff from './YamlDiff.vue';

const messages = { 'en-US': { yaml }, 'zh-CN': { yaml: chinese } };
const inEnglish = () => createI18n({ legacy: false, locale: 'en-US', messages });

function mountDiff(before: string, after: string, pinia = createPinia(), i18n = inEnglish()) {
  return mount(YamlDiff, {
    props: { before, after, label: 'What changes' },
    global: { plugins: [i18n, pinia] },
    attachTo: document.body,
  });
}

test('what goes and what comes, one below the other', async () => {
  const lines = Array.from({ length: 30 }, (_, index) => `k${index}: ${index}`);
  const diff = mountDiff(lines.join('\n'), lines.with(15, 'k15: changed').join('\n'));
  expect(diff.get('.cm-deletedChunk').text()).toBe('k15: 15');
  expect(diff.get('.cm-changedLine').text()).toBe('k15: changed');
  expect(diff.findAll('.cm-collapsedLines').map((each) => each.text())).toEqual([
    '12 unchanged lines',
    '11 unchanged lines',
  ]);
  await diff.get('input[type=checkbox]').setValue(true);
  expect(diff.find('.cm-collapsedLines').exists()).toBe(false);
  expect(EditorView.findFromDOM(diff.element as HTMLElement)?.state.readOnly).toBe(true);
  await diff.setProps({ after: lines.join('\n') });
  expect(diff.text()).toBe('Nothing changes.');
  diff.unmount();
});

test('what goes takes the colours of another theme as well', async () => {
  const pinia = createPinia();
  usePreferences(pinia).theme = 'light';
  const diff = mountDiff('a: 1', 'a: 2', pinia);
  const keys = () =>
    ['.cm-deletedChunk', '.cm-changedLine'].map((line) => diff.get(`${line} span`).attributes('class'));
  const inLight = keys();
  expect(inLight[0]).toBe(inLight[1]);
  usePreferences(pinia).theme = 'dark';
  await diff.vm.$nextTick();
  const inDark = keys();
  expect(inDark[0]).toBe(inDark[1]);
  expect(inDark).not.toEqual(inLight);
  diff.unmount();
});

test('what is folded away is said in the language that is switched to', async () => {
  const i18n = inEnglish();
  const lines = Array.from({ length: 30 }, (_, index) => `k${index}: ${index}`).join('\n');
  const diff = mountDiff(`a: 1\n${lines}`, `a: 2\n${lines}`, createPinia(), i18n);
  expect(diff.get('.cm-collapsedLines').text()).toBe('27 unchanged lines');
  i18n.global.locale.value = 'zh-CN';
  await diff.vm.$nextTick();
  expect(diff.get('.cm-collapsedLines').text()).toBe('27 行未改动');
  diff.unmount();
});
