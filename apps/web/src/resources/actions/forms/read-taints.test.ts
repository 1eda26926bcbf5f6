import { KubectlYamlError } from '@pilothouse/kinds';
import { expect, test } from 'vitest';
import { readTaints } from './read-taints.ts';

const lineOf = (text: string, offset: number) => text.slice(0, offset).split('\n').length;

test('reads a list, in any style, with or without values', () => {
  expect(
    readTaints('- key: a\n  effect: NoSchedule\n- {key: b, value: "1", effect: NoExecute}\n').taints,
  ).toEqual([
    { key: 'a', value: '', effect: 'NoSchedule' },
    { key: 'b', value: '1', effect: 'NoExecute' },
  ]);
  for (const empty of ['', '[]', '# none\n']) expect(readTaints(empty)).toEqual({ taints: [], problems: [] });
});

test.each([
  [
    'a key that is indented too far',
    '- key: a\n   effect: NoSchedule\n',
    'keyIndent',
    2,
    { found: 3, wanted: 2 },
  ],
  ['a key that is not indented', '- key: a\neffect: NoSchedule\n', 'keyIndent', 2, { found: 0, wanted: 2 }],
  ['a dash too far', '- key: a\n  effect: NoSchedule\n - key: b\n', 'dashIndent', 3, { found: 1, wanted: 0 }],
  ['a dash without a space', '-key: a\n', 'dashSpace', 1, {}],
  ['no dash', 'key: a\neffect: NoSchedule\n', 'noDash', 1, {}],
  ['another object', 'taints:\n- key: a\n', 'noList', 1, {}],
  ['a text as an item', '- a=b:NoSchedule\n', 'noTaint', 1, {}],
  [
    'an unknown field',
    '- key: a\n  efect: NoSchedule\n  effect: NoSchedule\n',
    'unknownField',
    2,
    { near: 'effect' },
  ],
  ['a number', '- key: a\n  value: 1\n  effect: NoSchedule\n', 'quoted', 2, { field: 'value' }],
  ['a truth', '- key: a\n  value: yes\n  effect: NoSchedule\n', 'quoted', 2, { field: 'value' }],
  ['a misspelt effect', '- key: a\n  effect: NoShedule\n', 'nearEffect', 2, { meant: 'NoSchedule' }],
  ['another case', '- key: a\n  effect: noexecute\n', 'nearEffect', 2, { meant: 'NoExecute' }],
  ['another effect', '- key: a\n  effect: Never\n', 'badEffect', 2, {}],
  ['no effect', '- key: a\n', 'missing', 1, { field: 'effect' }],
  ['no key', '- effect: NoSchedule\n', 'missing', 1, { field: 'key' }],
  ['a key with a space', '- key: a b\n  effect: NoSchedule\n', 'badKey', 1, {}],
  ['two lists', '- key: a\n  effect: NoSchedule\n---\n- key: b\n  effect: NoSchedule\n', 'oneList', 1, {}],
  [
    'one twice',
    '- key: a\n  effect: NoSchedule\n- key: a\n  value: b\n  effect: NoSchedule\n',
    'twice',
    3,
    { taint: 'a:NoSchedule' },
  ],
])('%s stands at its line', (_name, text, code, line, params) => {
  const { taints, problems } = readTaints(text);
  expect(taints).toBeNull();
  const [problem] = problems;
  expect(problem).toMatchObject({ code, params });
  expect(lineOf(text, (problem as { from: number }).from)).toBe(line);
});

test('a tab is said to be one', () => {
  const [problem] = readTaints('- key: a\n\teffect: NoSchedule\n').problems;
  expect(problem).toBeInstanceOf(KubectlYamlError);
  expect(problem).toMatchObject({ hint: 'tabIndent' });
});
