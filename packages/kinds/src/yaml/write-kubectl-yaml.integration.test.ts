import { buildTools } from '@pilothouse/control-plane';
import fc from 'fast-check';
import { execFile } from 'node:child_process';
import { beforeAll, expect, test } from 'vitest';
import { parseExactJson } from '../exact/exact-integer.ts';
import { ObjectDocument } from '../document/object-document.ts';
import { anySpec, anyText, isSafeKey, trickyTexts } from '../testing/yaml-arbitraries.ts';
import { writeKubectlYaml } from './write-kubectl-yaml.ts';

let kubectl: string;
beforeAll(async () => {
  ({ kubectl } = await buildTools({ only: ['controlPlane'] }));
});

const object = (spec: unknown, name = 'example') => ({
  apiVersion: 'example.com/v1',
  kind: 'Example',
  metadata: { name },
  spec,
});

/** What kubectl reads, one object after the other; `label --local` reads as every other command, without a server. */
function readByKubectl(input: string, output: 'json' | 'yaml'): Promise<string> {
  const command = ['label', '--local', '-f', '-', 'read=yes', '-o', output];
  return new Promise((resolve, reject) => {
    const running = execFile(kubectl, command, { maxBuffer: 2 ** 28 }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    );
    running.stdin?.end(input);
  });
}

const separator = '---\n';
const specsIn = (json: string) =>
  json.split(/(?<=^\})\n(?=\{)/m).map((text) => (parseExactJson(text) as { spec: unknown }).spec);

test('kubectl reads every tricky text back, as key, value and item', async () => {
  const specs = trickyTexts.filter(isSafeKey).map((text) => ({
    [text]: text,
    items: [text, [text]],
    last: { [text]: [text] },
  }));
  const written = specs.map((spec) => writeKubectlYaml(object(spec))).join(separator);
  expect(specsIn(await readByKubectl(written, 'json'))).toEqual(specs);
});

test('kubectl reads back whatever an object holds, all digits included', async () => {
  const specs = fc.array(anySpec(anyText), { minLength: 100, maxLength: 100, size: 'max' });
  await fc.assert(
    fc.asyncProperty(specs, async (some) => {
      const written = some.map((spec) => writeKubectlYaml(object(spec))).join(separator);
      expect(specsIn(await readByKubectl(written, 'json'))).toEqual(some);
    }),
    { numRuns: 20, endOnFailure: true },
  );
});

/** An object as a form leaves it that has written these, over YAML of ours. */
function written(texts: readonly string[]): ObjectDocument {
  const document = ObjectDocument.read(writeKubectlYaml(object({ kept: 'x', lines: 'a\nb\n' })));
  for (const text of texts) {
    document.set(['spec', 'lines'], text);
    document.set(['spec', 'value'], text);
    document.set(['spec', 'map', text], text);
    document.insert(['spec', 'list'], text);
    if (text !== 'lines') document.rename(['spec'], 'kept', text);
  }
  return document;
}

test('kubectl reads back every text that a form writes into YAML', async () => {
  const texts = [...trickyTexts.filter(isSafeKey), ...fc.sample(anyText.filter(isSafeKey), 1000)];
  const documents = texts.map((text) => written([text]));
  const sent = documents.map(({ text }) => (text.endsWith('\n') ? text : `${text}\n`)).join(separator);
  const specs = documents.map(({ value }) => (value as { spec: unknown }).spec);
  expect(specs.map((spec) => (spec as { value: string }).value)).toEqual(
    texts.map((text) => text.toWellFormed()),
  );
  expect(specsIn(await readByKubectl(sent, 'json'))).toEqual(specs);
});

/** Texts that kubectl neither folds nor escapes where we do not, nor leaves open to another reader. */
const plainText = anyText.filter(
  (text) => text.length < 20 && !/[^\n -~]|^\n/.test(text) && text !== '=' && text !== '<<',
);
/** kubectl's order of keys is none where numbers begin with zeros; keys of several lines it writes after `|`. */
const plainKey = plainText.filter((text) => !/[\n0]/.test(text) && isSafeKey(text));

test('and it writes the same text', async () => {
  const specs = fc.array(anySpec(plainText, plainKey), { minLength: 100, maxLength: 100, size: 'max' });
  await fc.assert(
    fc.asyncProperty(specs, async (some) => {
      const objects = some.map((spec) => ({
        ...object(spec),
        metadata: { name: 'example', labels: { read: 'yes' } },
      }));
      const texts = objects.map((each) => JSON.stringify(each)).join(`\n${separator}`);
      const theirs = (await readByKubectl(texts, 'yaml')).split(/^(?=apiVersion: example)/m);
      expect(objects.map((each) => writeKubectlYaml(each))).toEqual(theirs);
    }),
    { numRuns: 20, endOnFailure: true },
  );
});
