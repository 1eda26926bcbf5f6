import { readFileSync, writeFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeKubectlYaml } from '@pilothouse/kinds';
import { describe, expect, test } from 'vitest';
import { goldenCases } from './testing/golden-cases.ts';

/** `WRITE_GOLDEN=yes vitest …` writes the files anew; what has changed in them is for the reviewer to read. */
const isWriting = process.env['WRITE_GOLDEN'] === 'yes';
const folder = join(import.meta.dirname, 'golden');

describe('golden manifests', () => {
  test.each(Object.entries(goldenCases))('%s', (name, render) => {
    const text = render()
      .map((object) => writeKubectlYaml(object))
      .join('---\n');
    const file = join(folder, `${name}.yaml`);
    if (isWriting) writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, 'utf8'));
  });

  test('each file is of a case', () => {
    const names = Object.keys(goldenCases).map((name) => `${name}.yaml`);
    expect(readdirSync(folder).toSorted()).toEqual(names.toSorted());
  });
});
