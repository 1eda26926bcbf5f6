import { EditorView, runScopeHandlers } from '@codemirror/view';
import { SchemaNode } from '@pilothouse/kinds';
import { mount } from '@vue/test-utils';
import { createPinia } from 'pinia';
import { expect, test, vi } from 'vitest';
import { createI18n } from 'vue-i18n';
import yaml from '../../app/i18n/en-US/yaml.json' with { type: 'json' };
import chinese from '../../app/i18n/zh-CN/yaml.json' with { type: 'json' };
import YamlEditor from './YamlEditor.vue';

const text = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  nodename: x\n';

function mountEditor(props: Partial<InstanceType<typeof YamlEditor>['$props']> = {}) {
  const messages = { 'en-US': { yaml }, 'zh-CN': { yaml: chinese } };
  const i18n = createI18n({ legacy: false, locale: 'en-US', messages });
  const editor = mount(YamlEditor, {
    props: { modelValue: text, label: 'YAML of web', ...props },
    global: { plugins: [i18n, createPinia()] },
    attachTo: document.body,
  });
  const view = EditorView.findFromDOM(editor.element as HTMLElement);
  if (view === null) throw new Error('no editor');
  return { editor, view, i18n };
}

/** A busy machine takes its time. */
const eventually = (assertion: () => void) => vi.waitFor(assertion, { timeout: 10_000 });

const spec = new SchemaNode(
  {},
  {
    type: 'object',
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: {},
      spec: { type: 'object', properties: { nodeName: { type: 'string' } } },
    },
  },
);

test('what is wrong stands below with its line, as it is typed', async () => {
  const { editor, view } = mountEditor({ schemas: () => Promise.resolve(spec) });
  await eventually(() =>
    expect(editor.get('[role=status]').text()).toBe(
      'Line 6There is no field nodename here. Did you mean nodeName?',
    ),
  );
  const at = view.state.doc.toString().indexOf('nodename');
  view.dispatch({ changes: { from: at, to: at + 8, insert: 'nodeName' } });
  await eventually(() => expect(editor.find('[role=status]').text()).toBe(''));
  view.dispatch({ changes: { from: 0, insert: '\t' } });
  await eventually(() => expect(editor.get('[role=status]').text()).toContain('There is a tab'));
  expect(editor.emitted('update:modelValue')?.at(-1)).toEqual([`\t${text.replace('nodename', 'nodeName')}`]);
  editor.unmount();
});

test('what is wrong follows the language', async () => {
  const { editor, i18n } = mountEditor({ schemas: () => Promise.resolve(spec) });
  const status = () => editor.get('[role=status]').text();
  await eventually(() => expect(status()).toContain('There is no field nodename'));
  i18n.global.locale.value = 'zh-CN';
  await eventually(() => expect(status()).toContain('这里没有 nodename 这个字段'));
  editor.unmount();
});

test('an open search follows the language, keeps what is looked for, and takes no focus', async () => {
  const { editor, view, i18n } = mountEditor();
  runScopeHandlers(view, new KeyboardEvent('keydown', { key: 'f', ctrlKey: true }), 'editor');
  const labels = () => editor.findAll('.cm-search button').map((button) => button.text());
  expect(labels()).toContain('next');
  const field = editor.get<HTMLInputElement>('.cm-search [name=search]');
  await field.setValue('web');
  await field.trigger('change');
  const outside = document.createElement('button');
  document.body.append(outside);
  outside.focus();
  i18n.global.locale.value = 'zh-CN';
  await eventually(() => expect(labels()).toContain('下一个'));
  expect(labels()).not.toContain('next');
  expect(editor.get<HTMLInputElement>('.cm-search [name=search]').element.value).toBe('web');
  expect(document.activeElement).toBe(outside);
  outside.remove();
  editor.unmount();
});

test('what the server said comes to its line without a key pressed, and goes again', async () => {
  const { editor } = mountEditor();
  await editor.setProps({ problems: [{ path: ['metadata', 'name'], message: 'taken' }] });
  await eventually(() => expect(editor.get('[role=status]').text()).toBe('Line 4The cluster says: taken'));
  await editor.setProps({ problems: [] });
  await eventually(() => expect(editor.get('[role=status]').text()).toBe(''));
  editor.unmount();
});

test('a new text replaces only what differs: the cursor stays in its place', async () => {
  const { editor, view } = mountEditor();
  const at = text.indexOf('name: web') + 3;
  view.dispatch({ selection: { anchor: at } });
  await editor.setProps({ modelValue: text.replace('nodename: x', 'nodeName: longer') });
  expect(view.state.selection.main.head).toBe(at);
  expect(view.state.doc.toString()).toContain('nodeName: longer');
  editor.unmount();
});

test('read-only: nothing can be typed, nothing is checked; remarks stand behind their lines', () => {
  const { editor, view } = mountEditor({
    readonly: true,
    notes: [{ at: text.indexOf('spec'), text: 'kubectl', title: 'kubectl: Update' }],
  });
  expect(view.state.readOnly).toBe(true);
  expect(editor.find('[role=status]').exists()).toBe(false);
  const note = editor.get('.ph-line-note');
  expect([note.text(), note.attributes('title'), note.element.parentElement?.textContent]).toEqual([
    'kubectl',
    'kubectl: Update',
    'spec:kubectl',
  ]);
  editor.unmount();
});

test('it has a name, and can be reached and left by keyboard', () => {
  const { editor } = mountEditor();
  const content = editor.get('.cm-content');
  expect([content.attributes('aria-label'), content.attributes('tabindex')]).toEqual(['YAML of web', '0']);
  expect(editor.text()).toContain('Esc, then Tab, leaves the editor');
  editor.unmount();
});

test('Enter goes on where the next key stands', async () => {
  const { insertNewlineAndIndent } = await import('@codemirror/commands');
  const { editor, view } = mountEditor({ modelValue: 'spec:\n  ports:\n  - name: a' });
  const enterAfter = (part: string, typed: string) => {
    view.dispatch({ selection: { anchor: view.state.doc.toString().indexOf(part) + part.length } });
    insertNewlineAndIndent(view);
    view.dispatch(view.state.replaceSelection(typed));
  };
  enterAfter('name: a', 'port: 1');
  enterAfter('spec:', 'type: x');
  expect(view.state.doc.toString()).toBe('spec:\n  type: x\n  ports:\n  - name: a\n    port: 1');
  editor.unmount();
});
