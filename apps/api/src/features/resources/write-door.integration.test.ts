import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestAnswer, TestClient } from '../../testing/test-client.ts';
import { openStream } from '../../ws/testing/stream-client.ts';
import { startResourceWorld, type ResourceWorld } from './testing/resource-world.ts';

const namespace = 'write-door';
const door = '/clusters/here/k8s';
const configMaps = `${door}/core/configmaps/${namespace}`;

let world: ResourceWorld;
let admin: TestClient;

beforeAll(async () => {
  world = await startResourceWorld(namespace);
  admin = world.api.admin;
});
afterAll(() => world?.stop());

const configMap = (name: string, data: Record<string, string> = {}, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});
/** What kubectl reads; null where there is none. */
async function found(kind: string, name: string, ...where: string[]) {
  const flags = where.length > 0 ? where : ['-n', namespace];
  const text = await world.cluster.kubectl('get', kind, name, '-o', 'json', '--ignore-not-found', ...flags);
  return text.trim() === '' ? null : JSON.parse(text);
}
const errorOf = ({ status, body }: TestAnswer) => [status, body.error?.code, body.error?.field];

describe('create', () => {
  test('in the namespace of the path, and one line in both audit logs', async () => {
    const audited = await world.auditedFromNow();
    const answer = await admin.post(configMaps, { object: configMap('made', { a: '1' }) });
    expect(answer).toMatchObject({ status: 201, body: { warnings: [] } });
    expect(await found('configmap', 'made')).toEqual({
      ...answer.body.object,
      metadata: expect.objectContaining({ namespace, uid: answer.body.object.metadata.uid }),
    });
    expect(answer.body.object.metadata.managedFields[0].manager).toBe('pilothouse');
    const { body } = await admin.get('/audit?code=resource.create&pageSize=1');
    const [row] = body.items;
    expect(row).toMatchObject({ namespace, name: 'made', outcome: 'succeeded', clusterStatus: 201 });
    await expect
      .poll(async () => (await audited()).filter(({ auditID }) => auditID === row.auditId))
      .toMatchObject([{ verb: 'create', requestURI: expect.stringContaining('/configmaps?') }]);
    const again = await admin.post(configMaps, { object: configMap('made') });
    expect(errorOf(again)).toEqual([409, 'clusterConflict', undefined]);
  });

  test('with a generated name, which is told', async () => {
    const { name: _none, ...metadata } = configMap('', {}, { generateName: 'many-' }).metadata;
    const answer = await admin.post(configMaps, { object: { ...configMap(''), metadata } });
    expect(answer.body.object.metadata.name).toMatch(/^many-.{5}$/);
  });

  test('tried out only', async () => {
    const answer = await admin.post(`${configMaps}?dryRun=true`, { object: configMap('tried') });
    expect(answer).toMatchObject({
      status: 201,
      body: { object: { metadata: { name: 'tried', namespace } } },
    });
    expect(await found('configmap', 'tried')).toBeNull();
  });

  test('unknown fields are errors, or warnings where that was chosen', async () => {
    const object = { ...configMap('odd'), dta: { a: '1' } };
    const refused = await admin.post(configMaps, { object });
    expect(refused).toMatchObject({
      status: 422,
      body: {
        error: {
          code: 'clusterInvalid',
          fields: [{ field: 'dta', code: 'UnknownField', message: 'unknown field "dta"' }],
          status: { reason: 'BadRequest', code: 400 },
        },
      },
    });
    const warned = await admin.post(`${configMaps}?fieldValidation=Warn`, { object });
    expect(warned).toMatchObject({ status: 201, body: { warnings: ['unknown field "dta"'] } });
  });

  test('what the cluster does not accept stands at its field', async () => {
    const ports = [{ port: 8080 }, { port: 8080 }];
    const object = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'odd' },
      spec: { type: 'LoadBalancerr', ports },
    };
    const { status, body } = await admin.post(`${door}/core/services/${namespace}`, { object });
    expect([status, body.error.code]).toEqual([422, 'clusterInvalid']);
    expect(body.error.fields).toContainEqual({
      field: 'spec.ports[0].name',
      code: 'FieldValueRequired',
      message: 'Required value',
    });
    expect(body.error.fields.map(({ field }: { field: string }) => field)).toContain('spec.type');
  });

  test.each([
    ['apiVersion', { apiVersion: 'apps/v1' }, 'body.object.apiVersion'],
    ['kind', { kind: 'Secret' }, 'body.object.kind'],
    ['namespace', { metadata: { name: 'x', namespace: 'kube-system' } }, 'body.object.metadata.namespace'],
    ['no name', { metadata: {} }, 'body.object.metadata.name'],
    ['a version', { metadata: { name: 'x', resourceVersion: '1' } }, 'body.object.metadata.resourceVersion'],
  ])('another %s than the path’s is refused before anything leaves', async (_name, other, field) => {
    const audited = await world.auditedFromNow();
    const answer = await admin.post(configMaps, { object: { ...configMap('x'), ...other } });
    expect(errorOf(answer)).toEqual([400, 'invalidField', field]);
    await admin.get(`${configMaps}/kube-root-ca.crt`);
    const passed = async () => (await audited()).filter(({ requestURI }) => requestURI.includes(namespace));
    await expect.poll(async () => (await passed()).map(({ verb }) => verb)).toEqual(['get']);
  });

  test('scope comes from the cluster, not from the object', async () => {
    const role = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'write-door-sneaked' },
    };
    const sneaked = await admin.post(`${door}/core/namespaces/${namespace}`, { object: role });
    expect(errorOf(sneaked)).toEqual([400, 'notNamespaced', undefined]);
    const nowhere = await admin.post(`${door}/core/configmaps/_`, { object: configMap('x') });
    expect(errorOf(nowhere)).toEqual([400, 'namespaceRequired', undefined]);
    const metadata = { name: 'write-door-sneaked', namespace };
    const inside = await admin.post(`${door}/core/namespaces/_`, { object: { ...role, metadata } });
    expect(errorOf(inside)).toEqual([400, 'invalidField', 'body.object.metadata.namespace']);
    expect(await found('namespace', 'write-door-sneaked', '--all-namespaces=false')).toBeNull();
  });
});

