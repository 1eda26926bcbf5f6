import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { timesTheCost } from '@pilothouse/testing';
import { describe, expect, test, vi } from 'vitest';
import { Alias } from 'yaml';
import { ExactInteger } from '../exact/exact-integer.ts';
import { readKubectlYaml, type YamlValue } from './read-kubectl-yaml.ts';
import { KubectlYamlError } from './yaml-error.ts';

const fixtures = path.join(import.meta.dirname, '../../fixtures');
const fixture = (name: string) => readFileSync(path.join(fixtures, name), 'utf8');

function failureOf(text: string): KubectlYamlError {
  try {
    readKubectlYaml(text);
  } catch (error) {
    if (error instanceof KubectlYamlError) return error;
    throw error;
  }
  throw new Error('this was read without an error');
}

/** As kubectl's jsonpath prints: keys sorted, whole numbers with all their digits, text as Go escapes it. */
function jsonOf(value: YamlValue): string {
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(',')}]`;
  if (value instanceof ExactInteger) return String(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value).replaceAll('<', '\\u003c');
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${jsonOf(key)}:${jsonOf(item)}`).join(',')}}`;
}

function read(spec: string): string {
  const [object] = readKubectlYaml(`spec:\n${spec.replace(/^(?=.)/gm, '  ')}\n`) as [{ spec: YamlValue }];
  return typeof object.spec === 'string' ? object.spec : jsonOf(object.spec);
}

describe('as the real kubectl recorded it', () => {
  const { recorded } = JSON.parse(fixture('kubectl-yaml.json')) as {
    recorded: { spec: string; json?: string; error?: string }[];
  };
  /** The `yaml` package's grammar is YAML 1.2's. It differs from go-yaml here, and nowhere does a value change. */
  const stricter = new Set(['a: {b: 1,\n\tc: 2}']);
  const laxer = new Set(['a: "\\x41\\u0041\\U00000041\\t\\/"', 'a: x\u0085y']);

  test.each(recorded.filter(({ spec, json }) => json !== undefined && !stricter.has(spec)))(
    '$spec',
    ({ spec, json }) => expect(read(spec)).toBe(json),
  );
  test.each(recorded.filter(({ spec, error }) => error !== undefined && !laxer.has(spec)))(
    'refused: $spec',
    ({ spec }) => expect(() => read(spec)).toThrow(KubectlYamlError),
  );
});

describe('what people paste', () => {
  const documents: Record<string, number> = {
    'pv-3docs-comment-separator.yaml': 3,
    'rbac-5docs-kind-before-apiversion.yaml': 5,
  };
  test.each(readdirSync(path.join(fixtures, 'yaml/valid')))('%s', (name) => {
    const read = readKubectlYaml(fixture(`yaml/valid/${name}`)) as {
      kind: string;
      metadata: { name: string };
    }[];
    expect(read).toHaveLength(documents[name] ?? 1);
    for (const object of read)
      expect([object.kind, object.metadata.name]).toEqual([expect.any(String), expect.any(String)]);
  });

  test.each([
    ['fullwidth-colon.yaml', 'fullWidthColon', 6],
    ['go-template-a.yaml', 'template', 6],
    ['shell-prompt-pasted.yaml', 'shellPrompt', 42],
    ['tab-indent.yaml', 'shellPrompt', 1],
  ])('%s: the cause is %s, line %i', (name, hint, line) => {
    expect(failureOf(fixture(`yaml/invalid/${name}`))).toMatchObject({ hint, line });
  });

  test('two objects without a separator: duplicate key, where the second begins', () => {
    expect(failureOf(fixture('yaml/invalid/two-objects-no-separator.yaml'))).toMatchObject({
      problem: 'duplicateKey',
      line: 33,
      column: 1,
    });
  });

  test('a tab as indentation is named', () => {
    expect(failureOf('metadata:\n\tname: x\n')).toMatchObject({ hint: 'tabIndent', line: 2 });
  });
});

describe('documents', () => {
  test('a comment may follow the separator, empty ones are left out', () => {
    expect(readKubectlYaml('--- # one\na: 1\n---\n\n--- # two\nb: 2\n...\n')).toEqual([{ a: 1 }, { b: 2 }]);
  });
  test('a separator inside a block scalar does not split', () => {
    expect(readKubectlYaml('a: |\n  x\n  ---\n  y\n')).toEqual([{ a: 'x\n---\ny\n' }]);
  });
  test('content on the separator line is refused, as kubectl does', () => {
    expect(failureOf('a: 1\n--- b: 2\n')).toMatchObject({ problem: 'badSeparator', line: 2 });
  });
  test('keys that kubectl would make the same are duplicates', () => {
    expect(failureOf('1: a\n"1": b\n')).toMatchObject({ problem: 'duplicateKey', line: 2 });
    expect(failureOf('yes: a\ntrue: b\n')).toMatchObject({ problem: 'duplicateKey', line: 2 });
  });
});

describe('hostile texts', () => {
  const laughs = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 10; level += 1) {
    laughs.push(
      `a${level}: &a${level} [${Array(10)
        .fill(`*a${level - 1}`)
        .join(', ')}]`,
    );
  }
  let merges = '&m0 []';
  for (let level = 1; level < 12; level += 1)
    merges = `&m${level} [${merges}${`, *m${level - 1}`.repeat(9)}]`;
  const texts = [
    ['alias bomb', laughs.join('\n'), 'tooManyNodes'],
    ['alias to itself', 'a: &a [*a]', 'tooDeep'],
    ['merge of itself', 'a: &a\n  <<: *a\n', 'tooDeep'],
    ['bomb of nothing but merges', `<<: ${merges}`, 'tooManyNodes'],
    ['list of merges in itself', '<<: &a [*a]', 'tooDeep'],
    ['deep flow', `${'['.repeat(5000)}${']'.repeat(5000)}`, 'tooDeep'],
    [
      'deep blocks',
      Array.from({ length: 200 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join(''),
      'tooDeep',
    ],
    ['very deep dashes', '- '.repeat(100_000), 'tooManyNodes'],
    ['unclosed deep flow', '['.repeat(200_000), 'tooManyNodes'],
    ['a million values', `[${'1,'.repeat(500_000)}1]`, 'tooManyNodes'],
    ['megabytes', 'x'.repeat(1_048_577), 'tooLarge'],
    ['megabytes of wide characters', '漢'.repeat(400_000), 'tooLarge'],
  ] as const;
  test.each(texts)('%s', (_name, text, problem) => {
    expect(failureOf(text).problem).toBe(problem);
  });

  test('all of them together cost little more than the largest honest text', async () => {
    const honest = `[${'1,'.repeat(19_000)}1]`;
    const refuseAll = () => texts.map(([, text]) => failureOf(text));
    expect(await timesTheCost(refuseAll, () => readKubectlYaml(honest))).toBeLessThan(4);
  });

  test('the document is not searched again for each alias', () => {
    const search = vi.spyOn(Alias.prototype, 'resolve');
    const [value] = readKubectlYaml(`a: &a x\nb: &a z\nc:\n${'- *a\n'.repeat(100)}`);
    expect(value).toMatchObject({ a: 'x', c: Array(100).fill('z') });
    expect(search).not.toHaveBeenCalled();
  });

  test('__proto__ is a key like any other', () => {
    const [object] = readKubectlYaml(
      '__proto__: {polluted: true}\nbase: &b {__proto__: {x: 1}}\nuse: {<<: *b}\n',
    ) as [Record<string, unknown>];
    expect(Object.keys(object)).toEqual(['__proto__', 'base', 'use']);
    expect(Object.keys(object.use as object)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
