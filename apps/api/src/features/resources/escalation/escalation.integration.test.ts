import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRole } from '../../../testing/create-role.ts';
import type { TestAnswer, TestClient } from '../../../testing/test-client.ts';
import { startResourceWorld, type ResourceWorld } from '../testing/resource-world.ts';

const namespace = 'escalation-test';
const rbac = '/clusters/here/k8s/rbac.authorization.k8s.io';
const secrets = `/clusters/here/k8s/core/secrets/${namespace}`;
const apiVersion = 'rbac.authorization.k8s.io/v1';
const group = 'rbac.authorization.k8s.io';

let world: ResourceWorld;
/** May write all of RBAC in the namespace, but no more than read pods there; keeps Secrets. */
let writer: TestClient;
/** The same in the whole cluster. */
let clusterWriter: TestClient;
/** May also bind, and nothing else. */
let binder: TestClient;
/** May also escalate. */
let escalator: TestClient;
let admin: TestClient;

beforeAll(async () => {
  world = await startResourceWorld(namespace);
  ({ admin } = world.api);
  const plurals = ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'];
  const writing = plurals.flatMap((plural) =>
    ['get', 'create', 'update', 'patch'].map((verb) => `k8s/${group}/${plural} ${verb}`),
  );
  const requests = 'k8s/certificates.k8s.io/certificatesigningrequests';
  for (const verb of ['create', 'patch']) writing.push(`k8s/core/secrets ${verb}`, `${requests} ${verb}`);
  await createRole(world.api, 'rbac-writer', [...writing, 'k8s/core/pods get']);
  await createRole(world.api, 'binder', [`k8s/${group}/clusterroles bind`]);
  await createRole(world.api, 'escalator', [
    `k8s/${group}/roles escalate`,
    'k8s/core/serviceaccounts/token escalate',
  ]);
  const scope = { kind: 'namespace' as const, cluster: 'here', namespace };
  const cluster = { kind: 'cluster' as const, cluster: 'here' };
  writer = await world.api.signUp('writer', [{ role: 'rbac-writer', scope }]);
  clusterWriter = await world.api.signUp('cluster-writer', [{ role: 'rbac-writer', scope: cluster }]);
  binder = await world.api.signUp('binder', [
    { role: 'rbac-writer', scope },
    { role: 'binder', scope },
  ]);
  escalator = await world.api.signUp('escalator', [
    { role: 'rbac-writer', scope },
    { role: 'escalator', scope },
  ]);
  const kubectl = (...args: string[]) => world.cluster.kubectl(...args, '-n', namespace);
  await kubectl('create', 'role', 'pod-reader', '--verb=get', '--resource=pods');
  await kubectl('create', 'rolebinding', 'mighty', '--clusterrole=cluster-admin', '--user=root');
  await kubectl('create', 'rolebinding', 'small', '--role=pod-reader', '--user=root');
  await kubectl('create', 'serviceaccount', 'plain');
  await kubectl('create', 'serviceaccount', 'powerful');
  await kubectl(
    'create',
    'rolebinding',
    'powerful',
    '--clusterrole=edit',
    `--serviceaccount=${namespace}:powerful`,
  );
});
afterAll(() => world?.stop());

const errorOf = ({ status, body }: TestAnswer) => [status, body.error?.code];
const refused = [403, 'escalation'];

const role = (name: string, rules: object[]) => ({ apiVersion, kind: 'Role', metadata: { name }, rules });
const rule = (resources: string[], verbs: string[], apiGroups = ['']) => ({ apiGroups, resources, verbs });
const binding = (name: string, kind: string, to: string, users = ['eve']) => ({
  apiVersion,
  kind: 'RoleBinding',
  metadata: { name },
  roleRef: { apiGroup: group, kind, name: to },
  subjects: users.map((user) => ({ apiGroup: group, kind: 'User', name: user })),
});
const tokenSecret = (name: string, account: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, annotations: { 'kubernetes.io/service-account.name': account } },
  type: 'kubernetes.io/service-account-token',
});

async function exists(kind: string, name: string): Promise<boolean> {
  return (await world.cluster.kubectl('get', kind, name, '-n', namespace, '--ignore-not-found')) !== '';
}
async function versionOf(plural: string, name: string): Promise<string> {
  const { body } = await admin.get(`${rbac}/${plural}/${namespace}/${name}`);
  return body.object.metadata.resourceVersion;
}

