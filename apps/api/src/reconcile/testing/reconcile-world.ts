import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import type { LocalCluster } from '@pilothouse/control-plane';
import type { KubernetesObject } from '@pilothouse/kinds';
import { readContext } from '@pilothouse/kube';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { createDatabase, type Database } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { startTestDatabase, type TestServer } from '../../testing/test-database.ts';
import type { UnitRef, Rendered } from '../unit-source.ts';
import type { UnitState } from '../unit-state.ts';
import { reconcilerOn, type TestReconciler } from './reconciler-on.ts';

/** A database, a real cluster, a namespace for each test, and reconcilers on them: here, and in processes that are killed. */
export class ReconcileWorld {
  #server: TestServer | undefined;
  #database: Database | undefined;
  #cluster: LocalCluster | undefined;
  #folder = '';
  readonly #running: TestReconciler[] = [];
  namespace = '';
  clusterId = '';

  constructor() {
    beforeAll(async () => {
      this.#server = await startTestDatabase();
      this.#database = createDatabase(this.#server.url);
      this.#cluster = await sharedTestCluster();
    });
    afterAll(async () => {
      await this.#database?.close();
      await this.#server?.stop();
    });
    beforeEach(async () => {
      this.#folder = mkdtempSync(path.join(tmpdir(), 'pilothouse-reconcile-'));
      this.namespace = `reconcile-${randomUUID().slice(0, 8)}`;
      await this.cluster.kubectl('create', 'namespace', this.namespace);
      this.clusterId = await this.registerCluster(this.cluster.kubeconfig);
    });
    afterEach(async () => {
      for (const one of this.#running.splice(0)) await one.stop();
      await this.database.prisma.reconcileUnit.deleteMany();
      await this.database.prisma.cluster.deleteMany();
      await this.cluster.kubectl('delete', 'namespace', this.namespace, '--wait=false');
      rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  get database(): Database {
    return this.#database!;
  }

  get cluster(): LocalCluster {
    return this.#cluster!;
  }

  /** Returns its id; no one probes it. */
  async registerCluster(kubeconfig: string): Promise<string> {
    const id = newId();
    const credential = readContext(kubeconfig, undefined, { allowInsecure: false });
    const now = new Date();
    await this.database.prisma.cluster.create({
      data: {
        id,
        name: `c-${id.slice(-12)}`,
        displayName: '',
        environment: 'development',
        description: '',
        owner: '',
        labels: {},
        timeoutMs: 3000,
        keepsUsage: false,
        server: credential.server,
        context: 'test',
        insecureSkipTlsVerify: false,
        source: 'upload',
        credential: Buffer.from(JSON.stringify(credential)),
        connectionVersion: 1,
        createdAt: now,
        updatedAt: now,
      },
    });
    return id;
  }

  /** A reconciler of this process; it takes up nothing before it is started. */
  async here(options: Parameters<typeof reconcilerOn>[2] = {}): Promise<TestReconciler> {
    const one = await reconcilerOn(this.database, this.#folder, options);
    this.#running.push(one);
    return one;
  }

  /** Runs a process until its `units` units stand before a step, and kills it there. */
  async killedAt(step: number, units: number): Promise<void> {
    const script = path.join(import.meta.dirname, 'reconciler-process.ts');
    const child = fork(script, [this.#server?.url ?? '', this.#folder, String(step), String(units)], {
      execArgv: [],
    });
    const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    if (signal !== 'SIGKILL') throw new Error('It has ended by itself');
  }

  newUnit(): UnitRef {
    return { kind: 'instance', ownerId: newId(), clusterId: this.clusterId, namespace: this.namespace };
  }

  /** What should be changes, as a feature changes it. */
  async want(
    { reconciler, source }: TestReconciler,
    unit: UnitRef,
    rendered: Rendered | null,
  ): Promise<void> {
    source.write(unit.ownerId, rendered);
    await this.database.transaction((queries) => reconciler.want(queries, unit));
    reconciler.wake();
  }

  async mend({ reconciler }: TestReconciler, unit: UnitRef): Promise<void> {
    await this.database.transaction((queries) => reconciler.mend(queries, unit));
    reconciler.wake();
  }

  async stateOf({ reconciler }: TestReconciler, { kind, ownerId }: UnitRef): Promise<UnitState | undefined> {
    return (await reconciler.states(kind, [ownerId]))[0];
  }

  /** Waits until the cluster has what is wanted. */
  async applied(one: TestReconciler, unit: UnitRef): Promise<UnitState> {
    for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(50)) {
      const state = await this.stateOf(one, unit);
      if (state !== undefined && state.applied === state.wanted) return state;
    }
    throw new Error(`Not applied: ${JSON.stringify(await this.stateOf(one, unit))}`);
  }

  /** Objects of the test's namespace that carry a unit's label. */
  async objectsOf({ ownerId }: UnitRef): Promise<(KubernetesObject & { spec?: Record<string, unknown> })[]> {
    const kinds = 'configmaps,deployments,services,horizontalpodautoscalers';
    const selector = `pilothouse.io/instance=${ownerId}`;
    const text = await this.cluster.kubectl('get', kinds, '-n', this.namespace, '-l', selector, '-o', 'json');
    return (JSON.parse(text) as { items: KubernetesObject[] }).items;
  }
}
