import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kinds } from '@pilothouse/kinds';
import { expect, test } from 'vitest';

const source = join(import.meta.dirname, '..');
/** What serves every kind. Forms of actions and of pod templates are for certain kinds, and logs are pods'. */
const shared = ['components', 'resources', 'app/layout'];
const own = /^resources\/(kinds|actions|forms|logs|spec)\/|\.test\.ts$/;
/** Every object may have events, and may live in a namespace. */
const everywhere = new Set(['events', 'namespaces']);

const files = shared.flatMap((folder) =>
  readdirSync(join(source, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name}`)
    .filter((name) => /\.(ts|vue)$/.test(name) && !own.test(name)),
);

test('shared code names no kind', () => {
  const names = [...kinds.values()]
    .filter(({ plural }) => !everywhere.has(plural))
    .flatMap(({ group, plural, kind }) => [plural, kind, `${group}/${plural}`]);
  const quoted = new RegExp(`['"\`](${names.join('|')})['"\`]`, 'g');
  const found = files.flatMap((name) =>
    [...readFileSync(join(source, name), 'utf8').matchAll(quoted)].map(([text]) => `${name}: ${text}`),
  );
  expect(files.length).toBeGreaterThan(50);
  expect(found).toEqual([]);
});