describe('a role', () => {
  const roles = `${rbac}/roles/${namespace}`;

  test('holds what its writer has, and no more', async () => {
    const small = role('small', [rule(['pods'], ['get'])]);
    expect((await writer.post(roles, { object: small })).status).toBe(201);
    const large = role('large', [rule(['pods'], ['get']), rule(['secrets'], ['get', 'list'])]);
    const answer = await writer.post(roles, { object: large });
    expect(errorOf(answer)).toEqual(refused);
    expect(answer.body.error.params).toEqual({
      rights: 'get k8s/core/secrets, list k8s/core/secrets',
      domain: `cluster:here/${namespace}`,
      verb: 'escalate',
    });
    expect(errorOf(await writer.post(`${roles}?dryRun=true`, { object: large }))).toEqual(refused);
    expect(errorOf(await writer.patch(`${roles}/large`, { type: 'apply', object: large }))).toEqual(refused);
    expect(await exists('role', 'large')).toBe(false);
    const { body } = await admin.get('/audit?code=resource.create&pageSize=1');
    expect(body.items[0]).toMatchObject({ name: 'large', outcome: 'refused', reason: 'escalation' });
  });

  test.each([
    ['every verb', [rule(['pods'], ['*'])]],
    ['every resource', [rule(['*'], ['get'])]],
    ['a subresource', [rule(['pods/exec'], ['get'])]],
    ['another group', [rule(['pods'], ['get'], ['*'])]],
  ])('not %s', async (_what, rules) => {
    expect(errorOf(await writer.post(roles, { object: role('wide', rules) }))).toEqual(refused);
  });

  test('grows by no patch', async () => {
    const added = rule(['secrets'], ['get']);
    for (const [type, patch] of [
      ['json', [{ op: 'add', path: '/rules/-', value: added }]],
      ['merge', { rules: [added] }],
      ['strategic', { rules: [added] }],
    ]) {
      const resourceVersion = await versionOf('roles', 'small');
      const answer = await writer.patch(`${roles}/small`, { type, patch, resourceVersion });
      expect([type, ...errorOf(answer)]).toEqual([type, ...refused]);
    }
    const { body } = await writer.get(`${roles}/small`);
    const replaced = await writer.put(`${roles}/small`, { object: { ...body.object, rules: [added] } });
    expect(errorOf(replaced)).toEqual(refused);
    expect((await writer.get(`${roles}/small`)).body.object.rules).toEqual([rule(['pods'], ['get'])]);
  });

  test('may be touched where it stays what it is', async () => {
    await world.cluster.kubectl('create', 'role', 'given', '--verb=*', '--resource=secrets', '-n', namespace);
    const resourceVersion = await versionOf('roles', 'given');
    const patch = { metadata: { annotations: { note: 'x' } } };
    expect((await writer.patch(`${roles}/given`, { type: 'merge', patch, resourceVersion })).status).toBe(
      200,
    );
    const labels = { metadata: { labels: { 'aggregate-to': 'mine' } } };
    const current = await versionOf('roles', 'given');
    const answer = await writer.patch(`${roles}/given`, {
      type: 'merge',
      patch: labels,
      resourceVersion: current,
    });
    expect(errorOf(answer)).toEqual(refused);
  });

  test('holds anything by the right to escalate', async () => {
    const large = role('escalated', [rule(['secrets'], ['*'])]);
    expect((await escalator.post(roles, { object: large })).status).toBe(201);
  });

  test('of the cluster wants the rights in all of it; one that gathers others wants every right', async () => {
    const own = { ...role('escalation-test-own', [rule(['pods'], ['get'])]), kind: 'ClusterRole' };
    expect((await clusterWriter.post(`${rbac}/clusterroles/_`, { object: own })).status).toBe(201);
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { any: 'label' } }] };
    const gathering = { ...own, metadata: { name: 'escalation-test-all' }, rules: [], aggregationRule };
    const answer = await clusterWriter.post(`${rbac}/clusterroles/_`, { object: gathering });
    expect(errorOf(answer)).toEqual(refused);
    await world.cluster.kubectl('delete', 'clusterrole', 'escalation-test-own');
  });
});

