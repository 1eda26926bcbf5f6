import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { spawnChild, startOf, stopProcess } from '@pilothouse/start/processes';

const startScript = fileURLToPath(new URL('../../tools/start/start.mjs', import.meta.url));
/** Dependencies and pages may have to be built first. */
const startMs = 240_000;

export interface ProductOptions {
  /** Left alone when the product ends; by default a fresh folder that goes away with it. */
  dataFolder?: string;
  port?: number;
  /** More `PILOTHOUSE_*` settings; the demo is off unless said otherwise. */
  settings?: Record<string, string>;
  /** Told each line that it prints. */
  onLine?: (line: string) => void;
}

/** The platform as `npm start` runs it, with a database of its own. */
export interface Product {
  url: string;
  port: number;
  dataFolder: string;
  /** Of the start script. */
  pid: number;
  /** The one-time password of `admin`; null when this was not the first start. */
  firstPassword: string | null;
  /** All it printed so far. */
  output: () => string;
  /** Ends it as a user would and waits until it is gone. */
  stop: () => Promise<void>;
  /** kill -9 of the start script; what it leaves is the next start's matter. */
  kill: () => Promise<void>;
}

/** Starts the product and waits until it says that it is ready. */
export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const port = options.port ?? (await freePort());
  const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'pilothouse-e2e-')));
  const child = spawnChild(process.execPath, [startScript], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PILOTHOUSE_PORT: String(port),
      PILOTHOUSE_DATA: dataFolder,
      PILOTHOUSE_KUBECONFIGS: join(dataFolder, 'kubeconfigs'),
      PILOTHOUSE_DEMO: 'off',
      PILOTHOUSE_ALLOW_LOOPBACK_CLUSTERS: 'true',
      DATABASE_URL: '',
      ...options.settings,
    },
  });
  const { pid, stdout, stderr } = child;
  if (pid === undefined || stdout === null || stderr === null) throw new Error('npm start could not be run');

  let output = '';
  const ready = new Promise<string>((settle, fail) => {
    const timer = setTimeout(() => fail(new Error(`not ready within ${startMs} ms:\n${output}`)), startMs);
    child.once('exit', (code) => fail(new Error(`npm start ended with ${code}:\n${output}`)));
    for (const stream of [stdout, stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        output += `${line}\n`;
        options.onLine?.(line);
        const url = /^Pilothouse is ready: (\S+)/.exec(line)?.[1];
        // The password, if there is one, is the next line of the same write
        if (url !== undefined) setTimeout(() => settle(url), 50);
        if (url !== undefined) clearTimeout(timer);
      });
    }
  });
  ready.catch(() => stopProcess(pid, { graceMs: 10_000 }));
  const url = await ready;
  const removeData = async () => {
    if (options.dataFolder === undefined) await rm(dataFolder, { recursive: true, force: true });
  };
  return {
    url,
    port,
    dataFolder,
    pid,
    firstPassword: /^Sign in as admin with (\S+)/m.exec(output)?.[1] ?? null,
    output: () => output,
    async stop() {
      await stopProcess(pid, { graceMs: 15_000 });
      await removeData();
    },
    async kill() {
      const startedAt = startOf(pid);
      process.kill(pid, 'SIGKILL');
      while (startOf(pid) === startedAt) await new Promise((settle) => setTimeout(settle, 10));
    },
  };
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((settle, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => settle(port));
    });
  });
}
