import { expect, test } from 'vitest';
import { yamlContextAt } from './yaml-context.ts';

/** The context at `¦` in a text. */
function at(marked: string) {
  const before = marked.slice(0, marked.indexOf('¦')).split('\n');
  const lines = marked.replace('¦', '').split('\n');
  const text = { lines: lines.length, line: (number: number) => ({ text: lines[number - 1] ?? '' }) };
  return yamlContextAt(text, before.length, before.at(-1)?.length ?? 0);
}

const head = 'apiVersion: apps/v1\nkind: "Deployment" # x\n';

test.each([
  ['a key being typed', `${head}spec:\n  rep¦\n  paused: true\n`, ['spec'], 'key', 'rep', ['paused']],
  [
    'an empty line',
    `${head}spec:\n  paused: true\n  ¦\n  replicas: 1\n`,
    ['spec'],
    'key',
    '',
    ['paused', 'replicas'],
  ],
  ['the root', `${head}¦`, [], 'key', '', ['kind', 'apiVersion']],
  ['a value', `${head}spec:\n  strategy:\n    type: Rec¦`, ['spec', 'strategy', 'type'], 'value', 'Rec', []],
  ['no value yet', `${head}spec:\n  paused: ¦`, ['spec', 'paused'], 'value', '', []],
  ['a list item, indented', `spec:\n  ports:\n    - na¦`, ['spec', 'ports', 0], 'key', 'na', []],
  ['a list item, not indented', `spec:\n  ports:\n  - ¦`, ['spec', 'ports', 0], 'key', '', []],
  [
    'further keys of an item',
    `spec:\n  ports:\n  - name: a\n    po¦\n  - name: b`,
    ['spec', 'ports', 0],
    'key',
    'po',
    ['name'],
  ],
  ['a second item', `spec:\n  ports:\n  - name: a\n  - ¦`, ['spec', 'ports', 0], 'key', '', []],
  ['after a list', `spec:\n  ports:\n  - name: a\n  se¦`, ['spec'], 'key', 'se', ['ports']],
  ['lists in lists', `a:\n- - x: 1\n    y¦`, ['a', 0, 0], 'key', 'y', ['x']],
  [
    'comments and blanks between',
    `spec:\n\n  # a: b\n  template:\n# c\n    sp¦`,
    ['spec', 'template'],
    'key',
    'sp',
    [],
  ],
  ['a quoted key above', `metadata:\n  "labels":\n    a¦`, ['metadata', 'labels'], 'key', 'a', []],
  ['a key with text behind the place', `spec:\n  repl¦icas: 2`, ['spec'], 'key', 'replicas', []],
  ['after a block of text', `data:\n  a: |\n    x: 1\n  b¦`, ['data'], 'key', 'b', ['a']],
])('%s', (_name, text, path, place, word, siblings) => {
  expect(at(text)).toMatchObject({ path, at: place, word, siblings });
});

test.each([
  ['a comment', 'spec: # re¦'],
  ['a block of text', 'data:\n  a: |\n    x¦'],
  ['right behind a colon', 'spec:¦'],
  ['braces', 'spec: {re¦}'],
  ['a separator', '---¦'],
])('nothing in %s', (_name, text) => expect(at(text)).toBeNull());

test('the document’s own kind, whichever document', () => {
  const three = `apiVersion: v1\nkind: Service\n---\nspec:\n  ¦\napiVersion: apps/v1\nkind: 'Deployment'\n---\nkind: Pod\n`;
  expect(at(three)).toMatchObject({ apiVersion: 'apps/v1', kind: 'Deployment' });
});
