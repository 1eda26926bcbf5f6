import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { operationItem, taskDetail, taskDocument, taskObject } from '@pilothouse/contract';
import { expect } from 'vitest';
import type { z } from 'zod';
import type { TestAnswer, TestClient } from '../../../testing/test-client.ts';

export type Document = z.output<typeof taskDocument>;
type Item = z.output<typeof operationItem>;
type TaskObject = z.output<typeof taskObject>;

/** The line to a cluster, which can go down and come back. */
export class Line {
  readonly #target: URL;
  #server: Server | undefined;
  #port = 0;
  readonly #sockets = new Set<Socket>();

  constructor(server: string) {
    this.#target = new URL(server);
  }

  get url(): string {
    return `https://127.0.0.1:${this.#port}`;
  }

  async up(): Promise<void> {
    this.#server = createServer((client) => {
      const upstream = connect(Number(this.#target.port), this.#target.hostname);
      for (const socket of [client, upstream]) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
      }
      client.pipe(upstream).pipe(client);
    });
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  down(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** What people do with tasks, as one of them. */
export function tasksOf(client: TestClient) {
  const detail = async (id: string): Promise<z.output<typeof taskDetail>> =>
    (await client.get(`/tasks/${id}`)).body;
  const itemsOf = async (operation: string, parent?: string): Promise<Item[]> => {
    const query = parent === undefined ? '' : `&parent=${parent}`;
    return (await client.get(`/operations/${operation}/items?pageSize=500${query}`)).body.items;
  };
  return {
    detail,
    itemsOf,
    plan: (cluster: string, body: object): Promise<TestAnswer> =>
      client.post(`/clusters/${cluster}/tasks/plan`, body),
    /** Once it has ended: by cluster its result, and its objects' results. */
    async results({ body: { operation } }: TestAnswer) {
      await expect
        .poll(async () => (await client.get(`/operations/${operation}`)).body.endedAt, { timeout: 60_000 })
        .not.toBeNull();
      const clusters = await itemsOf(operation);
      const pairs = clusters.map(async ({ id, target, state, result, children }) => {
        const parts = children === null ? [] : await itemsOf(operation, id);
        return [
          target,
          {
            state,
            code: result?.code,
            parts: parts.map((part) => `${part.target}: ${part.result?.code}`),
          },
        ] as const;
      });
      return Object.fromEntries(await Promise.all(pairs));
    },
    objects: async (id: string): Promise<TaskObject[]> =>
      (await client.get(`/tasks/${id}/objects?pageSize=500`)).body.items,
  };
}

/** Everything a plan would do, as somebody chooses who agrees with it. */
export function chosenOf(cluster: string, plan: TestAnswer) {
  const documents: Document[] = plan.body.documents ?? [];
  return {
    cluster,
    documents: documents
      .filter(({ state }) => state !== 'refused')
      .map(({ into, index, target }) => ({ into, index, target })),
  };
}
