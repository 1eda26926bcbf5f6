import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readKubeconfigFolder } from './kubeconfig-folder.ts';

let base: string;
let folder: string;
beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), 'pilothouse-folder-'));
  folder = path.join(base, 'kubeconfigs');
  mkdirSync(folder);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const put = (name: string, text: string | Buffer) => writeFileSync(path.join(folder, name), text);

test('reads files by name, with a hash of their content', async () => {
  put('b.yaml', 'two');
  put('a', 'one');
  const files = await readKubeconfigFolder(folder);
  expect(
    files.map(({ file, text, problem }) => [
      file,
      text,
      problem && (problem.params as { problem: string }).problem,
    ]),
  ).toEqual([
    ['a', 'one', null],
    ['b.yaml', 'two', null],
  ]);
  expect(files[0]?.contentHash).toBe('7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed');
});

test('files as Windows writes them are read, other encodings are refused by name', async () => {
  const text = 'kind: Config # Büro';
  put('utf16', Buffer.from(`\uFEFF${text}`, 'utf16le'));
  put('utf8-bom', `\uFEFF${text}`);
  put('western', Buffer.from(text, 'latin1'));
  const files = await readKubeconfigFolder(folder);
  expect(files.map(({ file, text: read, problem }) => [file, read, problem?.code ?? null])).toEqual([
    ['utf16', text, null],
    ['utf8-bom', text, null],
    ['western', null, 'kubeconfigUnreadable'],
  ]);
});

test('a file that was written a moment ago has not settled', async () => {
  put('new', 'x');
  put('old', 'x');
  utimesSync(path.join(folder, 'old'), new Date(), new Date(Date.now() - 10_000));
  const files = await readKubeconfigFolder(folder);
  expect(files.map(({ file, settled }) => [file, settled])).toEqual([
    ['new', false],
    ['old', true],
  ]);
});

test('hidden names and folders are left alone; a folder that is not there is empty', async () => {
  put('.gitkeep', '');
  mkdirSync(path.join(folder, 'more'));
  writeFileSync(path.join(folder, 'more', 'deep'), 'x');
  expect(await readKubeconfigFolder(folder)).toEqual([]);
  expect(await readKubeconfigFolder(path.join(base, 'nowhere'))).toEqual([]);
});

test('a link is followed inside the folder only', async () => {
  mkdirSync(path.join(folder, '..data'));
  writeFileSync(path.join(folder, '..data', 'prod'), 'from a mounted Secret');
  symlinkSync(path.join('..data', 'prod'), path.join(folder, 'prod'));
  writeFileSync(path.join(base, 'secret'), 'canary');
  symlinkSync('../secret', path.join(folder, 'sneaky'));
  symlinkSync('/etc/passwd', path.join(folder, 'absolute'));
  symlinkSync('nowhere', path.join(folder, 'dangling'));
  const files = await readKubeconfigFolder(folder);
  expect(
    files.map(({ file, text, problem }) => [
      file,
      text,
      problem && (problem.params as { problem: string }).problem,
    ]),
  ).toEqual([
    ['absolute', null, 'fileOutside'],
    ['prod', 'from a mounted Secret', null],
    ['sneaky', null, 'fileOutside'],
  ]);
});

test('a link to a folder whose name begins with this one is outside', async () => {
  mkdirSync(`${folder}-other`);
  writeFileSync(path.join(`${folder}-other`, 'secret'), 'canary');
  symlinkSync('../kubeconfigs-other/secret', path.join(folder, 'sneaky'));
  expect(await readKubeconfigFolder(folder)).toMatchObject([
    { text: null, problem: { params: { problem: 'fileOutside' } } },
  ]);
});

test('a pipe does not block, and a file that is too large is not read', async () => {
  execFileSync('mkfifo', [path.join(folder, 'pipe')]);
  put('large', 'x'.repeat(1_048_577));
  const files = await readKubeconfigFolder(folder);
  expect(files).toMatchObject([{ file: 'large', text: null, problem: { params: { problem: 'tooLarge' } } }]);
});

test('UTF-16 is read, as a Windows shell writes it; another encoding is refused by name', async () => {
  const text = 'kind: Config\r\n# 生产\r\n';
  const write = (name: string, bytes: Buffer) => writeFileSync(path.join(folder, name), bytes);
  write('le', Buffer.from(`\uFEFF${text}`, 'utf16le'));
  write('be', Buffer.from(`\uFEFF${text}`, 'utf16le').swap16());
  write('utf8', Buffer.from(`\uFEFF${text}`));
  write('utf32', Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]));
  const files = await readKubeconfigFolder(folder);
  expect(
    files.map(({ file, text, problem }) => [
      file,
      text,
      problem && (problem.params as { problem: string }).problem,
    ]),
  ).toEqual([
    ['be', text, null],
    ['le', text, null],
    ['utf32', null, 'encoding'],
    ['utf8', text, null],
  ]);
});
