import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endpoints } from '@pilothouse/contract';
import { platformNodeFlags } from '@pilothouse/start/node-flags';
import { spawnChild, stopProcess } from '@pilothouse/start/processes';
import { freePort } from '../../../apps/api/src/testing/free-port.ts';
import type { TestClient } from '../../../apps/api/src/testing/test-client.ts';
import { signIn } from '../../../apps/api/src/ws/testing/platform-process.ts';
import { openStream, type Place, type StreamClient } from '../../../apps/api/src/ws/testing/stream-client.ts';
import { createAccount } from '../../../e2e/support/accounts.ts';
import { ApiClient } from '../../../e2e/support/api.ts';
import { HttpClient, type Answer } from './http-client.ts';

const main = join(import.meta.dirname, '../../../apps/api/src/main.ts');
/** An access token is good for ten minutes. */
const tokenMs = 480_000;

export const account = { username: 'admin', password: 'quiet harbour at dawn 7' };

/** The product's process as `npm start` runs it, with a database and a data folder of its own. */
export class Platform {
  readonly url: string;
  readonly pid: number;
  readonly #http = new HttpClient();
  readonly #metricsToken: string;
  readonly #firstPassword: string;
  readonly #end: () => Promise<void>;
  #client: { signedIn: Promise<TestClient>; at: number } | undefined;

  private constructor(parts: {
    url: string;
    pid: number;
    metricsToken: string;
    firstPassword: string;
    end: () => Promise<void>;
  }) {
    this.url = parts.url;
    this.pid = parts.pid;
    this.#metricsToken = parts.metricsToken;
    this.#firstPassword = parts.firstPassword;
    this.#end = parts.end;
  }

  /** Starts it in production mode over an empty database. Rejects when it ends instead. */
  static async start(databaseUrl: string): Promise<Platform> {
    const folder = await mkdtemp(join(tmpdir(), 'pilothouse-bench-'));
    const port = await freePort();
    const secret = () => randomBytes(32).toString('base64');
    const [metricsToken, firstPassword] = [secret(), secret()];
    const child = spawnChild(process.execPath, [...platformNodeFlags, main], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: {
        PATH: process.env['PATH'],
        NODE_ENV: 'production',
        DATABASE_URL: databaseUrl,
        PILOTHOUSE_PORT: String(port),
        PILOTHOUSE_DATA: folder,
        PILOTHOUSE_KUBECONFIGS: join(folder, 'kubeconfigs'),
        PILOTHOUSE_MASTER_KEY: secret(),
        PILOTHOUSE_ADMIN_PASSWORD: firstPassword,
        PILOTHOUSE_METRICS_TOKEN: metricsToken,
        PILOTHOUSE_ALLOW_LOOPBACK_CLUSTERS: 'true',
        PILOTHOUSE_DEMO: 'off',
        PILOTHOUSE_LOG_LEVEL: 'error',
      },
    });
    const { pid } = child;
    if (pid === undefined) throw new Error('the platform could not be started');
    const end = async () => {
      await stopProcess(pid, { graceMs: 8500 });
      await rm(folder, { recursive: true, force: true });
    };
    const url = await new Promise<string>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the platform ended with ${code}`)));
      child.on('message', (message: { type: string; url?: string }) => {
        if (message.type === 'ready') resolve(message.url ?? '');
      });
    }).catch(async (error: unknown) => {
      await end();
      throw error;
    });
    return new Platform({ url, pid, metricsToken, firstPassword, end });
  }

  /** A signed-in client of the administrator; its token is good for two minutes at least. */
  client(): Promise<TestClient> {
    if (this.#client === undefined || Date.now() - this.#client.at > tokenMs) {
      const { username, password } = account;
      this.#client = {
        signedIn: signIn(this.url, username, this.#firstPassword, password),
        at: Date.now(),
      };
    }
    return this.#client.signedIn;
  }

  /** Registers a cluster as a person does, by its kubeconfig. */
  async register(name: string, kubeconfig: string): Promise<void> {
    const answer = await (await this.client()).post('/clusters', { name, kubeconfig });
    if (answer.status !== 201) throw new Error(`${name} was not registered: ${JSON.stringify(answer.body)}`);
  }

  async unregister(name: string): Promise<void> {
    const answer = await (await this.client()).delete(`/clusters/${name}`);
    if (answer.status !== 204) throw new Error(`${name} was not removed: ${answer.status}`);
  }

  /** GET below `/api/v1`, compressed as for a browser. Rejects unless it is 200. */
  async get(path: string): Promise<Answer> {
    const { token } = await this.client();
    const answer = await this.#http.get(`${this.url}/api/v1${path}`, {
      authorization: `Bearer ${token}`,
      'accept-encoding': 'gzip, deflate, br',
    });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text()}`);
    return answer;
  }

  /** Creates a user who may read everything, and signs them in. */
  async signUp(username: string): Promise<TestClient> {
    const admin = new ApiClient(this.url, (await this.client()).token ?? undefined);
    const { password } = await createAccount(this.url, admin, username);
    await admin.call(endpoints.createGrant, {
      body: { subject: { kind: 'user', user: username }, role: 'viewer', scope: { kind: 'all' } },
    });
    return signIn(this.url, username, password, password);
  }

  /** Opens a stream with a ticket of its own, the administrator's unless it is another's. */
  async open(
    purpose: 'log' | 'exec' | 'live',
    place: Partial<Place> = {},
    client?: TestClient,
  ): Promise<StreamClient> {
    return openStream(client ?? (await this.client()), purpose, place);
  }

  /** Milliseconds the event loop was late since this was last asked: the 99th percentile, and the most. */
  async eventLoopDelay(): Promise<{ p99: number; most: number }> {
    const text = await this.#metrics();
    const of = (name: string) => {
      const seconds = new RegExp(`^nodejs_eventloop_lag_${name}_seconds (\\S+)`, 'm').exec(text)?.[1];
      // the histogram holds the time from one tick of its timer to the next
      return Math.max(0, Number(seconds) * 1000 - histogramTickMs);
    };
    return { p99: of('p99'), most: of('max') };
  }

  /** @param name with its labels, as the metrics page has them */
  async metric(name: string): Promise<number> {
    const line = (await this.#metrics()).split('\n').find((each) => each.startsWith(`${name} `));
    if (line === undefined) throw new Error(`there is no metric ${name}`);
    return Number(line.slice(name.length));
  }

  async #metrics(): Promise<string> {
    const headers = { authorization: `Bearer ${this.#metricsToken}` };
    return (await this.#http.get(`${this.url}/metrics`, headers)).text();
  }

  async stop(): Promise<void> {
    this.#http.close();
    await this.#end();
  }
}

/** Resolution of prom-client's `monitorEventLoopDelay`. */
const histogramTickMs = 10;
