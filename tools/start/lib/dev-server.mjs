import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { node24Environment } from './dependencies.mjs';
import { requireFreePort } from './port.mjs';
import { spawnChild, startOf, stopProcess } from './processes.mjs';
import { node24, root, setting } from './project.mjs';
import { StartError } from './start-error.mjs';

const startMs = 60_000;

/**
 * Starts Vite with hot reload in front of the API; the browser talks to Vite only, so that is the allowed origin.
 * @param {(stop: () => Promise<void>) => void} onStarted
 * @returns {Promise<{ url: string, platformSettings: NodeJS.ProcessEnv }>}
 */
export async function startDevServer(onStarted) {
  const port = Number(setting('PILOTHOUSE_DEV_PORT') ?? 8801);
  const host = '127.0.0.1';
  await requireFreePort({ host, port }, 'PILOTHOUSE_DEV_PORT');
  const { pid } = spawnChild(node24, [join(root, 'apps/web/node_modules/vite/bin/vite.js'), 'apps/web'], {
    cwd: root,
    env: node24Environment(),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (pid === undefined) throw new StartError('Vite could not be started.');
  onStarted(() => stopProcess(pid, { graceMs: 2000 }));
  const url = `http://${host}:${port}`;
  const deadline = Date.now() + startMs;
  while (!(await answers(url))) {
    if (startOf(pid) === undefined || Date.now() > deadline) throw new StartError('Vite did not start.');
    await sleep(100);
  }
  return { url, platformSettings: { PILOTHOUSE_PUBLIC_URL: setting('PILOTHOUSE_PUBLIC_URL') ?? url } };
}

/** @param {string} url */
async function answers(url) {
  try {
    await fetch(url, { method: 'HEAD' });
    return true;
  } catch {
    return false;
  }
}
