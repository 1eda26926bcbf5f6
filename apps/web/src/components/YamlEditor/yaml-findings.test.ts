import { SchemaNode } from '@pilothouse/kinds';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { findProblems } from './yaml-findings.ts';

const fixtures = join(import.meta.dirname, '../../../../../packages/kinds/fixtures/yaml');
const fixture = (name: string) => readFileSync(join(fixtures, name), 'utf8');
const lineOf = (text: string, from: number) => text.slice(0, from).split('\n').length;

describe('what people paste', () => {
  test.each(readdirSync(join(fixtures, 'valid')))('%s: nothing', async (name) => {
    const found = await findProblems(fixture(`valid/${name}`));
    // kubectl guesses a missing version
    expect(found.filter((each) => !(each.code === 'head' && each.problem === 'noApiVersion'))).toEqual([]);
  });

  test.each([
    ['fullwidth-colon.yaml', 6, { code: 'yaml', hint: 'fullWidthColon' }],
    ['go-template-a.yaml', 6, { code: 'yaml', hint: 'template' }],
    ['shell-prompt-pasted.yaml', 42, { code: 'yaml', hint: 'shellPrompt' }],
    ['two-objects-no-separator.yaml', 33, { code: 'yaml', problem: 'duplicateKey' }],
    ['metadata-flattened.yaml', 4, { code: 'head', problem: 'flattened' }],
    ['no-kind-3docs.yaml', 1, { code: 'head', problem: 'noKind' }],
  ])('%s: at line %i', async (name, line, finding) => {
    const text = fixture(`invalid/${name}`);
    const [first] = await findProblems(text);
    expect(first).toMatchObject(finding);
    expect(lineOf(text, first?.from ?? 0)).toBe(line);
  });
});

const pod = new SchemaNode(
  {},
  {
    type: 'object',
    properties: {
      apiVersion: {},
      kind: {},
      metadata: {},
      spec: { type: 'object', properties: { a: { type: 'integer' } } },
    },
  },
);
const schemas = vi.fn<() => Promise<SchemaNode>>(() => Promise.resolve(pod));

test('the schema of each document’s kind, at its line', async () => {
  const text = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  a: x\n  b: 1\n---\nkind: Pod\n';
  const found = await findProblems(text, { schemas });
  expect(schemas).toHaveBeenCalledExactlyOnceWith('v1', 'Pod');
  expect(found).toMatchObject([
    { code: 'schema', problem: { code: 'wrongType', wanted: 'integer' } },
    { code: 'schema', problem: { code: 'unknownField', name: 'b', known: ['a'] } },
    { code: 'head', problem: 'noApiVersion' },
  ]);
  expect(found.map(({ from }) => lineOf(text, from))).toEqual([5, 6, 8]);
});

test('a full-width colon that makes a text of what should be a mapping, at its line', async () => {
  const text = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  a：3\n';
  expect(await findProblems(text, { schemas })).toEqual([
    expect.objectContaining({
      code: 'schema',
      hint: 'fullWidthColon',
      from: text.indexOf('a：3'),
      to: text.length - 1,
    }),
  ]);
});

test('what the server said, at its field or where its field is missing', async () => {
  const text = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  list:\n  - x: 1\n    y: 2\n';
  const server = [
    { path: ['spec', 'list', 0], message: 'bad item' },
    { path: ['spec', 'selector'], message: 'needed' },
    { path: null, message: 'quota' },
  ];
  const found = await findProblems(text, { server });
  expect(found.map(({ from, to }) => [lineOf(text, from), text.slice(from, to)])).toEqual([
    [1, 'apiVersion: v1'],
    [4, 'spec'],
    [6, 'x: 1'],
  ]);
});

test('a key that is still being typed', async () => {
  const found = await findProblems('a: 1\nspe\nb: 2\n');
  expect(found).toMatchObject([{ code: 'yaml', hint: 'missingColon', from: 5 }]);
});

test('an endless text is refused, not read', async () => {
  const found = await findProblems('- '.repeat(500_000));
  expect(found).toMatchObject([{ code: 'yaml', problem: 'tooManyNodes' }]);
});
