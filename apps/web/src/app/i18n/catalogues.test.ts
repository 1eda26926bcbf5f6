import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  batchChange,
  actions,
  errorCodes,
  environment,
  itemState,
  kubeconfigContext,
  kubeconfigProblemCode,
  kubeconfigRefusal,
  kubeconfigWarningCode,
  manifestState,
  operationState,
  platformRights,
  probeReason,
  streamEndReasons,
  webhookResults,
} from '@pilothouse/contract';
import { headProblems, kinds, menuModules, podWhyCodes, selectorProblems } from '@pilothouse/kinds';
import { specProblemCodes } from '@pilothouse/manifests';
import { createI18n } from 'vue-i18n';
import { describe, expect, test } from 'vitest';
import { auditCodes } from '../../features/audit/audit-text.ts';
import type { Catalogue } from './catalogue.ts';
import { locales } from '../../components/preferences/languages.ts';

const source = join(import.meta.dirname, '../..');

function catalogueOf(locale: string): Map<string, string> {
  const folder = join(import.meta.dirname, locale);
  const texts = new Map<string, string>();
  const add = (path: string, value: string | Catalogue) => {
    if (typeof value === 'string') texts.set(path, value);
    else for (const [key, entry] of Object.entries(value)) add(`${path}.${key}`, entry);
  };
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.json')))
    add(
      file.slice(0, -'.json'.length).replaceAll('/', '.'),
      JSON.parse(readFileSync(join(folder, file), 'utf8')) as Catalogue,
    );
  return texts;
}

const catalogues = new Map(locales.map((locale) => [locale, catalogueOf(locale)]));
const [first, ...others] = locales;
const reference = catalogues.get(first) ?? new Map<string, string>();

/** The source as it is shipped: no tests. */
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(ts|vue)$/.test(name) && !name.endsWith('.test.ts'))
  .map((name) => ({ name, text: readFileSync(join(source, name), 'utf8') }));

