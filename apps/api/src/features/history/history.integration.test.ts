import { readKubectlYaml, withoutServerFields, type KubernetesObject } from '@pilothouse/kinds';
import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../db/ids.ts';
import { databaseContent } from '../../testing/database-content.ts';
import type { TestAnswer, TestClient } from '../../testing/test-client.ts';
import { startResourceWorld, type ResourceWorld } from '../resources/testing/resource-world.ts';
import { ObjectHistoryRepository } from './object-history.repository.ts';
import { SecretBox } from '../../db/secret-box.ts';
import { keyRingOf } from '../../core.ts';

const namespace = 'history-test';
const door = '/clusters/here/k8s';
const deployment = `${door}/apps/deployments/${namespace}/web`;
const configMaps = `${door}/core/configmaps/${namespace}`;
const secrets = `${door}/core/secrets/${namespace}`;
const base64 = (text: string) => Buffer.from(text).toString('base64');

interface Entry {
  id: string;
  verb: string;
  user: string;
  auditId: string;
  outcome: string;
  uid: string | null;
}

let world: ResourceWorld;
let admin: TestClient;

beforeAll(async () => {
  world = await startResourceWorld(namespace);
  admin = world.api.admin;
});
afterAll(() => world?.stop());

const configMap = (name: string, data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});
const errorOf = ({ status, body }: TestAnswer) => [status, body.error?.code];
const entriesOf = async (path: string): Promise<Entry[]> => (await admin.get(`${path}/history`)).body.items;
const entryOf = async (path: string, id = '') => (await admin.get(`${path}/history/${id}`)).body;
async function versionOf(path: string): Promise<string> {
  return (await admin.get(path)).body.object.metadata.resourceVersion;
}
/** Asks again where the controller has written a status since the object was read. */
async function unlessItMoved(change: () => Promise<TestAnswer>): Promise<TestAnswer> {
  for (let tries = 1; ; tries += 1) {
    const answer = await change();
    if (answer.body?.error?.code !== 'changedMeanwhile' || tries === 10) return answer;
  }
}
async function succeeds(call: Promise<TestAnswer>): Promise<TestAnswer> {
  const answer = await call;
  expect({ status: answer.status, error: answer.body?.error }).toEqual({
    status: expect.toSatisfy((status: number) => status < 300),
    error: undefined,
  });
  return answer;
}

