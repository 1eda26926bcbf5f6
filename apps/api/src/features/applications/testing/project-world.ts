import type { LocalCluster } from '@pilothouse/control-plane';
import { expect } from 'vitest';
import type { TestApi } from '../../../testing/test-api.ts';

/** A project with an application, an instance and a cron job in each of its namespaces. */
export interface WorldOfProject {
  id: string;
  path: string;
  /** The application's id. */
  cart: string;
}

const image = 'registry.local/pilothouse/web:1';

/** Makes it through the API, and waits until all of it is in its clusters. */
export async function makeProject(
  { admin }: Pick<TestApi, 'admin'>,
  company: string,
  places: { cluster: string; namespace: string; create: boolean }[],
): Promise<WorldOfProject> {
  const node = async (parent: string | null, name: string) =>
    (await admin.post('/tree', { parent, name, displayName: name })).body.id as string;
  const id = await node(await node(await node(null, company), 'games'), 'shop');
  const spec = {
    container: { ports: [{ name: 'http', containerPort: 8080 }] },
    service: { type: 'ClusterIP', over: 'application' },
  };
  const application = { name: 'cart', displayName: 'Cart', spec };
  const cart = (await admin.post(`/projects/${id}/applications`, application)).body.id as string;
  await admin.patch(`/applications/${cart}/secrets`, { secrets: { TOKEN: 'x' } });
  const made: string[] = [];
  for (const [index, place] of places.entries()) {
    const open = await admin.post(`/projects/${id}/namespaces`, { ...place, quota: { pods: '20' } });
    expect(open.status).toBe(201);
    const namespaceId = open.body.id as string;
    const instance = { name: `i-${index}`, namespaceId, spec: { image, replicas: 0 } };
    const { body: one } = await admin.post(`/applications/${cart}/instances`, instance);
    const cronJob = { name: `c-${index}`, namespaceId, spec: { image, schedule: '0 3 1 1 *' } };
    const { body: job } = await admin.post(`/projects/${id}/cronjobs`, cronJob);
    made.push(`/applications/${cart}/instances/${one.id}`, `/projects/${id}/cronjobs/${job.id}`);
  }
  for (const address of made)
    await expect.poll(async () => (await admin.get(address)).body.appliedVersion).toBe(1);
  return { id, path: `${company}.games.shop`, cart };
}

/** What the platform has in a namespace, by kind and name. */
export async function writtenIn(cluster: LocalCluster, namespace: string): Promise<string[]> {
  const kinds = 'deployments,cronjobs,services,secrets,resourcequotas';
  const selector = 'app.kubernetes.io/managed-by=pilothouse';
  const text = await cluster.kubectl('get', kinds, '-n', namespace, '-l', selector, '-o', 'name');
  return text.split('\n').filter((line) => line !== '');
}

/** Rows of a project, or of what it had, by table. */
export async function rowsOf({ container }: TestApi, { id, cart }: WorldOfProject): Promise<object> {
  const { prisma } = container.database;
  return {
    nodes: await prisma.treeNode.count({ where: { id: { in: [id, cart] } } }),
    namespaces: await prisma.projectNamespace.count({ where: { projectId: id } }),
    registries: await prisma.registryCredential.count({ where: { projectId: id } }),
    applications: await prisma.application.count({ where: { id: cart } }),
    instances: await prisma.instance.count({ where: { applicationId: cart } }),
    cronJobs: await prisma.cronJob.count({ where: { projectId: id } }),
    units: await prisma.reconcileUnit.count({ where: { ownerId: cart } }),
  };
}

export const noRows = {
  nodes: 0,
  namespaces: 0,
  registries: 0,
  applications: 0,
  instances: 0,
  cronJobs: 0,
  units: 0,
};
