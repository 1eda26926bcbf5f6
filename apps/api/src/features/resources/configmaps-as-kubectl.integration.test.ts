import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestClient } from '../../testing/test-client.ts';
import { editable, editAsForm } from './testing/form-edit.ts';
import { startResourceWorld, type ResourceWorld } from './testing/resource-world.ts';

const namespace = 'configmap-bytes';
const door = `/clusters/here/k8s/core/configmaps/${namespace}`;

let world: ResourceWorld;
let admin: TestClient;
let folder: string;
const kubectl = (...args: string[]) => world.cluster.kubectl(...args);

interface ConfigMap {
  metadata: { name: string; annotations?: Record<string, string> };
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
}
async function read(name: string): Promise<ConfigMap> {
  return JSON.parse(await kubectl('get', 'configmap', name, '-n', namespace, '-o', 'json')) as ConfigMap;
}
const sha256 = (value: string | Buffer) => createHash('sha256').update(value).digest('hex');

/** What tools have trimmed, wrapped, quoted or re-encoded (the cases of public reports). */
const odd: Record<string, string> = {
  'final-newlines': 'a\nb\n\n\n',
  'no-final-newline': 'a\nb',
  tabs: 'a\tb\t\tc\n\tx',
  trailing: 'a  \n b \n \n',
  'long.line.conf': `# ${'word '.repeat(400)}\nserver {\n${'x'.repeat(1500)}\n}\n`,
  crlf: 'a\r\nb\r\n',
  cr: 'a\rb',
  'only-newline': '\n',
  empty: '',
  leading: '\n\n  indented first\n',
  emoji: '😀 RÄNCHER 生产',
  nel: 'a\u0085b\u2028c\uFEFFd',
  backslash: String.raw`a\nb\tc`,
  percent: '%s ${X} $(Y) {{ .Values.z }}',
  numberLike: '0755',
  many: Array.from({ length: 1200 }, (_, index) => `${index} ${'y'.repeat(80)}`).join('\n'),
  '-leading.dash_ok': 'x',
  'UPPER.case': 'y',
};
/** Every byte there is. */
const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));