describe('a Deployment that was changed in every way', () => {
  const image = (tag: number) => `example.com/web:${tag}`;
  const template = (tag: number) => ({
    metadata: { labels: { app: 'web' } },
    spec: { containers: [{ name: 'c', image: image(tag) }] },
  });
  let entries: Entry[];
  /** As kubectl printed it when it had just been made, and after the first edit. */
  let made: object;
  let edited: object;
  /** As kubectl has it now, without what the cluster sets. */
  const printed = async () => {
    const text = await world.cluster.kubectl('get', 'deployment', 'web', '-n', namespace, '-o', 'yaml');
    return withoutServerFields(readKubectlYaml(text)[0] as KubernetesObject);
  };

  beforeAll(async () => {
    const object = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', annotations: { note: 'first' } },
      spec: { replicas: 0, selector: { matchLabels: { app: 'web' } }, template: template(1) },
    };
    await succeeds(admin.post(`${door}/apps/deployments/${namespace}`, { object }));
    made = await printed();
    const patch = { spec: { template: { spec: { containers: [{ name: 'c', image: image(2) }] } } } };
    const resourceVersion = await versionOf(deployment);
    await succeeds(admin.patch(deployment, { type: 'merge', patch, resourceVersion }));
    edited = await printed();
    const { body } = await admin.get(deployment);
    const replaced = { ...body.object, spec: { ...body.object.spec, template: template(3) } };
    await succeeds(admin.put(deployment, { object: replaced }));
    await succeeds(admin.post(`${deployment}/actions/scale`, { parameters: { replicas: 1 } }));
    const images = [{ container: 'c', image: image(4) }];
    await succeeds(admin.post(`${deployment}/actions/set-image`, { parameters: { images } }));
    await succeeds(admin.post(`${deployment}/actions/annotate`, { parameters: { set: { more: 'x' } } }));
    entries = await entriesOf(deployment);
  });

  test('has each change, newest first, joined to its audit row', async () => {
    expect(entries.map(({ verb, user, outcome }) => [verb, user, outcome])).toEqual(
      ['annotate', 'set-image', 'scale', 'replace', 'patch', 'create'].map((verb) => [
        verb,
        'admin',
        'written',
      ]),
    );
    for (const { auditId } of entries) {
      const { body } = await admin.get(`/audit?q=${auditId}`);
      expect(body.items).toMatchObject([{ auditId, name: 'web', namespace, outcome: 'succeeded' }]);
    }
  });

  test('each with what was before and after, without managedFields', async () => {
    const images = await Promise.all(
      entries.map(async ({ id }) => {
        const { before, after } = await entryOf(deployment, id);
        expect(before?.metadata.managedFields ?? after.metadata.managedFields).toBeUndefined();
        return [before, after].map(
          (object) => object && [object.spec.template.spec.containers[0].image, object.spec.replicas],
        );
      }),
    );
    expect(images).toEqual([
      [
        [image(4), 1],
        [image(4), 1],
      ],
      [
        [image(3), 1],
        [image(4), 1],
      ],
      [
        [image(3), 0],
        [image(3), 1],
      ],
      [
        [image(2), 0],
        [image(3), 0],
      ],
      [
        [image(1), 0],
        [image(2), 0],
      ],
      [null, [image(1), 0]],
    ]);
  });

  test.each([
    ['after', () => edited],
    ['before', () => made],
  ] as const)('restore brings back what was %s the second, as kubectl prints it', async (image, expected) => {
    const id = entries.at(-2)?.id ?? '';
    const read = () => succeeds(admin.get(`${deployment}/history/${id}/restore?image=${image}`));
    const restore = async (query = '') =>
      admin.put(`${deployment}${query}`, { object: (await read()).body.object });
    const { body } = await read();
    expect(body.current.metadata.resourceVersion).toBe(body.object.metadata.resourceVersion);
    expect(body.object.status).toBeUndefined();
    expect(body.object.metadata).not.toHaveProperty('creationTimestamp');
    await succeeds(unlessItMoved(() => restore('?dryRun=true')));
    expect(await printed()).not.toEqual(expected());
    await succeeds(unlessItMoved(() => restore()));
    expect(await printed()).toEqual(expected());
  });

  test('what made an object has nothing before it to restore', async () => {
    const id = entries.at(-1)?.id ?? '';
    const answer = await admin.get(`${deployment}/history/${id}/restore?image=before`);
    expect(errorOf(answer)).toEqual([409, 'noSuchImage']);
  });

  test('what is gone is restored as new', async () => {
    await succeeds(admin.post(`${deployment}/actions/delete`, {}));
    await expect.poll(async () => (await admin.get(deployment)).status).toBe(404);
    const [deleted] = await entriesOf(deployment);
    expect(deleted?.verb).toBe('delete');
    const { body } = await succeeds(admin.get(`${deployment}/history/${deleted?.id}/restore?image=before`));
    expect(body.current).toBeNull();
    expect(body.object.metadata).not.toHaveProperty('resourceVersion');
    await succeeds(admin.post(`${door}/apps/deployments/${namespace}`, { object: body.object }));
    expect(await printed()).toEqual(made);
  });
});

describe('nothing is kept', () => {
  const path = `${configMaps}/quiet`;
  beforeAll(() => succeeds(admin.post(configMaps, { object: configMap('quiet', { a: '1' }) })));
  const kept = async () => (await entriesOf(path)).map(({ verb }) => verb);

  test('of trials, refusals, and what changes nothing', async () => {
    const resourceVersion = await versionOf(path);
    const patch = (data: object, query = '') =>
      admin.patch(`${path}${query}`, { type: 'merge', patch: { data }, resourceVersion });
    await succeeds(patch({ a: '2' }, '?dryRun=true'));
    expect((await patch({ 'not/a/key': 'x' })).status).toBe(422);
    await succeeds(patch({ a: '1' }));
    await succeeds(admin.post(`${path}/actions/label`, { parameters: { remove: ['no-such'] } }));
    expect((await admin.post(configMaps, { object: configMap('quiet', {}) })).status).toBe(409);
    expect(await kept()).toEqual(['create']);
  });

  test('of pods that are deleted', async () => {
    await world.createPod('fleeting');
    await succeeds(admin.post(`${door}/core/pods/${namespace}/fleeting/actions/delete`, {}));
    const { count } = await countOf('pods');
    expect(count).toBe(0);
  });
});

