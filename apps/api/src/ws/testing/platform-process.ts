import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { TestClient } from '../../testing/test-client.ts';

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
    env: { PATH: process.env['PATH'], PILOTHOUSE_DEMO: 'off', PILOTHOUSE_LOG_LEVEL: 'error', ...settings },
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
