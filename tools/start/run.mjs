import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { ensureBuilds, ensureDependencies, node24Environment } from './lib/dependencies.mjs';
import { dataFolder, node24, root, setting } from './lib/project.mjs';
import { StartError } from './lib/start-error.mjs';
import { withPrivateMariaDb } from './mariadb.mjs';

// run.mjs [--database | --pages] <file.ts> [arguments…]: runs a TypeScript file of the checkout on Node 24; dependencies and the database
// client (and the pages) first.
const args = process.argv.slice(2);
const wantsDatabase = args[0] === '--database';
const wantsPages = args[0] === '--pages';
if (wantsDatabase || wantsPages) args.shift();

const forwarded = /** @type {const} */ (['SIGTERM', 'SIGINT', 'SIGHUP']);

/**
 * @param {NodeJS.ProcessEnv} environment
 * @returns {Promise<number>}
 */
function run(environment) {
  const [file = '', ...rest] = args;
  const child = spawn(node24, [join(root, file), ...rest], {
    cwd: root,
    env: { ...node24Environment(), ...environment },
    stdio: 'inherit',
  });
  for (const signal of forwarded) {
    // A terminal's Ctrl-C reaches the child by itself
    process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal)));
  }
  return new Promise((settle, fail) => {
    child.once('error', fail);
    child.once('exit', (code, signal) =>
      settle(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}

try {
  const quiet = { say: (/** @type {string} */ message) => console.error(message) };
  await ensureDependencies(quiet);
  await ensureBuilds(quiet, { web: wantsPages });
  if (!wantsDatabase) {
    process.exitCode = await run({});
  } else {
    const given = setting('DATABASE_URL');
    process.exitCode =
      given === undefined
        ? await withPrivateMariaDb({ folder: join(dataFolder(), 'mariadb'), onProgress: quiet.say }, (url) =>
            run({ DATABASE_URL: url }),
          )
        : await run({ DATABASE_URL: given });
  }
} catch (error) {
  console.error(error instanceof StartError ? error.message : error);
  process.exitCode = 1;
}