async function countOf(plural: string): Promise<{ count: number }> {
  const count = await world.api.container.database.prisma.objectHistory.count({ where: { plural } });
  return { count };
}

test('what cannot be kept is not written', async () => {
  await succeeds(admin.post(configMaps, { object: configMap('strict', { a: '1' }) }));
  const resourceVersion = await versionOf(`${configMaps}/strict`);
  const connection = await createConnection(world.api.database.url);
  await connection.query('RENAME TABLE object_history TO object_history_away');
  try {
    const body = { type: 'merge', patch: { data: { a: '2' } }, resourceVersion };
    expect(errorOf(await admin.patch(`${configMaps}/strict`, body))).toEqual([503, 'historyUnavailable']);
    const acted = await admin.post(`${configMaps}/strict/actions/label`, { parameters: { set: { a: 'b' } } });
    expect(errorOf(acted)).toEqual([503, 'historyUnavailable']);
  } finally {
    await connection.query('RENAME TABLE object_history_away TO object_history');
    await connection.end();
  }
  expect(await versionOf(`${configMaps}/strict`)).toBe(resourceVersion);
});

describe('of a Secret', () => {
  const canary = 'canary-in-history-51d0';
  const path = `${secrets}/vault`;
  beforeAll(async () => {
    const object = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'vault' },
      data: { kept: base64(`${canary}-kept`), changed: base64(`${canary}-1`) },
    };
    await succeeds(admin.post(secrets, { object }));
    const patch = { data: { changed: base64(`${canary}-2`), added: base64(canary) } };
    const resourceVersion = await versionOf(path);
    await succeeds(admin.patch(path, { type: 'merge', patch, resourceVersion }));
    await succeeds(admin.post(`${path}/actions/label`, { parameters: { set: { tier: 'x' } } }));
  });
  /** Written in the two other ways. */
  async function rewrite() {
    const { body } = await admin.get(path);
    const object = { ...body.object, data: { ...body.object.data, changed: base64(`${canary}-3`) } };
    await succeeds(admin.put(path, { object }));
    const own = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'vault' } };
    const stringData = { applied: `${canary}-4` };
    await succeeds(admin.patch(path, { type: 'apply', object: { ...own, stringData }, force: true }));
  }

  test('keys and digests, which tell what has changed', async () => {
    const [labelled, patched] = await entriesOf(path);
    const { before, after } = await entryOf(path, patched?.id);
    expect(Object.keys(after.data).toSorted()).toEqual(['added', 'changed', 'kept']);
    expect(after.data.kept).toBe(before.data.kept);
    expect(after.data.changed).not.toBe(before.data.changed);
    for (const value of Object.values(after.data))
      expect(value).toMatch(/^hmac-sha256:[0-9a-f]{16}:[0-9a-f]{64}$/);
    const { after: last } = await entryOf(path, labelled?.id);
    expect(last.data).toEqual(after.data);
  });

  test('the same value of another Secret has another digest', async () => {
    const data = { kept: base64(`${canary}-kept`) };
    const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'other' }, data };
    await succeeds(admin.post(secrets, { object }));
    const digest = async (name: string) => {
      const [entry] = await entriesOf(`${secrets}/${name}`);
      return (await entryOf(`${secrets}/${name}`, entry?.id)).after.data.kept as string;
    };
    expect(await digest('other')).not.toBe(await digest('vault'));
  });

  test('nothing to restore', async () => {
    const [entry] = await entriesOf(path);
    const answer = await admin.get(`${path}/history/${entry?.id}/restore`);
    expect(errorOf(answer)).toEqual([409, 'secretNotRestorable']);
  });

  test('no value, neither in an answer nor, opened, in the database', async () => {
    await rewrite();
    const rows = new ObjectHistoryRepository(
      world.api.container.database,
      new SecretBox(keyRingOf(world.api.container.config)),
    );
    const { gunzipSync } = await import('node:zlib');
    const clusterId = (await admin.get('/clusters/here')).body.id as string;
    const place = { clusterId, group: '', plural: 'secrets', namespace, name: 'vault' };
    const entries = await rows.list(place);
    expect(entries.map(({ verb }) => verb)).toEqual(['apply', 'replace', 'label', 'patch', 'create']);
    for (const { id } of entries) {
      const found = await rows.find(place, id);
      const images = [found?.before, found?.after].filter(
        (packed) => packed !== null && packed !== undefined,
      );
      expect(images.length).toBeGreaterThan(0);
      const text = images.map((packed) => gunzipSync(packed).toString()).join();
      const answer = JSON.stringify(await entryOf(path, id));
      for (const form of [canary, base64(canary).slice(0, 20)])
        expect([text.includes(form), answer.includes(form)]).toEqual([false, false]);
    }
    expect(await databaseContent(world.api.database.url)).not.toContain(canary);
  });
});

