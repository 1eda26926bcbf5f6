import { createConnection } from 'mysql2/promise';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, type Database } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { startTestApi, type TestApi } from '../../testing/test-api.ts';
import type { TestAnswer } from '../../testing/test-client.ts';

let api: TestApi;
let database: Database;

beforeAll(async () => {
  api = await startTestApi();
  database = createDatabase(api.database.url);
});
afterAll(async () => {
  await database?.close();
  await api?.stop();
});

async function node(parent: string | null, name: string): Promise<string> {
  return (await api.admin.post('/tree', { parent, name, displayName: name })).body.id;
}

/** A namespace in a cluster that is not registered any more: nobody needs to be asked about what is there. */
async function lostNamespace(projectId: string, namespace: string): Promise<string> {
  const id = newId();
  const defaults = {
    resources: {},
    tolerations: [],
    nodeSelector: {},
    imagePullSecrets: [],
    registryPrefix: '',
    ingressHosts: [],
  };
  const row = { id, projectId, cluster: 'gone', namespace, created: false, createdAt: new Date() };
  await database.prisma.projectNamespace.create({ data: { ...row, defaults, quota: {} } });
  return id;
}

async function withInstances(project: string, name: string, count: number): Promise<string> {
  const spec = { container: { env: [{ name: 'LEVEL', value: 'info' }] } };
  const { body } = await api.admin.post(`/projects/${project}/applications`, {
    name,
    displayName: name,
    spec,
  });
  const namespaces = [
    await lostNamespace(project, `${name}-a`),
    await lostNamespace(project, `${name}-b`),
  ] as const;
  const now = new Date();
  const row = (index: number) => ({
    id: newId(),
    applicationId: body.id as string,
    namespaceId: namespaces[index % 2] ?? namespaces[0],
    name: `i${index}`,
    objectName: `${name}-i${index}`,
    version: 1,
    applicationVersion: 1,
    spec: { image: 'web:1', replicas: 0, autoscaling: null, overrides: { container: {}, pod: {} } },
    isPaused: false,
    createdAt: now,
    updatedAt: now,
  });
  await database.prisma.instance.createMany({
    data: Array.from({ length: count }, (_, index) => row(index)),
  });
  return body.id;
}

/** Statements that the server was sent meanwhile, by whoever; the platform’s own rhythm is among them. */
async function statementsOf(work: () => Promise<TestAnswer>): Promise<[TestAnswer, number]> {
  const connection = await createConnection(api.database.url);
  try {
    const sent = async () => {
      const [rows] = await connection.query("SHOW GLOBAL STATUS LIKE 'Questions'");
      return Number((rows as { Value: string }[])[0]?.Value);
    };
    const before = await sent();
    const answer = await work();
    return [answer, (await sent()) - before];
  } finally {
    await connection.end();
  }
}

test('a change of a thousand instances is planned and made with as few statements as one of ten', async () => {
  const project = await node(await node(await node(null, 'many'), 'games'), 'shop');
  const [few, many] = [await withInstances(project, 'few', 10), await withInstances(project, 'many', 1000)];
  const louder = { container: { env: [{ name: 'LEVEL', value: 'debug' }] } };
  const plan = (id: string) =>
    statementsOf(() => api.admin.post(`/applications/${id}/plan`, { spec: louder }));
  const [, ofFew] = await plan(few);
  const [planned, ofMany] = await plan(many);
  expect(planned.body.instances).toHaveLength(1000);
  expect(planned.body.instances[999]).toMatchObject({ restarts: true, changes: [{ kind: 'Deployment' }] });
  // of what each instance asked for alone there would be thousands
  expect(ofMany - ofFew).toBeLessThan(200);

  const update = (id: string) =>
    statementsOf(() => api.admin.put(`/applications/${id}`, { spec: louder, version: 1, rollOut: 'all' }));
  const [, changedFew] = await update(few);
  const [changed, changedMany] = await update(many);
  expect(changed.body).toMatchObject({ version: 2, instances: 1000 });
  expect(changedMany - changedFew).toBeLessThan(200);
  const taken = { applicationId: many, applicationVersion: 2, version: 2 };
  expect(await database.prisma.instance.count({ where: taken })).toBe(1000);
  const written = { version: 2, applicationVersion: 2, instance: { applicationId: many } };
  expect(await database.prisma.instanceVersion.count({ where: written })).toBe(1000);
}, 120_000);
