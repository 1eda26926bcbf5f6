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
export function drainsOf(client: TestClient) {
  const ask = (what: 'actions' | 'plans', nodes: string[], parameters: object = {}): Promise<TestAnswer> => {
    const targets = nodes.map((name) => ({ name }));
    return client.post(`/clusters/here/k8s/core/nodes/${what}/drain`, { targets, parameters });
  };
  const items = async (operation: string, parent?: string): Promise<DrainItem[]> => {
    const query = parent === undefined ? '' : `&parent=${parent}`;
    return (await client.get(`/operations/${operation}/items?pageSize=100${query}`)).body.items;
  };
  const state = async (operation: string): Promise<string> =>
    (await client.get(`/operations/${operation}`)).body.state;
  return {
    ask,
    items,
    state,
    /** Returns its operation. */
    async begin(nodes: string[], parameters: object = {}): Promise<string> {
      const answer = await ask('actions', nodes, parameters);
      expect(answer).toMatchObject({ status: 202 });
      return answer.body.operation;
    },
    /** What is known of each pod of a node. */
    async parts(operation: string, node: string): Promise<DrainItem[]> {
      const parent = (await items(operation)).find(({ target }) => target === node)?.id;
      return parent === undefined ? [] : items(operation, parent);
    },
    /** The state in which it ended. */
    async ended(operation: string, timeout?: number): Promise<string> {
      const options = timeout === undefined ? {} : { timeout };
      await expect.poll(() => state(operation), options).toMatch(/succeeded|failed|cancelled/);
      return state(operation);
    },
  };
}
