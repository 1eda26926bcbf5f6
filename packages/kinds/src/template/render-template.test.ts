import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readKubectlYaml, type YamlValue } from '../yaml/read-kubectl-yaml.ts';
import { checkTemplate, renderTemplate } from './render-template.ts';
import { TemplateError, type TemplateProblem } from './template-error.ts';
import {
  completeValues,
  isOfType,
  type TemplateValue,
  type TemplateVariable,
  type TemplateVariableType,
} from './template-variable.ts';

const declare = (types: Record<string, TemplateVariableType>) =>
  Object.entries(types).map(([name, type]) => ({ name, type }));
const render = (text: string, types: Record<string, TemplateVariableType>, values: object) =>
  renderTemplate(text, declare(types), new Map(Object.entries(values) as [string, TemplateValue][]));

const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n';
const dataOf = (data: string, types: Record<string, TemplateVariableType>, values: object) => {
  const [document] = render(`${head}data:\n${data}`, types, values).documents;
  return (document as { data: unknown }).data;
};

describe('a placeholder', () => {
  test.each<[string, Record<string, TemplateVariableType>, object, unknown]>([
    ['  a: ${n}', { n: 'number' }, { n: 3 }, { a: 3 }],
    ['  a: "${n}"', { n: 'number' }, { n: 3 }, { a: '3' }],
    ["  a: '${b}'", { b: 'boolean' }, { b: true }, { a: 'true' }],
    ['  a: ${b}', { b: 'boolean' }, { b: false }, { a: false }],
    ['  a: ${s}', { s: 'string' }, { s: '3' }, { a: '3' }],
    ['  a: ${s}', { s: 'string' }, { s: 'yes' }, { a: 'yes' }],
    ['  a: x-${s}-${n}', { s: 'string', n: 'number' }, { s: 'y', n: 1 }, { a: 'x-y-1' }],
    ['  a: ${n}${n}', { n: 'number' }, { n: 1 }, { a: '11' }],
    ['  a: 1${n}', { n: 'number' }, { n: 2 }, { a: '12' }],
    ['  a: |-\n    first ${s}\n    last', { s: 'string' }, { s: 'l\nm' }, { a: 'first l\nm\nlast' }],
    ['  a: $${s}', { s: 'string' }, { s: 'y' }, { a: '${s}' }],
    ['  a: $${other} ${HOME} $HOME', { s: 'string' }, { s: 'y' }, { a: '$${other} ${HOME} $HOME' }],
    ['  "$${s}": 1', { s: 'string' }, { s: 'y' }, { '${s}': 1 }],
    ['  a: !!str ${n}', { n: 'number' }, { n: 1 }, { a: '1' }],
    ['  a: &it ${s}\n  b: *it', { s: 'string' }, { s: 'y' }, { a: 'y', b: 'y' }],
    ['  a: ${s}\n  b: 1', { s: 'string' }, {}, { b: 1 }],
    ['  a: "${s}"\n  b: [1]', { s: 'string' }, {}, { a: '', b: [1] }],
    ['  a:\n  - ${s}\n  - x', { s: 'string' }, {}, { a: ['x'] }],
    ['  a: ${s}', { s: 'string' }, { s: '${s}' }, { a: '${s}' }],
    ['  a: 9007199254740993', { s: 'string' }, {}, { a: expect.anything() }],
  ])('%j with %o %o', (data, types, values, expected) => {
    expect(dataOf(data, types, values)).toEqual(expected);
  });
});

test('what it is rendered to is read as what it was rendered to', () => {
  const { documents, text } = render(
    `${head}data: {a: "\${s}"}\n---\n${head}data:\n  n: \${n}\n`,
    { s: 'string', n: 'number' },
    { s: 'a: b\n---\nkind: Secret', n: 5 },
  );
  expect(readKubectlYaml(text)).toEqual(documents);
  expect(documents).toHaveLength(2);
});

const line = (text: string, types: Record<string, TemplateVariableType> = { s: 'string' }) =>
  checkTemplate(text, declare(types));

