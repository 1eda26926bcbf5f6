import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { afterAll, beforeAll } from 'vitest';
import { startTestApi, type TestApi } from '../../../testing/test-api.ts';
import type { TestAnswer, TestClient } from '../../../testing/test-client.ts';

export const image = 'registry.local/pilothouse/web:1';

/** Pods that become ready at once, on nodes that are only simulated. */
export const kwokDefaults = {
  nodeSelector: { type: 'kwok' },
  tolerations: [{ key: 'kwok.x-k8s.io/node', operator: 'Exists' }],
};

/** A project with a namespace in a real cluster. */
export interface TestProject {
  project: string;
  /** Of the project's namespace. */
  namespaceId: string;
  namespace: string;
}

/** The platform with a real cluster `quay`, and what a test needs to have instances there. */
export class ApplicationWorld {
  readonly #namespaces: string[] = [];
  /** What the namespaces of the test file begin with. */
  readonly name: string;
  #api: TestApi | undefined;
  #cluster: LocalCluster | undefined;

  constructor(own: string) {
    this.name = `${own}-${Date.now().toString(36)}`;
    beforeAll(async () => {
      this.#cluster = await sharedTestCluster();
      this.#api = await startTestApi({ config: { allowLoopbackClusters: true } });
      await this.admin.post('/clusters', { name: 'quay', kubeconfig: this.cluster.kubeconfig });
    });
    afterAll(async () => {
      for (const namespace of this.#namespaces)
        await this.cluster.kubectl('delete', 'namespace', namespace, '--wait=false', '--ignore-not-found');
      await this.#api?.stop();
    });
  }

  get api(): TestApi {
    return this.#api!;
  }

  get admin(): TestClient {
    return this.api.admin;
  }

  get cluster(): LocalCluster {
    return this.#cluster!;
  }

  /** In a company of its own. */
  async project(company: string): Promise<TestProject> {
    let parent: string | null = null;
    for (const name of [company, 'games', 'shop'])
      parent = (await this.#posted('/tree', { parent, name, displayName: name })).id;
    const project = parent ?? '';
    return { project, ...(await this.open(project, company)) };
  }

  /** Another namespace for a project, whose Pods become ready at once unless `defaults` say otherwise. */
  async open(
    project: string,
    name: string,
    { cluster = 'quay', defaults = kwokDefaults }: { cluster?: string; defaults?: object } = {},
  ): Promise<Omit<TestProject, 'project'>> {
    const namespace = `${this.name}-${name}`;
    this.#namespaces.push(namespace);
    const body = { cluster, namespace, create: true, defaults };
    const { id } = await this.#posted(`/projects/${project}/namespaces`, body);
    return { namespaceId: id, namespace };
  }

  /** Returns its id. */
  async application(project: string, name: string, spec: object = {}): Promise<string> {
    return (await this.#posted(`/projects/${project}/applications`, { name, displayName: name, spec })).id;
  }

  /** Returns its id. */
  async instance(application: string, namespaceId: string, name: string, spec: object = {}): Promise<string> {
    const body = { name, namespaceId, spec: { image, replicas: 1, ...spec } };
    return (await this.#posted(`/applications/${application}/instances`, body)).id;
  }

  /** Waits until the platform says so of an instance; returns it. */
  phase(application: string, instance: string, phase: string): Promise<TestAnswer['body']> {
    const path = `/applications/${application}/instances/${instance}`;
    return until(
      async () => (await this.admin.get(path)).body,
      (body) => body.phase === phase,
    );
  }

  /** Waits until an operation has ended; returns its state, and its items in the words of their results. */
  async ended(
    operation: string,
    client: TestClient = this.admin,
  ): Promise<{ state: string; items: [string, string][] }> {
    const path = `/operations/${operation}`;
    const isOver = ({ state }: { state: string }) => /succeeded|failed|cancelled/.test(state);
    const { state } = await until(async () => (await client.get(path)).body, isOver);
    const { items } = (await client.get(`${path}/items`)).body;
    return {
      state,
      items: items.map((item: { state: string; result: { code: string } }) => [item.state, item.result.code]),
    };
  }

  async #posted(path: string, body: object) {
    const answer = await this.admin.post(path, body);
    if (answer.status !== 201 || answer.body.error) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  }
}

async function until(
  read: () => Promise<TestAnswer['body']>,
  isSo: (body: TestAnswer['body']) => boolean,
): Promise<TestAnswer['body']> {
  for (const deadline = Date.now() + 60_000; ; await sleep(200)) {
    const body = await read();
    if (isSo(body)) return body;
    if (Date.now() > deadline) throw new Error(`It never came to that: ${JSON.stringify(body)}`);
  }
}
