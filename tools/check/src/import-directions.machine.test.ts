// Depends on: .dependency-cruiser.cjs
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from './root.ts';

/** Who imports whom, and the rule that this breaks. */
const forbidden = [
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
  ['apps/web/src/api/a.ts', 'apps/web/src/components/b.ts', 'web-api-imports'],
  ['apps/web/src/components/a.ts', 'apps/web/src/resources/b.ts', 'web-components-imports'],
  ['apps/web/src/components/A.vue', 'apps/web/src/app/b.ts', 'web-components-imports'],
  ['apps/web/src/resources/a.ts', 'apps/web/src/features/a/b.ts', 'web-resources-imports'],
  ['apps/web/src/features/a/a.ts', 'apps/web/src/app/b.ts', 'web-features-imports'],
  ['apps/web/src/features/a/a.ts', 'apps/web/src/features/b/b.ts', 'pages-do-not-import-each-other'],
  ['packages/kube/src/a.ts', 'packages/contract/src/index.ts', 'packages-kube-imports'],
  ['packages/contract/src/a.ts', 'packages/kinds/src/index.ts', 'packages-contract-imports'],
  ['apps/api/src/features/a/a.ts', 'apps/api/src/testing/server.ts', 'no-tests-in-the-product'],
] as const;

const forbiddenTypes = [
  [
    'apps/api/src/features/c/a.service.ts',
    'apps/api/src/db/generated/client.ts',
    'prisma-stays-in-repositories',
  ],
  ['apps/api/src/features/c/a.ts', 'apps/api/src/features/b/b.ts', 'features-meet-in-the-container'],
] as const;

const allowed = [
  ['apps/api/src/features/a/a.ts', 'apps/api/src/http/mount.ts'],
  ['apps/api/src/features/a/a.ts', 'apps/api/src/features/a/b.ts'],
  ['apps/api/src/features/a/a.repository.ts', 'apps/api/src/db/generated/client.ts'],
  ['apps/api/src/features/demo/demo.ts', 'tools/control-plane/src/index.ts'],
  ['apps/api/src/container.ts', 'apps/api/src/features/a/a.ts'],
  ['apps/api/src/container.ts', 'apps/api/src/core.ts'],
  ['apps/web/src/app/a.ts', 'apps/web/src/features/a/a.ts'],
  ['apps/web/src/features/a/A.vue', 'apps/web/src/resources/b.ts'],
  ['apps/web/src/resources/a.ts', 'apps/web/src/components/b.ts'],
  ['apps/web/src/components/a.ts', 'apps/web/src/api/b.ts'],
  ['packages/kube/src/a.ts', 'packages/kinds/src/index.ts'],
] as const;

const allowedTypes = [['apps/api/src/features/a/a.module.ts', 'apps/api/src/core.ts']] as const;

interface Violation {
  from: string;
  to: string;
  rule: { name: string };
}

let checkout: string;
let violations: Violation[];

// one checkout with all of it: each look at the rules is a process of seconds
beforeAll(() => {
  checkout = mkdtempSync(join(tmpdir(), 'pilothouse-directions-'));
  const scripts = new Map<string, string>();
  const add = (file: string, line = '') => scripts.set(file, (scripts.get(file) ?? '') + line);
  const write = (statement: string, [importer, imported]: readonly [string, string, ...unknown[]]) => {
    const depth = '../'.repeat(importer.split('/').length - 1);
    add(imported);
    add(importer, `${statement} { value } from '${depth}${imported}';\n`);
  };
  for (const pair of [...forbidden, ...allowed]) write('import', pair);
  for (const pair of [...forbiddenTypes, ...allowedTypes]) write('import type', pair);
  for (const [path, script] of scripts) {
    const file = join(checkout, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, path.endsWith('.vue') ? `<script lang="ts">\n${script}</script>\n` : script);
  }
  const cruiser = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const rules = ['--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json'];
  const { stdout } = spawnSync(process.execPath, [cruiser, ...rules, '.'], {
    cwd: checkout,
    encoding: 'utf8',
  });
  ({ violations } = (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary);
}, 60_000);
afterAll(() => rmSync(checkout, { recursive: true, force: true }));

/** But for the circles that these imports make with each other. */
function brokenRules(from: string, to: string): string[] {
  return violations
    .filter((violation) => violation.from === from && violation.to === to)
    .map(({ rule }) => rule.name)
    .filter((name) => name !== 'no-circles');
}

test.each([...forbidden, ...forbiddenTypes])('%s may not import %s: %s', (importer, imported, rule) => {
  expect(brokenRules(importer, imported)).toEqual([rule]);
});

test.each([...allowed, ...allowedTypes])('%s may import %s', (importer, imported) => {
  expect(brokenRules(importer, imported)).toEqual([]);
});
