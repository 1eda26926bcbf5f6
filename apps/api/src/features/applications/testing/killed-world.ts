import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { platformNodeFlags } from '@pilothouse/start/node-flags';
import { afterAll, beforeAll } from 'vitest';
import { startTestApi, type TestApi } from '../../../testing/test-api.ts';
import type { TestAnswer, TestClient } from '../../../testing/test-client.ts';
import type { Orders } from './killed-process.ts';

export type Where = 'here' | 'there';

/** An object that the platform has written, as its cluster has it. */
export interface WrittenObject {
  kind: string;
  metadata: { name: string; uid: string; generation?: number };
}

interface AuditEvent {
  stage: string;
  requestURI: string;
  responseStatus?: { code: number };
}

const managed = 'app.kubernetes.io/managed-by=pilothouse';
const kinds =
  'deployments,services,secrets,configmaps,poddisruptionbudgets,horizontalpodautoscalers,cronjobs';
/** More than any operation has. */
const mostSteps = 100;
const longestMs = 60_000;

/**
 * Two real clusters, a platform that answers and does nothing by itself, and one at a time a process that does the work:
 * one that lasts, or for an operation one after the other, each killed after a step that none was killed after before.
 */
export class KilledWorld {
  readonly #clusters = new Map<Where, LocalCluster>();
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'pilothouse-steps-'));
  #api: TestApi | undefined;
  #admin: TestClient | undefined;
  /** Has loaded what it needs, and waits to be told what to do. */
  #next: Promise<ChildProcess> | undefined;
  #current: ChildProcess | undefined;
  /** It is not to be killed. */
  #isLasting = false;

  constructor() {
    beforeAll(async () => {
      for (const where of ['here', 'there'] as const)
        this.#clusters.set(
          where,
          await sharedTestCluster(where, { kwokNodes: 1, landscape: 'none', realNode: false }),
        );
      this.#api = await startTestApi({ config: { allowLoopbackClusters: true }, isIdle: true });
      this.#admin = this.#api.admin;
      for (const [name, { kubeconfig }] of this.#clusters)
        await this.posted('/clusters', { name, kubeconfig });
      await this.work();
    });
    afterAll(async () => {
      await this.#endCurrent();
      await end(await this.#next);
      await this.#api?.stop();
      await Promise.all([...this.#clusters.values()].map((cluster) => cluster.stop()));
      rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  get api(): TestApi {
    return this.#api!;
  }

  get admin(): TestClient {
    return this.#admin!;
  }

  cluster(where: Where): LocalCluster {
    return this.#clusters.get(where)!;
  }

  /** Returns what has been made, or begun. */
  async posted(address: string, body: object): Promise<TestAnswer['body']> {
    const answer = await this.admin.post(address, body);
    if (![201, 202].includes(answer.status)) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  }

  /** Has a process do whatever there is to do, and lets it live. */
  async work(): Promise<void> {
    this.#admin = await this.api.signIn();
    if (this.#isLasting) return;
    await this.#endCurrent();
    await this.#pass();
    this.#isLasting = true;
    await this.#start(null);
  }

  /**
   * Submits an operation, and kills whoever is at work at each of its steps until it and what comes of it has ended.
   * Returns its items' ends and the steps; `meanwhile` looks after every kill at what must always be so.
   */
  async killedAtEachStep(
    address: string,
    body: object,
    meanwhile: (operation: string) => Promise<void> = async () => {},
  ): Promise<{ state: string; items: string[]; steps: string[] }> {
    await this.#endCurrent();
    await this.#pass();
    const { operation } = await this.posted(address, body);
    this.forget();
    for (let start = 0; start < mostSteps; start += 1) {
      const child = await this.#start(this.#steps());
      const isOver = await this.#endOf(child, operation);
      if (isOver) {
        // by one that lasts: it may be killed just now, after a step of what comes of it
        await this.work();
        return { ...(await this.#result(operation)), steps: this.#steps() };
      }
      await this.#pass();
      await meanwhile(operation);
    }
    throw new Error(`It has not ended after ${this.#steps().join('\n')}`);
  }

  /** Processes are killed at each step anew, for what comes now is another way. */
  forget(): void {
    rmSync(this.#journal, { force: true });
  }

  /** What carries the platform's label in a namespace. */
  async written(where: Where, namespace: string): Promise<WrittenObject[]> {
    const args = ['get', kinds, '-n', namespace, '-l', managed, '-o', 'json'];
    const text = await this.cluster(where).kubectl(...args);
    return (JSON.parse(text) as { items: WrittenObject[] }).items;
  }

  /** What the platform knows that it has in a namespace, by uid. */
  async inventory(namespace: string): Promise<Map<string | null, string>> {
    const { prisma } = this.api.container.database;
    const rows = await prisma.reconciledObject.findMany({ where: { unit: { namespace } } });
    return new Map(rows.map(({ uid, kind, name }) => [uid, `${kind}/${name}`]));
  }

  /** Paths of objects that the platform has made in a namespace, as often as it did. */
  async made(where: Where, namespace: string): Promise<string[]> {
    const lines = (await readFile(this.cluster(where).auditLogPath, 'utf8')).split('\n');
    const own = [`/namespaces/${namespace}/`, 'fieldManager=pilothouse-apps'];
    const events = lines
      .filter((line) => own.every((part) => line.includes(part)))
      .map((line) => JSON.parse(line) as AuditEvent);
    return events
      .filter(({ stage, responseStatus }) => stage === 'ResponseComplete' && responseStatus?.code === 201)
      .map(({ requestURI }) => requestURI.split('?')[0] ?? '');
  }

  get #journal(): string {
    return path.join(this.#folder, 'steps');
  }

  #steps(): string[] {
    if (!existsSync(this.#journal)) return [];
    return readFileSync(this.#journal, 'utf8').trim().split('\n');
  }

  async #start(survived: Orders['survived']): Promise<ChildProcess> {
    const child = await (this.#next ?? this.#standBy());
    this.#current = child;
    // on a busy machine one may give up by itself
    child.once('exit', () => {
      if (this.#isLasting && this.#current === child) void this.#start(null);
    });
    child.send({ survived } satisfies Orders);
    this.#next = this.#standBy();
    return child;
  }

  async #standBy(): Promise<ChildProcess> {
    const { config } = this.api.container;
    const child = fork(path.join(import.meta.dirname, 'killed-process.ts'), [this.#journal], {
      execArgv: platformNodeFlags,
      env: {
        PATH: process.env['PATH'],
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
        DATABASE_URL: config.databaseUrl,
        PILOTHOUSE_DATA: config.dataFolder,
        PILOTHOUSE_KUBECONFIGS: config.kubeconfigsFolder,
        PILOTHOUSE_ALLOW_LOOPBACK_CLUSTERS: 'true',
        PILOTHOUSE_DEMO: 'off',
        PILOTHOUSE_LOG_LEVEL: 'error',
      },
    });
    await once(child, 'message');
    return child;
  }

  /** Whether it is over; else the process has gone, killed or by itself as on a machine that is busy. */
  async #endOf(child: ChildProcess, operation: string): Promise<boolean> {
    for (const deadline = Date.now() + longestMs; Date.now() < deadline; await sleep(100)) {
      if (hasEnded(child)) return false;
      if (await this.#isOver(operation)) return true;
    }
    throw new Error(`Neither killed nor at an end after ${this.#steps().join('\n')}`);
  }

  async #isOver(operation: string): Promise<boolean> {
    const { prisma } = this.api.container.database;
    const { endedAt } = await prisma.operation.findUniqueOrThrow({ where: { id: operation } });
    if (endedAt === null) return false;
    const units = await prisma.reconcileUnit.findMany({
      select: { applied: true, wanted: true, isRemoving: true },
    });
    return units.every(({ applied, wanted, isRemoving }) => applied === wanted && !isRemoving);
  }

  async #result(operation: string): Promise<{ state: string; items: string[] }> {
    const { body: items } = await this.admin.get(`/operations/${operation}/items?pageSize=100`);
    return {
      state: (await this.admin.get(`/operations/${operation}`)).body.state,
      items: items.items.map(
        ({ state, result }: { state: string; result: { code: string } | null }) => `${state} ${result?.code}`,
      ),
    };
  }

  /** As if the time had passed in which a lease runs out; being killed more often than one is given up after counts once. */
  async #pass(): Promise<void> {
    const { prisma } = this.api.container.database;
    await prisma.operation.updateMany({ data: { leaseOwner: null, leaseUntil: null, attempt: 0 } });
    await prisma.reconcileUnit.updateMany({ data: { leaseOwner: null, leaseUntil: null } });
  }

  async #endCurrent(): Promise<void> {
    this.#isLasting = false;
    await end(this.#current);
  }
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || hasEnded(child)) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;
