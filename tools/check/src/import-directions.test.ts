import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { root } from './root.ts';

/** Each test starts a process. */
const timeoutMs = 60_000;

let checkout: string;
beforeEach(() => (checkout = mkdtempSync(join(tmpdir(), 'pilothouse-directions-'))));
afterEach(() => rmSync(checkout, { recursive: true, force: true }));

/** Names of the rules that a checkout of just these two files breaks, the first importing the second. */
function brokenRules(importer: string, imported: string, statement = 'import'): string[] {
  const depth = '../'.repeat(importer.split('/').length - 1);
  write(imported, 'export const value = 1;\n');
  const names = statement === 'import type' ? 'value' : '{ value }';
  write(importer, `${statement} ${names} from '${depth}${imported}';\nexport const other = value;\n`);
  const { stdout } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
      '--config',
      join(root, '.dependency-cruiser.cjs'),
      '--output-type',
      'json',
      '.',
    ],
    { cwd: checkout, encoding: 'utf8' },
  );
  const { summary } = JSON.parse(stdout) as { summary: { violations: { rule: { name: string } }[] } };
  return summary.violations.map(({ rule }) => rule.name);
}

function write(path: string, content: string) {
  const file = join(checkout, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

test.each([
  ['apps/api/src/features/a/a.ts', 'apps/api/src/features/b/b.ts', 'features-meet-in-the-container'],
  ['apps/api/src/http/mount.ts', 'apps/api/src/features/a/a.ts', 'nothing-imports-features-back'],
  ['apps/api/src/core.ts', 'apps/api/src/features/a/a.ts', 'nothing-imports-features-back'],
  ['apps/api/src/features/a/a.ts', 'apps/api/src/core.ts', 'features-are-given-the-core'],
  ['apps/api/src/features/a/a.ts', 'apps/api/src/container.ts', 'container-constructs'],
  [
    'apps/api/src/features/a/a.service.ts',
    'apps/api/src/db/generated/client.ts',
    'prisma-stays-in-repositories',
  ],
  ['apps/api/src/features/a/a.ts', 'tools/control-plane/src/index.ts', 'demo-alone-starts-clusters'],
  ['apps/web/src/a.ts', 'packages/kube/src/index.ts', 'apps-web-imports'],
  ['packages/kube/src/a.ts', 'packages/contract/src/index.ts', 'packages-kube-imports'],
  ['packages/contract/src/a.ts', 'packages/kinds/src/index.ts', 'packages-contract-imports'],
  ['apps/api/src/features/a/a.ts', 'apps/api/src/testing/server.ts', 'no-tests-in-the-product'],
])(
  '%s may not import %s',
  (importer, imported, rule) => {
    expect(brokenRules(importer, imported)).toEqual([rule]);
  },
  timeoutMs,
);

test.each([
  ['apps/api/src/features/a/a.ts', 'apps/api/src/features/b/b.ts', ['features-meet-in-the-container']],
  ['apps/api/src/features/a/a.module.ts', 'apps/api/src/core.ts', []],
])(
  'of types: %s may import of %s what breaks %j',
  (importer, imported, rules) => {
    expect(brokenRules(importer, imported, 'import type')).toEqual(rules);
  },
  timeoutMs,
);

test.each([
  ['apps/api/src/features/a/a.ts', 'apps/api/src/http/mount.ts'],
  ['apps/api/src/features/a/a.ts', 'apps/api/src/features/a/b.ts'],
  ['apps/api/src/features/a/a.repository.ts', 'apps/api/src/db/generated/client.ts'],
  ['apps/api/src/features/demo/demo.ts', 'tools/control-plane/src/index.ts'],
  ['apps/api/src/container.ts', 'apps/api/src/features/a/a.ts'],
  ['packages/kube/src/a.ts', 'packages/kinds/src/index.ts'],
])(
  '%s may import %s',
  (importer, imported) => {
    expect(brokenRules(importer, imported)).toEqual([]);
  },
  timeoutMs,
);
