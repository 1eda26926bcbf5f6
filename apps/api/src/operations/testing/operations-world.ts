import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { createDatabase, type Database } from '../../db/database.ts';
import { startTestDatabase, type TestServer } from '../../testing/test-database.ts';
import type { OperationsRepository } from '../operations.repository.ts';
import { countingOperations } from './counting-operation.ts';

type Rest<T> = T extends [unknown, ...infer R] ? R : never;

/** A database, a journal, and runners on them: in this process, and in processes that can be killed. */
export class OperationsWorld {
  #server: TestServer | undefined;
  #database: Database | undefined;
  #folder = '';
  readonly #children: ChildProcess[] = [];
  readonly #stops: (() => Promise<void>)[] = [];

  constructor() {
    beforeAll(async () => {
      this.#server = await startTestDatabase();
      this.#database = createDatabase(this.#server.url);
    });
    afterAll(async () => {
      await this.#database?.close();
      await this.#server?.stop();
    });
    beforeEach(() => {
      this.#folder = mkdtempSync(path.join(tmpdir(), 'pilothouse-operations-'));
    });
    afterEach(async () => {
      for (const child of this.#children.splice(0)) child.kill('SIGKILL');
      for (const stop of this.#stops.splice(0)) await stop();
      rmSync(this.#folder, { recursive: true, force: true });
    });
  }

  get database(): Database {
    return this.#database!;
  }

  file(name: string): string {
    return path.join(this.#folder, name);
  }

  get journal(): string {
    return this.file('journal');
  }

  /** `[pid, n]` of each run so far. */
  runs(): number[][] {
    if (!existsSync(this.journal)) return [];
    const lines = readFileSync(this.journal, 'utf8').trim().split('\n');
    return lines.map((line) => line.split(' ').map(Number));
  }

  /** A runner of this process; it takes nothing before it is started. */
  here(...options: Rest<Parameters<typeof countingOperations>>): ReturnType<typeof countingOperations> {
    const runner = countingOperations(this.database, ...options);
    this.#stops.push(() => runner.operations.stop());
    return runner;
  }

  /** A process of its own that runs what it finds. */
  async startRunner(): Promise<ChildProcess & { pid: number }> {
    const child = fork(path.join(import.meta.dirname, 'runner-process.ts'), [this.#server?.url ?? ''], {
      execArgv: [],
    });
    this.#children.push(child);
    await once(child, 'message');
    return child as ChildProcess & { pid: number };
  }

  async itemsOf(repository: OperationsRepository, id: string, parentId: string | null = null) {
    return (await repository.itemPage(id, { page: 1, pageSize: 500 }, { parentId })).items;
  }

  /** Waits for its end. */
  async ended(repository: OperationsRepository, id: string) {
    const isOver = async () => (await repository.find(id))?.summary.endedAt != null;
    for (const deadline = Date.now() + 20_000; !(await isOver());) {
      if (Date.now() > deadline) throw new Error(`${id} has not ended`);
      await sleep(50);
    }
    const { state, counts } = (await repository.find(id))!.summary;
    return { state, counts, items: await this.itemsOf(repository, id) };
  }
}
