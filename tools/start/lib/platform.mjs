import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { platformNodeFlags } from '../node-flags.mjs';
import { node24Environment } from './dependencies.mjs';
import { spawnChild, stopProcess } from './processes.mjs';
import { node24, root } from './project.mjs';
import { StartError } from './start-error.mjs';

/** The platform itself gives up after 8 s. */
const stopGraceMs = 8500;

/**
 * @typedef {object} Platform
 * @property {string} url
 * @property {{ username: string, password: string } | null} firstPassword
 * @property {Promise<number | null>} exited exit code, null: ended by a signal
 * @property {() => Promise<void>} stop
 */

/**
 * Starts the platform's process. It reports over IPC what it does, and that it listens.
 * @param {object} options
 * @param {string} options.databaseUrl
 * @param {boolean} options.watch restart on changed sources
 * @param {NodeJS.ProcessEnv} [options.env] more settings
 * @param {(message: string) => void} options.onProgress
 * @param {(stop: () => Promise<void>) => void} options.onStarted called before it listens
 * @returns {Promise<Platform>}
 */
export async function startPlatform({ databaseUrl, watch, env = {}, onProgress, onStarted }) {
  const main = join(root, 'apps/api/src/main.ts');
  if (!existsSync(main)) throw new StartError(`${main} is missing.`);
  const child = spawnChild(
    node24,
    [...platformNodeFlags, ...(watch ? ['--watch', '--watch-preserve-output'] : []), main],
    {
      cwd: root,
      env: { ...node24Environment(), DATABASE_URL: databaseUrl, ...env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  );
  const { pid } = child;
  if (pid === undefined) throw new StartError(`${node24} could not be started.`);
  const stop = () => stopProcess(pid, { graceMs: stopGraceMs });
  onStarted(stop);
  /** @type {Promise<number | null>} */
  const exited = new Promise((settle) => child.once('exit', (code) => settle(code)));
  /** @type {Promise<Pick<Platform, 'url' | 'firstPassword'>>} */
  const ready = new Promise((settle) => {
    child.on('message', (/** @type {any} */ message) => {
      if (message?.type === 'step') onProgress(message.message);
      if (message?.type === 'ready') settle({ url: message.url, firstPassword: message.firstPassword });
    });
  });
  const ended = exited.then((code) => {
    throw new StartError(
      `The platform did not start (exit code ${code ?? 'none'}); its reason stands above.`,
    );
  });
  const { url, firstPassword } = await Promise.race([ready, ended]);
  ended.catch(() => {});
  return { url, firstPassword, exited, stop };
}
