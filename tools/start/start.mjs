import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { killCommands } from './lib/command.mjs';
import { ensureBuilds, ensureDependencies } from './lib/dependencies.mjs';
import { startDevServer } from './lib/dev-server.mjs';
import { noteInLock, tryLock } from './lib/lock.mjs';
import { startPlatform } from './lib/platform.mjs';
import { listenAddress, requireFreePort } from './lib/port.mjs';
import { dataFolder, setting } from './lib/project.mjs';
import { StartError } from './lib/start-error.mjs';
import { step } from './lib/step.mjs';
import { keepPrivateMariaDb } from './lib/keep-mariadb.mjs';

const dev = process.argv.includes('--dev');
const lock = join(dataFolder(), 'platform.lock');

/** What runs, in the order it was started; stopped from the end. @type {(() => Promise<void>)[]} */
const running = [];
let stopping = false;

/** @param {number} exitCode */
async function stopAll(exitCode) {
  if (stopping) return;
  stopping = true;
  killCommands();
  for (const stop of running.toReversed()) await stop();
  process.exit(exitCode);
}

/** @param {() => Promise<void>} stop */
function onStarted(stop) {
  if (stopping) void stop();
  else running.push(stop);
}

async function start() {
  const address = listenAddress();
  mkdirSync(dataFolder(), { recursive: true, mode: 0o700 });
  const holder = tryLock(lock);
  if (holder !== undefined) {
    throw new StartError(
      `Pilothouse already runs from ${dataFolder()}: process ${holder.pid}${holder.note === undefined ? '' : `, ${holder.note}`}.`,
    );
  }
  running.push(async () => rmSync(lock, { force: true }));
  await requireFreePort(address, 'PILOTHOUSE_PORT');

  await step('Dependencies', ensureDependencies);
  const [databaseUrl] = await Promise.all([
    step('Database', openDatabase),
    step('Build', (progress) => ensureBuilds(progress, { web: !dev })),
  ]);
  const devServer = dev ? await step('Vite', () => startDevServer(onStarted)) : undefined;
  const platform = await step('Platform', ({ say }) =>
    startPlatform({
      databaseUrl,
      watch: dev,
      env: devServer?.platformSettings ?? {},
      onProgress: say,
      onStarted,
    }),
  );
  const url = devServer?.url ?? platform.url;
  noteInLock(lock, url);
  console.log(`\nPilothouse is ready: ${url}`);
  if (platform.firstPassword !== null) {
    const { username, password } = platform.firstPassword;
    console.log(
      `Sign in as ${username} with ${password} (shown this once; it has to be changed at the first sign-in)`,
    );
  }
  const code = await platform.exited;
  if (!stopping) throw new StartError(`The platform ended by itself (exit code ${code ?? 'none'}).`);
}

/** @param {import('./lib/step.mjs').Step} progress */
async function openDatabase({ say }) {
  const given = setting('DATABASE_URL');
  if (given !== undefined) return given;
  return keepPrivateMariaDb({
    folder: join(dataFolder(), 'mariadb'),
    onProgress: say,
    onStarted,
    onLost: (reason) => {
      console.error(reason);
      void stopAll(1);
    },
  });
}

for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT', 'SIGHUP'])) {
  process.on(signal, () => void stopAll(0));
}
try {
  await start();
} catch (error) {
  // Whatever fails while we stop is our own doing
  if (!stopping) {
    console.error(error instanceof StartError ? `\n${error.message}` : error);
    await stopAll(1);
  }
}
