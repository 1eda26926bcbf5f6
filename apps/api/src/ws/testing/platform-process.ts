import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { platformNodeFlags } from '@pilothouse/start/node-flags';
import { migrate, migrationsFolder, readMigrations } from '../../db/migrate.ts';
import { freePort } from '../../testing/free-port.ts';
import { TestClient } from '../../testing/test-client.ts';
import type { TestServer } from '../../testing/test-database.ts';

const main = path.join(import.meta.dirname, '../../main.ts');

/** The platform as a process of its own, to be killed. */
export interface PlatformProcess {
  url: string;
  /** Resolves when it has gone. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
}

/** Starts it; the same settings again are the same platform again. */
export async function startPlatformProcess(settings: Record<string, string>): Promise<PlatformProcess> {
  const child = fork(main, {
    execArgv: platformNodeFlags,
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      PILOTHOUSE_DEMO: 'off',
      PILOTHOUSE_LOG_LEVEL: 'error',
      ...settings,
    },
    stdio: 'inherit',
  });
  const url = await ready(child);
  return {
    url,
    async end(signal) {
      const gone = child.exitCode !== null || child.signalCode !== null ? undefined : once(child, 'exit');
      child.kill(signal);
      await gone;
    },
  };
}

const firstPassword = 'the-first-Secret-1';

/** A platform in processes of its own over a database of its own, to be started several times. */
export async function withPlatformProcesses(
  database: Pick<TestServer, 'createDatabase'>,
  settings: Record<string, string>,
  work: (start: () => Promise<PlatformProcess>) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'pilothouse-data-'));
  const databaseUrl = await database.createDatabase();
  await migrate(databaseUrl, await readMigrations(migrationsFolder));
  const all = {
    DATABASE_URL: databaseUrl,
    PILOTHOUSE_PORT: String(await freePort()),
    PILOTHOUSE_DATA: folder,
    PILOTHOUSE_KUBECONFIGS: path.join(folder, 'kubeconfigs'),
    PILOTHOUSE_ADMIN_PASSWORD: firstPassword,
    PILOTHOUSE_ALLOW_LOOPBACK_CLUSTERS: 'true',
    ...settings,
  };
  await work(() => startPlatformProcess(all)).finally(() => rm(folder, { recursive: true, force: true }));
}

/** The administrator of such a platform. */
export function administratorOf(url: string): Promise<TestClient> {
  return signIn(url, 'admin', firstPassword, 'changed-Secret-2');
}

/** Signs in; a first sign-in changes the password to `password` as people have to. */
export async function signIn(
  url: string,
  username: string,
  first: string,
  password: string,
): Promise<TestClient> {
  const client = new TestClient(url);
  const again = await client.post('/auth/login', { username, password });
  if (again.status === 200) return client.as(again.body.accessToken);
  const { body } = await client.post('/auth/login', { username, password: first });
  const change = { currentPassword: first, newPassword: password };
  const changed = await client.as(body.accessToken).post('/auth/password', change);
  return client.as(changed.body.accessToken);
}

function ready(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the platform ended with ${code}`)));
    child.on('message', (message: { type: string; url?: string }) => {
      if (message.type === 'ready') resolve(message.url ?? '');
    });
  });
}