describe('a binding', () => {
  const bindings = `${rbac}/rolebindings/${namespace}`;

  test('gives what its writer has, and no more', async () => {
    expect((await writer.post(bindings, { object: binding('fine', 'Role', 'pod-reader') })).status).toBe(201);
    for (const answer of [
      await writer.post(bindings, { object: binding('eve', 'ClusterRole', 'view') }),
      await writer.patch(`${bindings}/eve`, {
        type: 'apply',
        object: binding('eve', 'ClusterRole', 'admin'),
      }),
    ])
      expect(errorOf(answer)).toEqual(refused);
    expect(await exists('rolebinding', 'eve')).toBe(false);
  });

  test('to a role that nobody knows gives what nobody knows', async () => {
    const answer = await writer.post(bindings, { object: binding('later', 'ClusterRole', 'no-such-role') });
    expect(errorOf(answer)).toEqual([404, 'clusterNotFound']);
  });

  test('of others takes no one in', async () => {
    const resourceVersion = await versionOf('rolebindings', 'mighty');
    const { subjects } = binding('mighty', 'ClusterRole', 'cluster-admin', ['root', 'eve']);
    const patch = { subjects };
    const grown = await writer.patch(`${bindings}/mighty`, { type: 'merge', patch, resourceVersion });
    expect(errorOf(grown)).toEqual(refused);
    const { object } = (await admin.get(`${bindings}/mighty`)).body;
    const replaced = await writer.put(`${bindings}/mighty`, { object: { ...object, subjects } });
    expect(errorOf(replaced)).toEqual(refused);
    const { apiVersion, kind, metadata, roleRef } = object;
    const declared = { apiVersion, kind, metadata: { name: metadata.name }, roleRef, subjects };
    const applied = await writer.patch(`${bindings}/mighty`, {
      type: 'apply',
      object: declared,
      force: true,
    });
    expect(errorOf(applied)).toEqual(refused);
    expect((await admin.get(`${bindings}/mighty`)).body.object.subjects).toEqual(object.subjects);
    const small = await writer.patch(`${bindings}/small`, {
      type: 'merge',
      patch,
      resourceVersion: await versionOf('rolebindings', 'small'),
    });
    expect(small.status).toBe(200);
  });

  test('gives anything by the right to bind', async () => {
    const object = binding('bound', 'ClusterRole', 'edit');
    expect((await binder.post(bindings, { object })).status).toBe(201);
    expect(errorOf(await binder.post(bindings, { object: binding('x', 'Role', 'given') }))).toEqual(refused);
  });

  test('in the whole cluster wants the rights there', async () => {
    const object = {
      ...binding('escalation-test-wide', 'ClusterRole', 'system:node'),
      kind: 'ClusterRoleBinding',
    };
    expect(errorOf(await clusterWriter.post(`${rbac}/clusterrolebindings/_`, { object }))).toEqual(refused);
    expect((await admin.post(`${rbac}/clusterrolebindings/_`, { object })).status).toBe(201);
    await world.cluster.kubectl('delete', 'clusterrolebinding', 'escalation-test-wide');
  });
});

describe('a ServiceAccount’s token in a Secret', () => {
  test('is for those who have the account’s rights', async () => {
    expect((await writer.post(secrets, { object: tokenSecret('plain', 'plain') })).status).toBe(201);
    const answer = await writer.post(secrets, { object: tokenSecret('powerful', 'powerful') });
    expect(errorOf(answer)).toEqual(refused);
    expect(await exists('secret', 'powerful')).toBe(false);
    expect((await escalator.post(secrets, { object: tokenSecret('taken', 'powerful') })).status).toBe(201);
  });
});

/** Of a key that nobody has: `/O=system:nodes/CN=system:node:escalation-test`. */
const nodeRequest = [
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIM01JR2ZBZ0VBTUQweEZUQVRCZ05WQkFvTURITj',
  'VjM1JsYlRwdWIyUmxjekVrTUNJR0ExVUVBd3diYzNsegpkR1Z0T201dlpHVTZaWE5qWVd4aGRHbHZiaTEwWlhOME1G',
  'a3dFd1lIS29aSXpqMENBUVlJS29aSXpqMERBUWNEClFnQUUvdUYwWGZIQWVOSVkyVnVXSXJzTGhXVWJLQnkzekNUeE',
  '9yT05tZ1V4STExendNZW9OYmJUREUwU0NXMnIKK0tLZktvM0lMNUgzN05WTWZOVERrSjRPVUtBQU1Bb0dDQ3FHU000',
  'OUJBTUNBMGNBTUVRQ0lFRmtIYlBsYVl4MQpaSnJySUE0NFpRSUJwUFBwS3JFckZQT3lXL0laRVg2T0FpQVl1VDNGci',
  '96UnQ0VCs5NXJESHFOWWJJTzJ0czFaClBQZDIwNnl1dXZ3eExRPT0KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVT',
  'VC0tLS0tCg==',
].join('');