/** Keys that stand in the source in full, with the file they stand in. */
const literalKeys = files.flatMap(({ name, text }) => [
  ...[...text.matchAll(/\bt\(\s*'([^']+)'/g)].map((match) => [match[1] ?? '', name] as const),
  ...[...text.matchAll(/\btitle: '([a-zA-Z]+\.[a-zA-Z.]+)'/g)].map(
    (match) => [match[1] ?? '', name] as const,
  ),
]);
/** What stands in backquotes with a variable in it: `errors.${code}` as a pattern. One that begins so says nothing. */
const patterns = files.flatMap(({ text }) =>
  [...text.matchAll(/\bte?\(\s*`([a-zA-Z][^`]*)`/g)].map((match) => {
    const parts = (match[1] ?? '').split(/\$\{[^}]*\}/).map((part) => part.replaceAll('.', String.raw`\.`));
    return new RegExp(`^${parts.join('.+')}$`);
  }),
);
/** Tried one after the other under a variable. */
const lists = [/^operationResult\./];

const codes: Record<string, readonly string[]> = {
  errors: Object.keys(errorCodes),
  audit: auditCodes,
  environment: environment.options,
  operationState: [...new Set([...itemState.options, ...operationState.options])],
  streamEnd: streamEndReasons,
  ended: streamEndReasons,
  kubeconfigProblem: kubeconfigProblemCode.options,
  kubeconfigWarning: kubeconfigWarningCode.options,
  'register.authentication': kubeconfigContext.shape.authentication.options,
  operation: [
    'project.delete',
    'demo.start',
    'manifests.apply',
    'tasks.apply',
    'tasks.takeBack',
    'applications.rollOut',
    'instances.move',
    ...batchChange.options.map(({ shape }) => `instances.${shape.action.value}`),
  ],
  operationResult: ['created', 'configured'],
  operationOption: [
    ...batchChange.options.flatMap(({ shape: { action: _kind, ...chosen } }) => Object.keys(chosen)),
    'rolledOut',
    'version',
    'atOnce',
    'to',
  ],
  operationStep: ['waitingForKind'],
  'yaml.head': [...headProblems, 'nameNoText'],
  'manifests.state': manifestState.options,
  manifests: ['fileTooLarge', 'fileNotText'],
  menu: menuModules,
  specProblem: specProblemCodes,
  selectorProblem: Object.keys(selectorProblems),
  webhookResult: Object.keys(webhookResults),
  podWhy: podWhyCodes,
  'roles.feature': platformRights().map(({ feature }) => feature),
};
const needed = [
  ...Object.entries(codes).flatMap(([area, names]) => names.map((name) => `${area}.${name}`)),
  ...Object.keys(actions).flatMap((id) =>
    ['label', 'consequence', 'done'].map((word) => `actions.${id}.${word}`),
  ),
  ...probeReason.options.flatMap((reason) => [`probe.${reason}.reason`, `probe.${reason}.remedy`]),
  ...[...kinds.values()].map(({ plural }) => `kinds.${plural}.title`),
  ...kubeconfigRefusal.shape.code.options.flatMap((code) => [`refusal.${code}.what`, `refusal.${code}.way`]),
];

describe.each(others)('%s', (locale) => {
  const catalogue = catalogues.get(locale) ?? new Map<string, string>();

  test(`has the keys of ${first}, no more and no less`, () => {
    expect([...catalogue.keys()].toSorted()).toEqual([...reference.keys()].toSorted());
  });

  test('has the same parameters in each text', () => {
    const parameters = (text: string | undefined) =>
      [...new Set([...(text ?? '').matchAll(/\{(\w+)\}/g)].map((match) => match[1]))].toSorted();
    const different = [...reference].filter(
      ([key, text]) => parameters(text).join() !== parameters(catalogue.get(key)).join(),
    );
    expect(different.map(([key]) => key)).toEqual([]);
  });
});

test('every text can be compiled', () => {
  const problems: string[] = [];
  for (const [locale, catalogue] of catalogues) {
    const { t } = createI18n({
      legacy: false,
      locale,
      messages: { [locale]: Object.fromEntries(catalogue) },
      flatJson: true,
    }).global;
    for (const key of catalogue.keys()) {
      try {
        t(key, { count: 2 });
      } catch (error) {
        problems.push(`${locale} ${key}: ${String(error)}`);
      }
    }
  }
  expect(problems).toEqual([]);
});

test('every key that the source names has a text', () => {
  expect(literalKeys.length).toBeGreaterThan(200);
  expect(literalKeys.filter(([key]) => !reference.has(key))).toEqual([]);
});

test('every code of the contract has a text', () => {
  expect(needed.length).toBeGreaterThan(100);
  expect(needed.filter((key) => !reference.has(key))).toEqual([]);
});

test('every column of a kind has a title, and no title is of a column that is not there', () => {
  const columns = [...kinds.values()].flatMap(({ plural, columns: all }) =>
    all.map(({ id }) => [plural, id] as const),
  );
  const own = (plural: string, id: string) => `kinds.${plural}.column.${id}`;
  const untitled = columns.filter(
    ([plural, id]) => !reference.has(own(plural, id)) && !reference.has(`column.${id}`),
  );
  expect(untitled).toEqual([]);
  const known = new Set(columns.flatMap(([plural, id]) => [own(plural, id), `column.${id}`]));
  known.add('column.namespace');
  const strange = [...reference.keys()].filter(
    (key) => /^(kinds\.\w+\.)?column\./.test(key) && !known.has(key),
  );
  expect(strange).toEqual([]);
});

test('no text is unused', () => {
  const code = files.map(({ text }) => text).join('\n');
  const wanted = new Set(needed);
  const unused = [...reference.keys()].filter(
    (key) =>
      !wanted.has(key) &&
      !code.includes(`'${key}'`) &&
      ![...patterns, ...lists].some((pattern) => pattern.test(key)),
  );
  expect(unused).toEqual([]);
});

test('Chinese has Chinese punctuation, and one word for a thing', () => {
  const texts = [...(catalogues.get('zh-CN') ?? new Map<string, string>())];
  const han = '[\\u3400-\\u9fff]';
  const narrow = new RegExp(`${han}[,:;?!()]|[,:;?!(]${han}|\\)${han}|[:;?!]\\{|[:;?!]$`);
  expect(texts.filter(([, text]) => narrow.test(text))).toEqual([]);
  expect(
    texts.filter(([, text]) =>
      /命名空间|名字空间|(?<![{.])\bnamespace\b|存在时长|(?<!树)节点|你|上线状态|污点|凭证|账号|事件|密文/.test(
        text,
      ),
    ),
  ).toEqual([]);
});

test('English has curly apostrophes, no space before a percent sign, and one word for a thing', () => {
  const texts = [...(catalogues.get('en-US') ?? new Map<string, string>())];
  const literal = /\{'[^']*'\}/g;
  expect(texts.filter(([, text]) => text.replaceAll(literal, '').includes("'"))).toEqual([]);
  const strange = /\} %|Lower case|(?<![-{])\bpods?\b(?! web)|[Ss]ervice account/;
  expect(texts.filter(([, text]) => strange.test(text))).toEqual([]);
});