beforeAll(async () => {
  world = await startResourceWorld(namespace);
  admin = world.api.admin;
  folder = await mkdtemp(path.join(tmpdir(), 'configmap-bytes-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await world?.stop();
});

/** As kubectl makes it of files. */
async function fromFiles(name: string, files: Record<string, string | Buffer>): Promise<void> {
  const args: string[] = [];
  for (const [key, content] of Object.entries(files)) {
    const file = path.join(folder, `${name}-${args.length}`);
    await writeFile(file, content);
    args.push(`--from-file=${key}=${file}`);
  }
  await kubectl('create', 'configmap', name, '-n', namespace, ...args);
}

test('another key’s edit leaves every byte of the others', async () => {
  await fromFiles('edited', { touch: '1', ...odd, bytes });
  const before = await read('edited');
  expect(before.binaryData).toEqual({ bytes: bytes.toString('base64') });
  const annotation = JSON.stringify({ data: { a: 'x '.repeat(300) } });
  await kubectl('annotate', 'configmap', 'edited', '-n', namespace, `example.org/applied=${annotation}`);
  const answer = await editAsForm(admin, `${door}/edited`, (draft) => draft.set(['data', 'touch'], '2'));
  expect([answer.status, answer.body.error]).toEqual([200, undefined]);
  const after = await read('edited');
  expect(after.data).toEqual({ ...before.data, touch: '2' });
  for (const [key, value] of Object.entries(odd))
    expect([key, sha256(after.data?.[key] ?? '')]).toEqual([key, sha256(value)]);
  expect(after.binaryData).toEqual(before.binaryData);
  expect(after.metadata.annotations).toEqual({ 'example.org/applied': annotation });
});

test('written by the form it is what kubectl makes of the same files', async () => {
  const binary = {
    test: Buffer.from('TESTTESTTQTST'),
    'lower.data.protection.pfx': Buffer.from([0xfe, 0xff, 0, 1, 2, 3]),
    bytes,
  };
  await fromFiles('theirs', { ...odd, ...binary });
  const draft = editable({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'ours', namespace } });
  for (const [key, value] of Object.entries(odd)) draft.set(['data', key], value);
  for (const [key, value] of Object.entries(binary)) {
    // as the form reads a file: text where its bytes are text
    if (key === 'test') draft.set(['data', key], value.toString());
    else draft.set(['binaryData', key], value.toString('base64'));
  }
  const answer = await admin.post(door, { object: draft.object() });
  expect([answer.status, answer.body.error]).toEqual([201, undefined]);
  const [mine, other] = [await read('ours'), await read('theirs')];
  expect(mine.data).toEqual(other.data);
  expect(mine.binaryData).toEqual(other.binaryData);
  // and what the platform answers is what kubectl reads
  const { object } = (await admin.get(`${door}/ours`)).body;
  expect([object.data, object.binaryData]).toEqual([mine.data, mine.binaryData]);
});

test('a key that is renamed or taken away', async () => {
  const renamed = await editAsForm(admin, `${door}/ours`, (draft) => {
    draft.set(['data', 'crlf-2'], draft.get(['data', 'crlf']));
    draft.remove(['data', 'crlf']);
    draft.remove(['binaryData', 'bytes']);
  });
  expect(renamed.status).toBe(200);
  const { crlf, ...others } = odd;
  const after = await read('ours');
  expect(after.data).toEqual({ ...others, 'crlf-2': crlf, test: 'TESTTESTTQTST' });
  expect(Object.keys(after.binaryData ?? {})).toEqual(['lower.data.protection.pfx']);
});

test('one MiB in all goes through; one byte more is refused as the cluster says', async () => {
  const most = 1024 * 1024;
  const full = { text: `${'ä'.repeat(200_000)}\r\n`, more: '' };
  full.more = 'z'.repeat(most - Buffer.byteLength(full.text));
  await fromFiles('full', full);
  const same = await editAsForm(admin, `${door}/full`, (draft) =>
    draft.set(['data', 'more'], `y${full.more.slice(1)}`),
  );
  expect([same.status, same.body.error]).toEqual([200, undefined]);
  const after = await read('full');
  expect(sha256(after.data?.['text'] ?? '')).toBe(sha256(full.text));
  expect(after.data?.['more']?.length).toBe(full.more.length);
  const over = await editAsForm(admin, `${door}/full`, (draft) =>
    draft.set(['data', 'more'], `${full.more}z`),
  );
  expect([over.status, over.body.error.code]).toEqual([422, 'clusterInvalid']);
  expect(JSON.stringify(over.body.error)).toContain('Too long');
});

test('one name in both, a bad name, and what is immutable are refused at their field', async () => {
  const both = await editAsForm(admin, `${door}/ours`, (draft) => draft.set(['binaryData', 'tabs'], 'YQ=='));
  expect([both.status, both.body.error.code]).toEqual([422, 'clusterInvalid']);
  expect(JSON.stringify(both.body.error.fields)).toContain('tabs');
  const bad = await editAsForm(admin, `${door}/ours`, (draft) => draft.set(['data', '..bad'], ''));
  expect([bad.status, bad.body.error.fields[0].field]).toEqual([422, expect.stringContaining('data')]);
  await editAsForm(admin, `${door}/ours`, (draft) => draft.set(['immutable'], true));
  const frozen = await editAsForm(admin, `${door}/ours`, (draft) => draft.set(['data', 'tabs'], ''));
  expect([frozen.status, frozen.body.error.fields[0].field]).toEqual([422, 'data']);
  const label = await editAsForm(admin, `${door}/ours`, (draft) =>
    draft.set(['metadata', 'labels', 'a'], 'b'),
  );
  expect(label.status).toBe(200);
});

test('the shared cases: what kubectl applies is what comes back', async () => {
  const file = path.join(folder, 'b18.yaml');
  await writeFile(
    file,
    [
      'apiVersion: v1',
      'kind: ConfigMap',
      `metadata: {name: b18, namespace: ${namespace}}`,
      'binaryData: {test: VEVTVEVTVFRFU1Q=, lower.data.protection.pfx: /v8AAQID}',
      'data: {blah: awdwad, text: RÄNCHER, "-leading.dash_ok": x, UPPER.case: "y"}',
    ].join('\n'),
  );
  await world.cluster.apply(await readFile(file, 'utf8'));
  const answer = await editAsForm(admin, `${door}/b18`, (draft) => draft.set(['data', 'blah'], 'other'));
  expect(answer.status).toBe(200);
  const { data, binaryData } = await read('b18');
  expect(data).toEqual({ blah: 'other', text: 'RÄNCHER', '-leading.dash_ok': 'x', 'UPPER.case': 'y' });
  expect(binaryData).toEqual({ test: 'VEVTVEVTVFRFU1Q=', 'lower.data.protection.pfx': '/v8AAQID' });
});
