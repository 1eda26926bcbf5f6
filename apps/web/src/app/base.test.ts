import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('every class of ours that a page wears is defined', () => {
  const sources = join(import.meta.dirname, '..');
  const css = readFileSync(join(import.meta.dirname, 'base.css'), 'utf8');
  const worn = globSync('**/*.vue', { cwd: sources }).flatMap((file) =>
    [...readFileSync(join(sources, file), 'utf8').matchAll(/(?<=["'\s])ph-[a-z-]+(?=["'\s])/g)].map(
      ([name]) => name,
    ),
  );
  expect(worn.length).toBeGreaterThan(100);
  expect([...new Set(worn)].filter((name) => !css.includes(`.${name}`))).toEqual([]);
});
