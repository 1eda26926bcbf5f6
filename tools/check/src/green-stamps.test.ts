import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GreenStamps } from './green-stamps.ts';

let checkout: string;
let stamps: GreenStamps;
const piece = { name: 'a.machine.test.ts', dependsOn: ['tools/a', 'apps/*.repository.ts'] };

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'pilothouse-stamps-'));
  spawnSync('git', ['init', '--quiet'], { cwd: checkout });
  for (const folder of ['tools/a', 'tools/testing', 'apps'])
    mkdirSync(join(checkout, folder), { recursive: true });
  write('.gitignore', '*.log\n');
  for (const file of ['pnpm-lock.yaml', 'vitest.config.ts', 'tools/testing/index.ts']) write(file, '');
  write('tools/a/a.ts', 'first');
  write('apps/x.repository.ts', 'first');
  stamps = new GreenStamps(checkout, join(checkout, 'stamps.log'));
});
afterEach(() => rmSync(checkout, { recursive: true }));

const write = (path: string, content: string) => writeFileSync(join(checkout, path), content);

test('a piece is green only as long as nothing that it depends on changes', () => {
  expect(stamps.isGreen(piece)).toBe(false);
  stamps.setGreen(piece);
  expect(stamps.isGreen(piece)).toBe(true);
  write('apps/other.ts', 'not of it');
  write('tools/a/noise.log', 'ignored');
  expect(stamps.isGreen(piece)).toBe(true);
  expect(stamps.isGreen({ ...piece, name: 'another' })).toBe(false);
});

test.each([
  ['a file changes', () => write('tools/a/a.ts', 'second')],
  ['a file comes', () => write('tools/a/b.ts', '')],
  ['a file goes', () => rmSync(join(checkout, 'apps/x.repository.ts'))],
  ['the lockfile changes', () => write('pnpm-lock.yaml', 'second')],
])('is not green any more when %s', (_what, change) => {
  write('apps/y.repository.ts', '');
  stamps.setGreen(piece);
  change();
  expect(stamps.isGreen(piece)).toBe(false);
});

test('is green again with what it was green with', () => {
  stamps.setGreen(piece);
  write('tools/a/a.ts', 'second');
  expect(stamps.isGreen(piece)).toBe(false);
  write('tools/a/a.ts', 'first');
  expect(stamps.isGreen(piece)).toBe(true);
});

test('what depends on something that is not there is an error', () => {
  const lost = { name: 'a', dependsOn: ['tools/gone'] };
  expect(() => stamps.isGreen(lost)).toThrow('a depends on tools/gone, where nothing is');
});
