import {
  actions,
  allEndpoints,
  endpointsOfActions,
  type ActionId,
  type Endpoint,
  type EndpointInput,
  type Requirement,
} from '@pilothouse/contract';
import { descriptorFor } from '@pilothouse/kinds';
import { newId } from '../db/ids.ts';
import { deadKubeconfig } from './kubeconfig.ts';
import { sampleOf, type Sample } from './sample.ts';
import type { TestAnswer, TestClient } from './test-client.ts';

/** The cluster that calls are about, and another one. */
export const here = 'walked';
export const elsewhere = 'elsewhere';
/** Nodes of the service tree: the one that calls are about, one beside it, one that is deleted. */
export const [node, besides, doomed] = [newId(), newId(), newId()] as const;
/** An id that nothing has. */
const nobody = newId();
const pod = { cluster: here, namespace: 'shop', pod: 'web-0' };
const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web-0', resourceVersion: '1' } };

/** What calls are about, wherever their schemas ask for it by name. */
const values = {
  cluster: here,
  group: 'core',
  plural: 'configmaps',
  namespace: 'shop',
  name: 'web-0',
  pod: 'web-0',
  user: 'absent',
  username: 'walked-user',
  password: 'wrong',
  kubeconfig: deadKubeconfig(),
  object: configMap,
  node,
  parent: besides,
  project: node,
  application: node,
};

/** A webhook as it is saved. */
const webhook = {
  name: 'walked',
  sender: 'github',
  rule: { namespaceId: nobody, branches: ['*'], name: '{ref}', image: 'walked:{sha}' },
};

/** Calls that their schemas alone do not suggest, by the endpoint's id. */
const samples: Record<string, Sample> = {
  'clusters.create': { body: { name: elsewhere, kubeconfig: deadKubeconfig() } },
  'resources.patch': {
    params: { cluster: here, group: 'core', plural: 'configmaps', namespace: 'shop', name: 'web-0' },
    body: { type: 'apply', object: configMap, force: true },
  },
  'prometheus.set': { params: { cluster: here }, body: { url: 'http://127.0.0.1:1' } },
  'kubeconfigs.issue': {
    params: { cluster: here },
    body: { name: 'Contractor', namespace: 'shop', access: 'view', expiresInSeconds: 3600 },
  },
  'kubeconfigs.revoke': {
    params: { cluster: here, namespace: 'shop', kubeconfig: '01900000-0000-7000-8000-000000000000' },
  },
  // below another node whoever has something there would gain it here
  'tree.move': { params: { node }, body: { parent: null } },
  'tree.delete': { params: { node: doomed } },
  'tree.create': { body: { parent: node, name: 'walked', displayName: 'Walked' } },
  'tree.planImport': { body: { csv: 'path\nwalked\n' } },
  'tree.import': { body: { csv: 'path\nwalked\n' } },
  'projects.openNamespace': {
    params: { project: node },
    body: { cluster: here, namespace: 'shop', create: false },
  },
  'projects.updateNamespace': {
    params: { project: node, namespace: nobody },
    body: {
      defaults: {},
      quota: {},
    },
  },
  'projects.closeNamespace': { params: { project: node, namespace: nobody } },
  'webhooks.create': { params: { application: node }, body: webhook },
  'webhooks.update': { params: { application: node, webhook: nobody }, body: webhook },
  'webhooks.try': { params: { application: node, webhook: nobody }, body: { payload: '{}' } },
  'tokens.create': {
    body: {
      name: 'walked',
      scopes: [{ role: 'viewer', scope: { kind: 'cluster', cluster: here } }],
      expiresInSeconds: 600,
    },
  },
  'projects.delete': { params: { project: node }, body: { path: 'other' } },
  'registries.add': {
    params: { project: node },
    body: { host: 'registry.example.com', username: 'tiger', password: 'scott' },
  },
  'registries.change': {
    params: { project: node, registry: nobody },
    body: { username: 'tiger', password: 'scott' },
  },
  'registries.remove': { params: { project: node, registry: nobody } },
  'operations.list': { query: { scope: 'all' } },
  'tickets.create': { body: { purpose: 'exec', ...pod, container: 'main' } },
};

/** Parameters of actions that their schemas alone do not suggest: with rules between fields. */
const parameters: Partial<Record<ActionId, object>> = {
  label: { set: { tier: 'web' } },
  taint: { set: [{ key: 'disk', effect: 'NoSchedule' }] },
  annotate: { remove: ['example.org/note'] },
};

/** What an action's calls are about: an object of the first kind that it is for. */
function valuesOfAction(id: ActionId) {
  const { on } = actions[id];
  const [group = '', plural = ''] = (on === 'any' ? 'core/configmaps' : (on[0] ?? '')).split('/');
  const { name } = values;
  const isNamespaced = descriptorFor(group, plural).namespaced !== false;
  return {
    ...values,
    group,
    plural,
    ...(!isNamespaced && { namespace: '_' }),
    targets: [isNamespaced ? { namespace: values.namespace, name } : { name }],
    ...(parameters[id] && { parameters: parameters[id] }),
  };
}

const actionOf = new Map(
  Object.entries(endpointsOfActions).flatMap(([id, each]) =>
    Object.values(each).flatMap((endpoint) => (endpoint === null ? [] : [[endpoint.id, id as ActionId]])),
  ) as [string, ActionId][],
);

/** Makes a sample's call. */
export function call(
  client: TestClient,
  endpoint: Endpoint,
  { params = {}, query = {}, body }: Sample,
): Promise<TestAnswer> {
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_match, name: string) =>
    encodeURIComponent(params[name] ?? ''),
  );
  const search = new URLSearchParams(query).toString();
  return client.send(endpoint.method, search === '' ? path : `${path}?${search}`, { body });
}

/** The rights a sample asks for, from the contract's own function. */
function requirementsOf(endpoint: Endpoint, sample: Sample): Requirement[] {
  if (typeof endpoint.permission === 'string') return [];
  const input: EndpointInput<unknown, unknown, unknown> = {
    params: endpoint.params?.parse(sample.params ?? {}),
    query: endpoint.query?.parse(sample.query ?? {}),
    body: endpoint.body?.parse(sample.body),
  };
  return endpoint.permission(input as never);
}

/** Every endpoint, a call of it, and the rights that this asks for. */
export const asked = allEndpoints.map((endpoint) => {
  const action = actionOf.get(endpoint.id);
  const sample =
    samples[endpoint.id] ?? sampleOf(endpoint, action === undefined ? values : valuesOfAction(action));
  return { endpoint, sample, requirements: requirementsOf(endpoint, sample) };
});
/** Those that ask for rights. */
export const guarded = asked.filter(({ requirements }) => requirements.length > 0);
/** As cases of a test. */
export const byId = <T extends { endpoint: Endpoint }>(cases: T[]) =>
  cases.map((item) => [item.endpoint.id, item] as const);