test('whoever may not get the object now reads nothing of it', async () => {
  const scope = { kind: 'namespace' as const, cluster: 'here', namespace };
  const developer = await world.api.signUp('history-developer', [{ role: 'developer', scope }]);
  expect((await developer.get(`${configMaps}/strict/history`)).status).toBe(200);
  const [entry] = await entriesOf(`${secrets}/vault`);
  for (const path of [`${secrets}/vault/history`, `${secrets}/vault/history/${entry?.id}`])
    expect(errorOf(await developer.get(path))).toEqual([403, 'forbidden']);
  // another object's entry is not found by a path that one may read
  expect(errorOf(await developer.get(`${configMaps}/strict/history/${entry?.id}`))).toEqual([
    404,
    'notFound',
  ]);
});

describe('how much is kept', () => {
  test('the last fifty of an object', async () => {
    const path = `${configMaps}/busy`;
    const made = await succeeds(admin.post(configMaps, { object: configMap('busy', { n: '0' }) }));
    let { resourceVersion } = made.body.object.metadata;
    for (let n = 1; n <= 52; n += 1) {
      const body = { type: 'merge', patch: { data: { n: String(n) } }, resourceVersion };
      ({ resourceVersion } = (await succeeds(admin.patch(path, body))).body.object.metadata);
    }
    const entries = await entriesOf(path);
    expect(entries).toHaveLength(50);
    expect((await entryOf(path, entries.at(-1)?.id)).after.data.n).toBe('3');
  });

  test('no longer than the audit log, and no more than the quota: the oldest go first', async () => {
    const { database } = world.api.container;
    const rows = new ObjectHistoryRepository(database, new SecretBox(keyRingOf(world.api.container.config)));
    const all = () => database.prisma.objectHistory.findMany({ orderBy: { at: 'asc' } });
    const before = await all();
    const [oldest] = before;
    expect(await rows.prune(new Date((oldest?.at.getTime() ?? 0) + 1), Number.MAX_SAFE_INTEGER, 500)).toBe(1);
    expect((await all()).map(({ id }) => id)).toEqual(before.slice(1).map(({ id }) => id));
    const bytes = before.slice(1).reduce((sum, row) => sum + row.bytes, 0);
    const dropped = await rows.prune(new Date(0), bytes - 1, 500);
    expect(dropped).toBe(1);
    expect(await rows.prune(new Date(0), bytes - 1, 500)).toBe(0);
    expect((await all())[0]?.id).toBe(before[2]?.id);
  });
});

test('an entry that nobody made is not found', async () => {
  expect(errorOf(await admin.get(`${configMaps}/strict/history/${newId()}`))).toEqual([404, 'notFound']);
});
