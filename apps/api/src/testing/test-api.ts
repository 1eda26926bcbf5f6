import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { grantScope } from '@pilothouse/contract';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { readConfig, type Config } from '../config.ts';
import { Container } from '../container.ts';
import { createLogger } from '../log.ts';
import { startTestDatabase, type TestServer } from './test-database.ts';
import { TestClient } from './test-client.ts';

/** The platform of one test file: the real one, on a port of its own, over a database of its own. */
export interface TestApi {
  /** Origin; also what the `Origin` header must be. */
  url: string;
  container: Container;
  database: TestServer;
  /** Nobody. */
  anonymous: TestClient;
  /** The first administrator, password changed. */
  admin: TestClient;
  /** The same in a session that begins now: an access token ends after some minutes. */
  signIn(): Promise<TestClient>;
  /** Makes a user with these grants and signs them in, the way people do. */
  signUp(username: string, grants?: TestGrant[]): Promise<TestUser>;
  stop(): Promise<void>;
}

export interface TestGrant {
  role: string;
  scope: z.output<typeof grantScope>;
}

export interface TestUser extends TestClient {
  username: string;
  password: string;
}

export interface TestApiOptions {
  config?: Partial<Config>;
  /** Silent unless given. */
  log?: Logger;
  /** Another build of the SPA than the product's. */
  spaFolder?: string;
  /** An own server in the place of a new one; it is left running. */
  database?: TestServer;
  /** It answers, and takes up nothing of what happens by itself: that is for other processes on its database. */
  isIdle?: boolean;
}

const firstPassword = 'the-first-Secret-1';
const adminPassword = 'changed-Secret-2';

/** Starts it. */
export async function startTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const database = options.database ?? (await startTestDatabase());
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'pilothouse-data-'));
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = {
    ...readConfig({ DATABASE_URL: database.url, PILOTHOUSE_DEMO: 'off' }),
    publicUrl: url,
    dataFolder,
    kubeconfigsFolder: path.join(dataFolder, 'kubeconfigs'),
    adminPassword: firstPassword,
    ...options.config,
  };
  const container = new Container(config, options.log ?? createLogger('silent'), options.spaFolder);
  await container.prepare();
  server.on('request', container.app);
  if (options.isIdle !== true) await container.run(server);

  const anonymous = new TestClient(url);
  const admin = anonymous.as(
    await changePassword(anonymous, 'admin', config.adminPassword ?? firstPassword, adminPassword),
  );

  return {
    url,
    container,
    database,
    anonymous,
    admin,
    async signIn() {
      const signedIn = await anonymous.post('/auth/login', { username: 'admin', password: adminPassword });
      expectStatus(signedIn, 200);
      return anonymous.as(signedIn.body.accessToken);
    },
    async signUp(username, grants = []) {
      const created = await admin.post('/users', { username, displayName: username });
      expectStatus(created, 201);
      const password = `${username.length}-Own-secret-${Math.random()}`;
      const token = await changePassword(anonymous, username, created.body.oneTimePassword, password);
      for (const grant of grants)
        expectStatus(
          await admin.post('/grants', { subject: { kind: 'user', user: username }, ...grant }),
          201,
        );
      return Object.assign(anonymous.as(token), { username, password });
    },
    async stop() {
      container.beginStop();
      await container.stopWork();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await container.close();
      if (options.database === undefined) await database.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

/** Signs in with a one-time password and trades it for an own one; returns the access token. */
async function changePassword(
  client: TestClient,
  username: string,
  currentPassword: string,
  newPassword: string,
): Promise<string> {
  const signedIn = await client.post('/auth/login', { username, password: currentPassword });
  expectStatus(signedIn, 200);
  const changed = await client
    .as(signedIn.body.accessToken)
    .post('/auth/password', { currentPassword, newPassword });
  expectStatus(changed, 200);
  return changed.body.accessToken;
}

function expectStatus(answer: { status: number; body: unknown }, status: number): void {
  if (answer.status === status) return;
  throw new Error(`expected ${status}, got ${answer.status}: ${JSON.stringify(answer.body)}`);
}
