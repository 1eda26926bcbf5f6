import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { raiseInotifyLimit } from './inotify.ts';

let folder: string;
let file: string;
let said: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pilothouse-inotify-'));
  file = join(folder, 'max_user_instances');
  said = [];
});
afterEach(() => rm(folder, { recursive: true }));

const raise = () => raiseInotifyLimit((message) => said.push(message), file);

test('a low limit is raised, and it is said', async () => {
  await writeFile(file, '128\n');
  await raise();
  expect(await readFile(file, 'utf8')).toBe('1024');
  expect(said).toEqual(['Raised fs.inotify.max_user_instances of this machine from 128 to 1024']);
});

test('one that is high enough stays, without a word', async () => {
  await writeFile(file, '8192\n');
  await raise();
  expect(await readFile(file, 'utf8')).toBe('8192\n');
  expect(said).toEqual([]);
});
