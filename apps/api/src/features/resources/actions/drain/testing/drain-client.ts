import { expect } from 'vitest';
import type { TestAnswer, TestClient } from '../../../../../testing/test-client.ts';

/** A part of a drain. */
export interface DrainItem {
  id: string;
  target: string;
  state: string;
  step: { code: string; params: Record<string, unknown> } | null;
  result: { code: string; params: Record<string, unknown> } | null;
}

/** Drains nodes of the cluster `here` by the API. */
export class DrainClient {
  readonly #client: TestClient;

  constructor(client: TestClient) {
    this.#client = client;
  }

  ask(what: 'actions' | 'plans', nodes: string[], parameters: object = {}): Promise<TestAnswer> {
    const targets = nodes.map((name) => ({ name }));
    return this.#client.post(`/clusters/here/k8s/core/nodes/${what}/drain`, { targets, parameters });
  }

  /** Returns its operation. */
  async begin(nodes: string[], parameters: object = {}): Promise<string> {
    const answer = await this.ask('actions', nodes, parameters);
    expect(answer).toMatchObject({ status: 202 });
    return answer.body.operation as string;
  }

  async items(operation: string, parent?: string): Promise<DrainItem[]> {
    const query = parent === undefined ? '' : `&parent=${parent}`;
    const { body } = await this.#client.get(`/operations/${operation}/items?pageSize=100${query}`);
    return body.items as DrainItem[];
  }

  /** What is known of each pod of a node. */
  async parts(operation: string, node: string): Promise<DrainItem[]> {
    const parent = (await this.items(operation)).find(({ target }) => target === node)?.id;
    return parent === undefined ? [] : this.items(operation, parent);
  }

  async state(operation: string): Promise<string> {
    return (await this.#client.get(`/operations/${operation}`)).body.state as string;
  }

  /** The state in which it ended. */
  async ended(operation: string, timeout?: number): Promise<string> {
    const options = timeout === undefined ? {} : { timeout };
    await expect.poll(() => this.state(operation), options).toMatch(/succeeded|failed|cancelled/);
    return this.state(operation);
  }
}
