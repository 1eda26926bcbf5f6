import { createHmac } from 'node:crypto';
import { Writable } from 'node:stream';
import pino from 'pino';
import { newId } from '../../../db/ids.ts';
import { deadKubeconfig } from '../../../testing/kubeconfig.ts';
import { startTestApi, type TestApi, type TestUser } from '../../../testing/test-api.ts';
import type { TestAnswer, TestClient } from '../../../testing/test-client.ts';
import payloads from './payloads.json' with { type: 'json' };

/** What a sender needs to know of a webhook. */
export interface Hook {
  id: string;
  secret: string;
  /** Of its endpoints. */
  path: string;
}

/** An instance as a list shows it. */
interface Listed {
  id: string;
  name: string;
  image: string;
  version: number;
}

/** A platform with two applications of a project, in a cluster that never answers. */
export interface WebhookWorld {
  api: TestApi;
  /** The project. */
  shop: string;
  cart: string;
  desk: string;
  /** The project's namespace, by its id. */
  namespaceId: string;
  /** All that was logged. */
  log(): string;
  node(parent: string | null, name: string): Promise<string>;
  openNamespace(project: string, namespace: string): Promise<string>;
  /** Somebody who is an operator in the project. */
  operator(name: string): Promise<TestUser>;
  ruleOf(more?: object): object;
  /** A webhook of `cart`. */
  hook(maker: TestClient, rule?: object, more?: object): Promise<Hook>;
  /** Sends as GitHub does. */
  send(hook: Hook, payload: object | string, headers?: Record<string, string>): Promise<TestAnswer>;
  instances(): Promise<Listed[]>;
  named(name: string): Promise<Listed | undefined>;
}

/** Starts it. */
export async function startWebhookWorld(): Promise<WebhookWorld> {
  let lines = '';
  const stream = new Writable({ write: (line, _encoding, done) => done(void (lines += line)) });
  const api = await startTestApi({
    config: { allowLoopbackClusters: true },
    log: pino({ level: 'trace' }, stream),
  });
  await api.admin.post('/clusters', { name: 'here', kubeconfig: deadKubeconfig() });
  const node = async (parent: string | null, name: string) =>
    (await api.admin.post('/tree', { parent, name, displayName: name })).body.id as string;
  const shop = await node(await node(await node(null, 'acme'), 'games'), 'shop');
  const [cart, desk] = [await node(shop, 'cart'), await node(shop, 'desk')];
  const openNamespace = (project: string, namespace: string) => insertNamespace(api, project, namespace);
  const namespaceId = await openNamespace(shop, 'shop');
  const ruleOf = (more: object = {}) => ({
    namespaceId,
    branches: ['feature/*', 'main'],
    tags: ['v*'],
    name: '{ref}',
    image: 'registry.local/cart:{shortSha}',
    ...more,
  });
  const instances = async () =>
    (await api.admin.get(`/instances?application=${cart}`)).body.instances as Listed[];
  return {
    api,
    shop,
    cart,
    desk,
    namespaceId,
    log: () => lines,
    node,
    openNamespace,
    operator: (name) => api.signUp(name, [{ role: 'operator', scope: { kind: 'tree', node: shop } }]),
    ruleOf,
    async hook(maker, rule = {}, more = {}) {
      const settings = { name: 'repository', sender: 'github', rule: ruleOf(rule), ...more };
      const { status, body } = await maker.post(hooksOf(cart), settings);
      if (status !== 201) throw new Error(JSON.stringify(body));
      return { id: body.webhook.id, secret: body.secret, path: `${hooksOf(cart)}/${body.webhook.id}` };
    },
    send({ id, secret }, payload, headers = {}) {
      const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
      return api.anonymous.post(`/hooks/${id}`, text, {
        headers: { 'x-github-event': 'push', 'x-hub-signature-256': sign(secret, text), ...headers },
      });
    },
    instances,
    named: async (name) => (await instances()).find((each) => each.name === name),
  };
}

/** The code of an answer that is not a success. */
export const refusal = ({ status, body }: TestAnswer) => [status, body.error?.code];
export const hooksOf = (application: string) => `/applications/${application}/webhooks`;
/** As GitHub signs. */
export const sign = (secret: string, text: string, algorithm = 'sha256') =>
  `${algorithm}=${createHmac(algorithm, secret).update(text).digest('hex')}`;
/** In the place of a commit: there is none. */
export const noCommit = '0'.repeat(40);

let pushed = 0;

/** A push as GitHub sends it; each is another body. */
export function push(
  ref: string,
  more: { commit?: string; before?: string; at?: string; fork?: boolean } = {},
) {
  const base = payloads['github-push-branch'];
  pushed += 1;
  const after = more.commit ?? pushed.toString(16).padStart(40, 'a');
  const isDeleted = after === noCommit;
  const timestamp = more.at ?? '2026-01-05T15:20:41Z';
  return {
    ...base,
    ref,
    before: more.before ?? noCommit,
    after,
    deleted: isDeleted,
    head_commit: isDeleted ? null : { ...base.head_commit, id: after, timestamp },
    repository: { ...base.repository, fork: more.fork ?? false, pushed_at: pushed },
  };
}

/** Without asking the cluster, which does not answer. */
async function insertNamespace(api: TestApi, projectId: string, namespace: string): Promise<string> {
  const { prisma } = api.container.database;
  const { id: clusterId } = await prisma.cluster.findUniqueOrThrow({ where: { name: 'here' } });
  const id = newId();
  const defaults = {
    resources: {},
    tolerations: [],
    nodeSelector: {},
    imagePullSecrets: [],
    registryPrefix: '',
    ingressHosts: [],
  };
  const place = { id, projectId, clusterId, cluster: 'here', namespace, created: false };
  await prisma.projectNamespace.create({ data: { ...place, defaults, quota: {}, createdAt: new Date() } });
  return id;
}