describe('replace', () => {
  test('the version that was read, and no other', async () => {
    const { body } = await admin.post(configMaps, { object: configMap('replaced', { a: '1' }) });
    const read = body.object;
    const theirs = await admin.put(`${configMaps}/replaced`, { object: { ...read, data: { a: '2' } } });
    expect(theirs).toMatchObject({ status: 200, body: { object: { data: { a: '2' } } } });
    const mine = await admin.put(`${configMaps}/replaced`, { object: { ...read, data: { a: '3' } } });
    expect(errorOf(mine)).toEqual([409, 'changedMeanwhile', undefined]);
    expect((await found('configmap', 'replaced')).data).toEqual({ a: '2' });
  });

  test('needs to know the version, and the name of the path', async () => {
    const blind = await admin.put(`${configMaps}/replaced`, { object: configMap('replaced') });
    expect(errorOf(blind)).toEqual([400, 'invalidField', 'body.object.metadata.resourceVersion']);
    const object = configMap('made', {}, { resourceVersion: '1' });
    const other = await admin.put(`${configMaps}/replaced`, { object });
    expect(errorOf(other)).toEqual([400, 'invalidField', 'body.object.metadata.name']);
  });
});

describe('patch', () => {
  const path = `${configMaps}/patched`;
  let version: string;
  let uid: string;
  beforeAll(async () => {
    const { body } = await admin.post(configMaps, {
      object: configMap('patched', { a: '1', b: '1', c: '1' }),
    });
    ({ resourceVersion: version, uid } = body.object.metadata);
  });

  test.each([
    ['merge', { data: { a: '2' } }],
    ['strategic', { data: { a: '3' } }],
    [
      'json',
      [
        { op: 'replace', path: '/data/a', value: '4' },
        { op: 'remove', path: '/data/c' },
      ],
    ],
  ])('%s, on the version it was made for', async (type, patch) => {
    const before = version;
    const done = await admin.patch(path, { type, patch, resourceVersion: before, uid });
    expect(done.status).toBe(200);
    version = done.body.object.metadata.resourceVersion;
    expect(version).not.toBe(before);
    expect((await found('configmap', 'patched')).data.b).toBe('1');
    const late = await admin.patch(path, { type, patch, resourceVersion: before });
    expect(errorOf(late)).toEqual([409, 'changedMeanwhile', undefined]);
  });

  test.each(['merge', 'json'])('another object of the name is left alone (%s)', async (type) => {
    const patch = type === 'json' ? [{ op: 'add', path: '/data/a', value: 'x' }] : { data: { a: 'x' } };
    const body = { type, patch, resourceVersion: version, uid: '11111111-1111-1111-1111-111111111111' };
    expect(errorOf(await admin.patch(path, body))).toEqual([409, 'changedMeanwhile', undefined]);
  });

  test('nothing in it undoes its preconditions, or makes it another object’s', async () => {
    const sneaky = [{ op: 'replace', path: '/metadata/resourceVersion', value: version }];
    const body = { type: 'json', patch: sneaky, resourceVersion: '1' };
    expect(errorOf(await admin.patch(path, body))).toEqual([409, 'changedMeanwhile', undefined]);
    const moved = { type: 'merge', patch: { metadata: { namespace: 'default' } }, resourceVersion: version };
    expect(errorOf(await admin.patch(path, moved))).toEqual([
      400,
      'invalidField',
      'body.patch.metadata.namespace',
    ]);
  });
});

