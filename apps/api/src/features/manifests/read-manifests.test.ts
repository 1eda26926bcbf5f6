import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { AppError } from '../../http/app-error.ts';
import { linesOf, readManifests } from './read-manifests.ts';

const fixtures = path.join(import.meta.dirname, '../../../../../packages/kinds/fixtures/yaml');
const fixture = (name: string) => readFileSync(path.join(fixtures, name), 'utf8');
const { signal } = new AbortController();
const read = (text: string) => readManifests(text, signal);
const failure = (text: string) => read(text).catch((error: AppError) => error) as Promise<AppError>;

test.each(readdirSync(path.join(fixtures, 'valid')))('valid/%s', async (name) => {
  const manifests = await read(fixture(`valid/${name}`));
  // which version a kind is in, a cluster may know
  const problems = manifests.flatMap(({ problem }) => problem?.problem ?? []);
  expect(problems.filter((each) => each !== 'noApiVersion')).toEqual([]);
});

test.each([
  ['fullwidth-colon.yaml', { hint: 'fullWidthColon', line: 6 }],
  ['go-template-a.yaml', { hint: 'template', line: 6 }],
  ['shell-prompt-pasted.yaml', { hint: 'shellPrompt', line: 42 }],
  ['tab-indent.yaml', { hint: 'shellPrompt', line: 1 }],
  ['two-objects-no-separator.yaml', { problem: 'duplicateKey', line: 33 }],
])('invalid/%s cannot be read, and why', async (name, params) => {
  const { code, params: told, field } = await failure(fixture(`invalid/${name}`));
  expect([code, field, told]).toEqual(['manifestUnreadable', 'body.text', expect.objectContaining(params)]);
});

test.each([
  ['metadata-flattened.yaml', [{ problem: 'flattened', line: 4 }]],
  ['no-kind-3docs.yaml', [1, 8, 15].map((line) => ({ problem: 'noKind', line }))],
  ['deployment-nulls-and-typos.yaml', [{ problem: 'noName', line: 3 }]],
])('invalid/%s is no object, and why', async (name, problems) => {
  expect((await read(fixture(`invalid/${name}`))).map(({ problem }) => problem)).toEqual(problems);
});

test('a list is its items, with their lines; theirs may leave out what they are', async () => {
  const text = `kind: List
apiVersion: v1
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
- apiVersion: v1
  kind: Service
  metadata:
    name: b
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBindingList
items:
- metadata: {name: c}
`;
  const manifests = await read(text);
  expect(manifests.map(({ line, value }) => [line, value['apiVersion'], value['kind']])).toEqual([
    [4, 'v1', 'ConfigMap'],
    [5, 'v1', 'Service'],
    [13, 'rbac.authorization.k8s.io/v1', 'RoleBinding'],
  ]);
  const fields = [
    { index: 1, field: 'metadata.name' },
    { index: 1, field: 'spec.nowhere' },
    { index: 2, field: 'metadata' },
    { index: 9, field: 'metadata' },
  ];
  expect(await linesOf(text, fields, signal)).toEqual([8, 5, 13, 1]);
});

test.each(['', '# nothing\n', '---\n---\n', 'kind: List\napiVersion: v1\nitems: []\n'])(
  'nothing to apply: %j',
  async (text) => expect((await failure(text)).code).toBe('manifestEmpty'),
);

test('CR LF, 64-bit numbers and odd keys are read as kubectl does', async () => {
  const [first] = await read(
    'a: |-\r\n  x\r\n  y\r\nbig: 9007199254740993\r\nyes: 0755\r\n__proto__: {polluted: 1}\r\n',
  );
  expect(JSON.stringify(first?.value)).toBe(
    '{"a":"x\\ny","big":9007199254740993,"true":493,"__proto__":{"polluted":1}}',
  );
});

test('too many objects, and bombs, are refused; the process has other things to do meanwhile', async () => {
  const many = 'apiVersion: v1\nkind: X\nmetadata: {name: x}\n---\n'.repeat(501);
  expect(await failure(many)).toMatchObject({ code: 'manifestTooMany', params: { count: 501 } });
  let ticks = 0;
  const clock = setInterval(() => (ticks += 1), 10);
  const laughs = `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(200)}]\nc: [${'*b,'.repeat(200)}]\n`;
  expect((await failure(laughs)).params).toMatchObject({ problem: 'tooManyNodes' });
  expect((await failure('- '.repeat(1_000_000))).params).toMatchObject({ problem: 'tooManyNodes' });
  clearInterval(clock);
  expect(ticks).toBeGreaterThan(3);
});

test('whoever goes away waits no longer', async () => {
  const gone = new AbortController();
  const reading = readManifests('a: b\n'.repeat(10), gone.signal);
  gone.abort(new Error('gone'));
  await expect(reading).rejects.toThrow('gone');
  expect(await read('a: 1')).toHaveLength(1);
});