describe('what is wrong with a template', () => {
  test.each<[string, string, Partial<TemplateProblem>]>([
    ['in a key', `${head}data:\n  \${s}: 1`, { problem: 'inKey', line: 5 }],
    ['in an aliased key', `${head}data:\n  a: &k \${s}\n  ? *k\n  : 1`, { problem: 'inKey' }],
    ['within a list in brackets', `${head}data: [\${s}]`, { problem: 'flow', line: 4 }],
    ['within a mapping in braces', `${head}data: {a: \${s}}`, { problem: 'flow', line: 4 }],
    ['Helm', `${head}data: {{ .Values.data }}`, { problem: 'unreadable', hint: 'template', line: 4 }],
    ['nothing', '# nothing\n', { problem: 'empty' }],
    [
      'no kind',
      `${head}---\napiVersion: v1\nmetadata: {name: y}`,
      { problem: 'head', head: 'noKind', line: 5 },
    ],
    ['a text only', '${s}', { problem: 'head', head: 'notAnObject' }],
    ['twice the same key', `${head}data: {a: 1, a: 2}`, { problem: 'unreadable', yaml: 'duplicateKey' }],
  ])('%s', (_name, text, problem) => {
    expect(line(text).problems).toEqual([expect.objectContaining(problem)]);
    expect(() => render(text, { s: 'string' }, { s: 'x' })).toThrow(TemplateError);
  });

  test('a secret in what everybody sees', () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: "\${s}"}\n`;
    const { problems } = line(list, { s: 'secret' });
    expect(problems).toEqual([{ problem: 'secretInHead', variable: 's', line: 6 }]);
    expect(line(`${head}data: {a: "\${s}"}`, { s: 'secret' }).problems).toEqual([]);
  });
});

test('what may be meant otherwise', () => {
  const { problems, notices } = line(`${head}data:\n  a: "{{ .Values.x }}"\n  b: \${HOME} \${HOME}\n`);
  expect(problems).toEqual([]);
  expect(notices).toEqual([
    { notice: 'helm', line: 5 },
    { notice: 'undeclared', variable: 'HOME', line: 6 },
    { notice: 'unused', variable: 's', line: null },
  ]);
});

describe('no value', () => {
  const types = { a: 'string', b: 'number', c: 'boolean', d: 'secret' } as const;
  const template = `apiVersion: v1
kind: ConfigMap
metadata:
  name: "\${a}"
data:
  whole: \${a}
  quoted: "\${a}"
  single: 'x \${a}'
  block: |
    \${a}
    \${d}
  folded: >-
    \${a}
    b
  anchored: &it \${a}
  alias: *it
  part: a-\${a}-\${b}
list:
- \${a}
- {k: "\${a}"}
- \${b}
---
apiVersion: v1
kind: Secret
metadata: {name: two}
stringData:
  merged: &m {x: "\${d}"}
  merging:
    <<: *m
    y: \${c}
`;
  const hostile = fc.constantFrom(
    'a\n---\nkind: Secret\n',
    'x: y',
    '\nkey: value',
    '{a: 1}',
    '[1, 2]',
    '<<',
    '*it',
    '&it x',
    '"',
    "'",
    '# no',
    '!!map {}',
    '...',
    '\t- a',
    '${b}',
    '$${a}',
    '\u2028',
    '\u0000',
    '~',
    '- - -',
  );
  const values = fc.record({
    a: fc.oneof(hostile, fc.string({ unit: 'binary' })).filter((text) => text.isWellFormed()),
    b: fc
      .oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
      .filter((number) => isOfType('number', number)),
    c: fc.boolean(),
    d: fc.oneof(hostile, fc.string({ unit: 'grapheme' })).filter((text) => text.isWellFormed()),
  });
  const shapeOf = (value: YamlValue): unknown => {
    if (Array.isArray(value)) return value.map(shapeOf);
    if (typeof value !== 'object' || value === null) return typeof value;
    return Object.entries(value).map(([key, item]) => [key, shapeOf(item)]);
  };
  const plain = render(template, types, { a: 'a', b: 1, c: true, d: 'd' });

  test('adds a key, an item or a document, nor becomes another type', () => {
    fc.assert(
      fc.property(values, (given) => {
        const { documents } = render(template, types, given);
        expect(documents.map(shapeOf)).toEqual(plain.documents.map(shapeOf));
      }),
      { numRuns: 300 },
    );
  });

  test('does so in the text it is rendered to, or is another one there', () => {
    fc.assert(
      fc.property(values, (given) => {
        const { documents, text } = render(template, types, given);
        expect(readKubectlYaml(text)).toEqual(documents.map((each) => JSON.parse(JSON.stringify(each))));
        expect(readKubectlYaml(text).length).toBe(plain.documents.length);
        const { data } = documents[0] as { data: Record<string, unknown> };
        expect(data['quoted']).toBe(given.a);
        expect(data['whole']).toBe(given.a);
        expect(data['alias']).toBe(given.a);
      }),
      { numRuns: 300 },
    );
  });
});

describe('values', () => {
  const variable = (more: Partial<TemplateVariable>): TemplateVariable => ({
    name: 'v',
    type: 'string',
    required: true,
    default: null,
    choices: [],
    pattern: null,
    ...more,
  });
  const matches = (pattern: string, text: string) => new RegExp(`^(?:${pattern})$`, 'u').test(text);
  test.each<[Partial<TemplateVariable>, Record<string, TemplateValue>, TemplateValue | string]>([
    [{}, { v: 'x' }, 'x'],
    [{}, {}, 'required'],
    [{}, { v: '' }, 'required'],
    [{ default: 'd' }, { v: '' }, 'd'],
    [{ type: 'number' }, { v: '3' }, 'type'],
    [{ type: 'number' }, { v: 2 ** 60 }, 'type'],
    [{ type: 'number' }, { v: 1.5 }, 1.5],
    [{ type: 'boolean' }, { v: 'true' }, 'type'],
    [{ type: 'number', choices: [1, 2] }, { v: 3 }, 'choice'],
    [{ type: 'boolean', default: false }, {}, false],
    [{ pattern: '[a-z]+' }, { v: 'abc1' }, 'pattern'],
    [{ pattern: 'a|b' }, { v: 'ab' }, 'pattern'],
    [{}, { v: '\ud800' }, 'text'],
  ])('%o given %o: %s', (declared, given, expected) => {
    const { values, problems } = completeValues([variable(declared)], given, matches);
    expect(problems[0]?.problem ?? values.get('v')).toBe(expected);
  });

  test('nobody asked for are refused; what is not required may be missing', () => {
    const { values, problems } = completeValues(
      [variable({ required: false })],
      { constructor: 'x' } as never,
      null,
    );
    expect(problems).toEqual([{ variable: 'constructor', problem: 'unknown' }]);
    expect([...values]).toEqual([]);
  });
});