describe('apply', () => {
  const path = `${door}/apps/deployments/${namespace}/applied`;
  const deployment = (replicas: number) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'applied' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'applied' } },
      template: {
        metadata: { labels: { app: 'applied' } },
        spec: { containers: [{ name: 'c', image: 'example.com/a:1' }] },
      },
    },
  });

  test('creates, owns, and meets others’ fields as data', async () => {
    const created = await admin.patch(path, { type: 'apply', object: deployment(0) });
    expect(created.status).toBe(200);
    await world.cluster.kubectl('scale', 'deployment', 'applied', '-n', namespace, '--replicas=1');
    const met = await admin.patch(path, { type: 'apply', object: deployment(0) });
    expect(errorOf(met)).toEqual([409, 'applyConflict', undefined]);
    expect(met.body.error.params).toEqual({ managers: 'kubectl' });
    expect(met.body.error.conflicts).toEqual([
      {
        manager: 'kubectl',
        field: '.spec.replicas',
        message: expect.stringContaining('conflict with "kubectl"'),
      },
    ]);
    expect((await found('deployment', 'applied')).spec.replicas).toBe(1);
    const forced = await admin.patch(path, { type: 'apply', object: deployment(0), force: true });
    expect([forced.status, forced.body.object.spec.replicas]).toEqual([200, 0]);
    const managers = forced.body.object.metadata.managedFields.map(
      ({ manager }: { manager: string }) => manager,
    );
    expect(managers).toContain('pilothouse-apply');
  });

  test.each([
    ['spec.replicas', 'FieldValueTypeInvalid', { replicas: 'many' }],
    ['spec.typo', 'UnknownField', { typo: 1 }],
  ])('a document that does not fit is told by field: %s', async (field, code, wrong) => {
    const object = { ...deployment(0), spec: { ...deployment(0).spec, ...wrong } };
    const { status, body } = await admin.patch(path, { type: 'apply', object });
    expect([status, body.error.code]).toEqual([422, 'clusterInvalid']);
    expect(body.error.fields).toEqual([{ field, code, message: expect.any(String) }]);
  });

  test('needs the right to create as well', async () => {
    const scope = { kind: 'namespace' as const, cluster: 'here', namespace };
    const developer = await world.api.signUp('write-developer', [{ role: 'developer', scope }]);
    expect((await developer.patch(path, { type: 'apply', object: deployment(0) })).status).toBe(403);
    expect((await developer.post(configMaps, { object: configMap('x') })).status).toBe(403);
  });
});

describe('integers beyond 2^53', () => {
  const group = 'write-door.example.com';
  const things = `${door}/${group}/things/${namespace}`;
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `things.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind: 'Thing', plural: 'things' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: { type: 'object', properties: { big: { type: 'integer', format: 'int64' } } },
          },
        },
      ],
    },
  };
  const [first, second] = ['9007199254740993', '9223372036854775807'];
  beforeAll(async () => {
    await world.cluster.apply(JSON.stringify(definition));
    await world.cluster.kubectl(
      'wait',
      '--for=condition=Established',
      `crd/things.${group}`,
      '--timeout=30s',
    );
  });
  afterAll(() => world?.cluster.kubectl('delete', 'crd', `things.${group}`));

  /** As bytes: `JSON.parse` would round. */
  async function send(method: string, path: string, body?: string): Promise<string> {
    const response = await fetch(`${admin.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${admin.token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    expect([response.ok, text]).toEqual([true, text]);
    return text;
  }
  const big = async () =>
    world.cluster.kubectl('get', `things.${group}`, 'large', '-n', namespace, '-o', 'jsonpath={.big}');

  test('pass every way with all their digits', async () => {
    const metadata = '"metadata":{"name":"large"}';
    const object = `"apiVersion":"${group}/v1","kind":"Thing"`;
    const made = await send('POST', things, `{"object":{${object},${metadata},"big":${first}}}`);
    expect(made).toContain(`"big":${first}`);
    expect(await big()).toBe(first);
    expect(await send('GET', `${things}/large`)).toContain(`"big":${first}`);

    const stream = await openStream(admin, 'live');
    const texts: string[] = [];
    stream.socket.on('message', (data) => texts.push(String(data)));
    const params = { cluster: 'here', group, plural: 'things', namespace, name: 'large' };
    stream.say({ type: 'subscribe', id: 1, endpoint: 'resources.get', params });
    const read = JSON.parse(made) as { object: { metadata: { resourceVersion: string } } };
    const { resourceVersion } = read.object.metadata;
    const patch = `{"type":"merge","patch":{"big":${second}},"resourceVersion":"${resourceVersion}"}`;
    expect(await send('PATCH', `${things}/large`, patch)).toContain(`"big":${second}`);
    expect(await big()).toBe(second);
    await expect.poll(() => texts.at(-1)).toContain(`"big":${second}`);
    stream.socket.terminate();

    const { body } = await admin.get(`${things}/large/history`);
    const entry = await send('GET', `${things}/large/history/${body.items[0].id}`);
    expect(entry).toContain(`"big":${first}`);
    expect(entry).toContain(`"big":${second}`);
  });
});