describe('a request for a certificate', () => {
  const requests = '/clusters/here/k8s/certificates.k8s.io/certificatesigningrequests/_';
  const request = (name: string, signer: string) => ({
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: `escalation-test-${name}` },
    spec: {
      request: nodeRequest,
      signerName: `kubernetes.io/${signer}`,
      usages: ['digital signature', 'client auth'],
    },
  });
  afterAll(async () => {
    for (const name of ['client', 'node'])
      await world.cluster.kubectl('delete', 'csr', `escalation-test-${name}`, '--ignore-not-found');
  });

  test('that the cluster approves by itself needs the right to that; one that somebody approves does not', async () => {
    const node = request('node', 'kube-apiserver-client-kubelet');
    for (const answer of [
      await clusterWriter.post(requests, { object: node }),
      await clusterWriter.patch(`${requests}/${node.metadata.name}`, { type: 'apply', object: node }),
    ])
      expect(errorOf(answer)).toEqual(refused);
    expect(await world.cluster.kubectl('get', 'csr', node.metadata.name, '--ignore-not-found')).toBe('');
    const client = request('client', 'kube-apiserver-client');
    expect((await clusterWriter.post(requests, { object: client })).status).toBe(201);
    expect((await admin.post(requests, { object: node })).status).toBe(201);
    // what the rule is for: nobody was asked
    await expect
      .poll(() =>
        world.cluster.kubectl('get', 'csr', node.metadata.name, '-o', 'jsonpath={.status.conditions}'),
      )
      .toContain('Approved');
  });
});

describe('an action', () => {
  const kubectl = (...args: string[]) => world.cluster.kubectl(...args);
  const aggregate = 'rbac.authorization.k8s.io/aggregate-to-view';
  const mighty = 'escalation-test-mighty';
  const label = { set: { [aggregate]: 'true' } };
  const labelOf = (kind: string, name: string, ...where: string[]) =>
    kubectl('get', kind, name, ...where, '-o', `jsonpath={.metadata.labels}`);
  beforeAll(() => kubectl('create', 'clusterrole', mighty, '--verb=*', '--resource=secrets'));
  afterAll(() => kubectl('delete', 'clusterrole', mighty));

  test('labels no role into others beyond its doer’s rights, alone, tried or as one of many', async () => {
    const path = `${rbac}/clusterroles/_/${mighty}/actions/label`;
    for (const query of ['', '?dryRun=true'])
      expect(errorOf(await clusterWriter.post(path + query, { parameters: label }))).toEqual(refused);
    const { body } = await clusterWriter.post(`${rbac}/clusterroles/actions/label`, {
      targets: [{ name: mighty }],
      parameters: label,
    });
    const operation = `/operations/${body.operation}`;
    await expect.poll(async () => (await clusterWriter.get(operation)).body.endedAt).not.toBeNull();
    expect((await clusterWriter.get(`${operation}/items`)).body.items).toMatchObject([
      { state: 'failed', result: { code: 'escalation', params: { verb: 'escalate' } } },
    ]);
    expect(await labelOf('clusterrole', mighty)).toBe('');
  });

  test('touches a role that gives what its doer has, or that stays what it is', async () => {
    const act = (name: string, action: string, parameters: object) =>
      writer.post(`${rbac}/roles/${namespace}/${name}/actions/${action}`, { parameters });
    expect((await act('small', 'label', { set: { tier: 'x' } })).status).toBe(200);
    expect(await labelOf('role', 'small', '-n', namespace)).toBe('{"tier":"x"}');
    expect((await act('given', 'annotate', { set: { more: 'y' } })).status).toBe(200);
    expect(errorOf(await act('given', 'label', { set: { tier: 'x' } }))).toEqual(refused);
  });

  test('turns no token Secret into another account’s', async () => {
    const parameters = { set: { 'kubernetes.io/service-account.name': 'powerful' }, overwrite: true };
    const path = `${secrets}/plain/actions/annotate`;
    expect(errorOf(await writer.post(path, { parameters }))).toEqual(refused);
    const account = ['-o', String.raw`jsonpath={.metadata.annotations.kubernetes\.io/service-account\.name}`];
    expect(await kubectl('get', 'secret', 'plain', '-n', namespace, ...account)).toBe('plain');
    expect((await writer.post(path, { parameters: { set: { note: 'x' } } })).status).toBe(200);
    expect((await escalator.post(path, { parameters: { set: { note: 'y' }, overwrite: true } })).status).toBe(
      200,
    );
  });
});
