import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './root.ts';

export interface Check {
  name: string;
  /** A program of the dependencies and its arguments; run in the checkout. */
  command: readonly string[];
}

/** What the checks remember from one run to the next; goes away with the dependencies. */
const state = 'node_modules/.pilothouse/types';

/** Missing or unused keys and codes in the two catalogues; also part of the web tests. */
export const translations: Check = {
  name: 'translations',
  command: ['vitest', 'run', '--project', 'web', 'apps/web/src/app/i18n'],
};

/** All checks but the translations, the slow ones first so that two cores stay busy. */
export function checks(): Check[] {
  return [
    { name: 'unused code', command: ['knip'] },
    ...typeChecks(),
    {
      name: 'import directions',
      command: ['depcruise', '--config', '.dependency-cruiser.cjs', 'apps', 'packages', 'tools', 'e2e'],
    },
    { name: 'lint', command: ['oxlint', '--deny-warnings'] },
    { name: 'format', command: ['oxfmt', '--check'] },
  ];
}

function typeChecks(): Check[] {
  return globSync('{apps,packages,tools}/*/tsconfig.json', { cwd: root })
    .concat('e2e/tsconfig.json')
    .toSorted()
    .map((project) => {
      const isVue = existsSync(join(root, dirname(project), 'vite.config.ts'));
      return {
        name: `types of ${dirname(project)}`,
        // what was found sound is not looked at again until something that it reads changes
        command: [
          isVue ? 'vue-tsc' : 'tsc',
          '--project',
          project,
          '--noEmit',
          '--incremental',
          '--tsBuildInfoFile',
          join(state, `${dirname(project).replaceAll('/', '-')}.tsbuildinfo`),
        ],
      };
    })
    .toSorted((a, b) => Number(b.command[0] === 'vue-tsc') - Number(a.command[0] === 'vue-tsc'));
}
