import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildTools, type LocalCluster } from '@pilothouse/control-plane';
import { startPrivateMariaDb } from '@pilothouse/start/mariadb';
import { createConnection } from 'mysql2/promise';
import { mainCluster, otherCluster, sideCluster } from './bench-clusters.ts';
import { timed } from './load.ts';
import { Platform } from './platform.ts';
import type { Size } from './size.ts';

/** Everything a bar may measure; what none asks for is not started. */
export class World {
  readonly size: Size;
  readonly say: (message: string) => void;
  readonly #keep: boolean;
  readonly #signal: AbortSignal;
  readonly #ends: (() => Promise<void>)[] = [];
  readonly #made = new Map<string, Promise<unknown>>();

  constructor(options: { size: Size; keep: boolean; say: (message: string) => void; signal: AbortSignal }) {
    this.size = options.size;
    this.say = options.say;
    this.#keep = options.keep;
    this.#signal = options.signal;
  }

  /** The measured cluster, full; registered as `main` where a platform knows it. */
  main(): Promise<LocalCluster> {
    return this.#once('main', () => this.#cluster(mainCluster(this.size, this.#clusterOptions)));
  }

  /** The cluster with 200 pods and, where there can be one, a real node; registered as `side`. */
  side(): Promise<LocalCluster> {
    return this.#once('side', () => this.#cluster(sideCluster(this.#clusterOptions)));
  }

  /** Another cluster beside `side`, empty. */
  other(): Promise<LocalCluster> {
    return this.#once('other', () => this.#cluster(otherCluster(this.#clusterOptions)));
  }

  /** The platform that most bars share, with both clusters. */
  platform(): Promise<Platform> {
    return this.#once('platform', async () => {
      const clusters = { main: await this.main(), side: await this.side() };
      const platform = await this.startPlatform();
      for (const [name, { kubeconfig }] of Object.entries(clusters))
        await platform.register(name, kubeconfig);
      return platform;
    });
  }

  /** A platform of a bar's own, without clusters; ends with the world, or before by its `stop`. */
  async startPlatform(): Promise<Platform> {
    const platform = await Platform.start(await this.createDatabase());
    this.#ends.push(() => platform.stop());
    return platform;
  }

  /** The URL of a new, empty database. */
  async createDatabase(): Promise<string> {
    const server = await this.#once('database', () => this.#startDatabase());
    const name = `pilothouse_${randomBytes(6).toString('hex')}`;
    const connection = await createConnection(server);
    await connection.query(`CREATE DATABASE \`${name}\``).finally(() => connection.end());
    return Object.assign(new URL(server), { pathname: `/${name}` }).href;
  }

  /** The kubectl that was built with the clusters. */
  kubectlPath(): Promise<string> {
    return this.#once('kubectl', async () => (await buildTools({ only: ['controlPlane'] })).kubectl);
  }

  /**
   * Milliseconds a kubectl command takes, process and all; its output is thrown away. Rejects where it fails; `diff` ends
   * with 1 where it found something.
   */
  async timeKubectl(cluster: LocalCluster, ...arguments_: string[]): Promise<number> {
    const kubectl = await this.kubectlPath();
    return timed(async () => {
      const child = spawn(kubectl, ['--kubeconfig', cluster.kubeconfigPath, ...arguments_], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
      if (code !== 0 && !(arguments_[0] === 'diff' && code === 1))
        throw new Error(`kubectl ${arguments_.join(' ')} ended with ${code}`);
    });
  }

  /** Ends what was started, the last first; kept clusters stay. */
  async close(): Promise<void> {
    for (const end of this.#ends.splice(0).toReversed()) await end();
  }

  get #clusterOptions() {
    return { keep: this.#keep, say: this.say, signal: this.#signal };
  }

  async #cluster(starting: Promise<LocalCluster>): Promise<LocalCluster> {
    const cluster = await starting;
    if (!this.#keep) this.#ends.push(() => cluster.stop());
    return cluster;
  }

  async #startDatabase(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'pilothouse-bench-db-'));
    const server = await startPrivateMariaDb({ folder, onProgress: this.say });
    this.#ends.push(async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    });
    return server.url;
  }

  #once<T>(name: string, make: () => Promise<T>): Promise<T> {
    const made = this.#made.get(name) ?? make();
    this.#made.set(name, made);
    return made as Promise<T>;
  }
}
