import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { runCommand } from './command.mjs';
import { withLock } from './lock.mjs';
import { buildState, node24, root } from './project.mjs';
import { makeWhenChanged } from './stamp.mjs';

/** pnpm reports several times a second; a line every few seconds is enough to see that it moves. */
const reportEveryMs = 3000;

/**
 * Installs what the lockfile says, unless that was done.
 * @param {import('./step.mjs').Step} step
 */
export async function ensureDependencies({ say }) {
  await locked(say, () =>
    makeWhenChanged({
      name: 'dependencies',
      sources: ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'],
      result: 'node_modules/node/bin/node',
      async make() {
        say('installing packages');
        let reported = Date.now();
        await runCommand(npx(), ['-y', 'pnpm@12', 'install', '--frozen-lockfile', '--reporter=append-only'], {
          env: { ...process.env, CI: 'true' },
          onLine(line) {
            if (!line.startsWith('Progress:') || Date.now() - reported < reportEveryMs) return;
            reported = Date.now();
            say(line.replace('Progress: ', ''));
          },
        });
      },
    }),
  );
}

/**
 * Makes what is made from sources: the database client, and the SPA's files when `web`.
 * @param {import('./step.mjs').Step} step
 * @param {{ web: boolean }} wanted
 */
export async function ensureBuilds({ say }, { web }) {
  await locked(say, async () => {
    await makeWhenChanged({
      name: 'database-client',
      sources: [
        'prisma/schema.prisma',
        'apps/api/prisma.config.ts',
        'prisma.config.ts',
        'apps/api/src/db/generate.ts',
        'pnpm-lock.yaml',
      ],
      result: 'apps/api/src/db/generated',
      async make() {
        say('database client');
        await runCommand(node24, ['apps/api/src/db/generate.ts'], { onLine: () => {} });
      },
    });
    if (!web) return;
    await makeWhenChanged({
      name: 'web',
      sources: ['apps/web', 'packages/contract', 'packages/kinds', 'pnpm-lock.yaml', 'tsconfig.base.json'],
      result: 'apps/web/dist/index.html',
      async make() {
        say('pages');
        await runCommand(
          node24,
          [join(root, 'apps/web/node_modules/vite/bin/vite.js'), 'build', 'apps/web'],
          {
            // Who starts us may be in NODE_ENV=test; the pages are always those that users get
            env: { ...process.env, NODE_ENV: 'production' },
            onLine: () => {},
          },
        );
      },
    });
  });
}

/**
 * @template T
 * @param {(message: string) => void} say
 * @param {() => Promise<T>} work
 */
function locked(say, work) {
  return withLock(
    join(buildState, 'build.lock'),
    ({ pid }) => say(`waiting for process ${pid}, which builds the same checkout`),
    work,
  );
}

/** The npx beside the Node that runs this, which need not be on PATH. */
function npx() {
  const beside = join(dirname(process.execPath), 'npx');
  return existsSync(beside) ? beside : 'npx';
}

/**
 * Environment in which `node` is Node 24, also for what is called by name further down, and keeps what it has compiled: a
 * second start of the platform takes a second less.
 */
export function node24Environment() {
  return {
    NODE_COMPILE_CACHE: join(buildState, 'compiled'),
    ...process.env,
    PATH: [dirname(node24), process.env.PATH].join(delimiter),
  };
}
