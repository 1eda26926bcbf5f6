import { limitedKubeconfig, startCluster, type LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  connect,
  deleteObject,
  discover,
  getObject,
  listObjects,
  ObjectStore,
  patchObject,
  probe,
  readContext,
  type ClusterConnection,
  type KubernetesObject,
  type StoreRow,
} from './index.ts';

function connectTo(kubeconfig: string): ClusterConnection {
  const credential = readContext(kubeconfig, undefined, { allowInsecure: false });
  return connect(credential, { addressPolicy: { allowLoopback: true } });
}

/** One line of the cluster's audit log, as far as it is read here. */
interface AuditEvent {
  auditID: string;
  stage: string;
  verb: string;
  requestURI: string;
  objectRef?: { resource?: string; namespace?: string; name?: string; subresource?: string };
}
async function auditEvents(cluster: LocalCluster): Promise<AuditEvent[]> {
  const lines = (await readFile(cluster.auditLogPath, 'utf8')).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as AuditEvent);
}

function podRow({ metadata, spec }: KubernetesObject & { spec?: { nodeName?: string } }): StoreRow {
  const { uid, namespace = '', name, resourceVersion } = metadata;
  return { uid, namespace, name, resourceVersion, cells: { node: spec?.nodeName ?? null } };
}

describe('a real cluster', () => {
  let cluster: LocalCluster;
  let connection: ClusterConnection;
  beforeAll(async () => {
    cluster = await sharedTestCluster();
    connection = connectTo(cluster.kubeconfig);
  });
  afterAll(() => connection.close());

  it('answers a probe', async () => {
    const nodes = (await cluster.kubectl('get', 'nodes', '-o', 'name')).trim().split('\n').length;
    expect(await probe(connection)).toMatchObject({ ok: true, reason: null, nodes, version: /^v1\./ });
  });

  it('says what it serves, the same as kubectl', async () => {
    const { resources, broken } = await discover(connection);
    const ours = resources.map(({ group, plural }) => (group === '' ? plural : `${plural}.${group}`));
    const theirs = (await cluster.kubectl('api-resources', '-o', 'name')).trim().split('\n');
    expect([...new Set(ours)].toSorted()).toEqual(theirs.toSorted());
    expect(broken).toEqual([]);
  });

  it('lets objects be read, patched and deleted; each call is in its audit log under our Audit-ID', async () => {
    const ref = {
      group: 'core',
      version: 'v1',
      plural: 'configmaps',
      namespace: 'default',
      name: 'kube-test',
    };
    await cluster.kubectl('create', 'configmap', 'kube-test', '--from-literal=a=1');
    const ids = { get: randomUUID(), patch: randomUUID(), delete: randomUUID() };
    const object = await getObject<KubernetesObject & { data: unknown }>(connection, ref, {
      auditId: ids.get,
    });
    expect(object.data).toEqual({ a: '1' });
    const stale = { metadata: { resourceVersion: '1' }, data: { a: '2' } };
    await expect(patchObject(connection, ref, stale)).rejects.toMatchObject({ reason: 'api', status: 409 });
    const patched = await patchObject(connection, ref, { data: { b: '2' } }, { auditId: ids.patch });
    expect(patched).toMatchObject({ data: { a: '1', b: '2' } });
    await expect(deleteObject(connection, ref, { uid: randomUUID() })).rejects.toMatchObject({ status: 409 });
    await deleteObject(connection, ref, { uid: object.metadata.uid, auditId: ids.delete });
    await expect(getObject(connection, ref)).rejects.toMatchObject({
      status: 404,
      statusObject: { reason: 'NotFound' },
    });
    const verbsById = async () => {
      const events = await auditEvents(cluster);
      return Object.values(ids).map((id) => events.find(({ auditID }) => auditID === id)?.verb);
    };
    await expect.poll(verbsById).toEqual(['get', 'patch', 'delete']);
  });

  it('never sees a name that is a path', async () => {
    const before = (await auditEvents(cluster)).length;
    for (const name of ['../../kube-system/pods/x', '%2e%2e', 'x?watch=1', 'x#', '', 'x'.repeat(300)]) {
      const ref = { group: '', version: 'v1', plural: 'pods', namespace: 'demo', name };
      await expect(async () => getObject(connection, ref, { auditId: 'hostile' })).rejects.toMatchObject({
        reason: 'invalidName',
      });
    }
    await probe(connection);
    await expect.poll(async () => (await auditEvents(cluster)).length).toBeGreaterThan(before);
    const ours = (await auditEvents(cluster)).filter(({ auditID }) => auditID === 'hostile');
    expect(ours).toEqual([]);
  });

  it('is mirrored by a store, which sees what others change', async () => {
    const store = new ObjectStore({
      connection,
      resource: { group: '', version: 'v1', plural: 'pods' },
      project: podRow,
      fields: { 'spec.nodeName': 'node' },
    });
    store.start();
    try {
      await store.ready();
      expect(store.state).toBe('live');
      const watchLists = async () =>
        (await auditEvents(cluster)).filter(({ requestURI }) =>
          /\/api\/v1\/pods\?.*sendInitialEvents=true/.test(requestURI),
        );
      await expect.poll(watchLists).not.toEqual([]);
      const onNode = ['get', 'pods', '-A', '--field-selector', 'spec.nodeName=kwok-1', '-o', 'name'];
      // other files change the same cluster meanwhile
      await vi.waitFor(async () => {
        const { items } = await listObjects(connection, { group: '', version: 'v1', plural: 'pods' });
        const places = items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
        expect(
          store
            .rows()
            .map(({ namespace, name }) => `${namespace}/${name}`)
            .toSorted(),
        ).toEqual(places.toSorted());
        const selected = await cluster.kubectl(...onNode);
        const page = store.page({ fieldSelector: 'spec.nodeName=kwok-1', page: 1, pageSize: 500 });
        expect(page.total).toBe(selected.split('\n').filter((line) => line !== '').length);
      }, 30_000);
      await cluster.kubectl('run', 'seen', '--image=localhost/busybox:1', '-n', 'default');
      const found = () => store.page({ q: 'seen', namespaces: ['default'], page: 1, pageSize: 5 }).total;
      await expect.poll(found).toBe(1);
      await cluster.kubectl('delete', 'pod', 'seen', '-n', 'default', '--now');
      await expect.poll(found).toBe(0);
    } finally {
      store.stop();
    }
  });

  it('refuses a credential of few rights by name', async () => {
    const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] }];
    const limited = connectTo(
      await limitedKubeconfig(cluster, { namespace: 'demo', name: 'kube-limited', rules }),
    );
    try {
      expect(await probe(limited)).toMatchObject({ ok: true, nodes: null });
      const stores = [undefined, 'demo'].map((namespace) => {
        const options = {
          connection: limited,
          resource: { group: '', version: 'v1', plural: 'pods' },
          project: podRow,
        };
        const store = new ObjectStore(namespace === undefined ? options : { ...options, namespace });
        store.start();
        return store;
      });
      await expect(stores[0]?.ready()).rejects.toMatchObject({ reason: 'api', status: 403 });
      await stores[1]?.ready();
      expect(stores[1]?.size).toBeGreaterThan(0);
      for (const store of stores) store.stop();
    } finally {
      await limited.close();
    }
  });
});

describe('an apiserver that is killed', () => {
  let cluster: LocalCluster;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'kube-'));
    cluster = await startCluster({ name: 'kube-kill', kwokNodes: 2, dataDir: folder });
  });
  afterAll(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true });
  });

  it('makes the store stale, with the age of its rows, and live again with what it missed', async () => {
    const connection = connectTo(cluster.kubeconfig);
    const store = new ObjectStore<StoreRow>({
      connection,
      resource: { group: '', version: 'v1', plural: 'nodes' },
      project: (node) => ({
        uid: node.metadata.uid,
        name: node.metadata.name,
        resourceVersion: node.metadata.resourceVersion,
        cells: { cordoned: (node as { spec?: { unschedulable?: boolean } }).spec?.unschedulable ?? false },
      }),
    });
    try {
      store.start();
      await store.ready();
      await cluster.killApiServer();
      await expect.poll(() => store.state).toBe('stale');
      expect(store.size).toBe(2);
      const { asOf } = store;
      expect(await probe(connection)).toMatchObject({ ok: false, reason: 'refused' });
      await sleep(1000);
      expect(store.asOf).toEqual(asOf);
      await cluster.startApiServer();
      await cluster.kubectl('cordon', 'kwok-1');
      const cordoned = () =>
        store.page({ filter: ({ cells }) => cells['cordoned'] === true, page: 1, pageSize: 9 }).total;
      await expect.poll(cordoned).toBe(1);
      expect([store.state, store.lastError]).toEqual(['live', null]);
    } finally {
      store.stop();
      await connection.close();
    }
  });

  it('that is frozen instead is noticed by asking', async () => {
    const connection = connectTo(cluster.kubeconfig);
    const pid = cluster.pids['kube-apiserver'] ?? 0;
    const store = new ObjectStore({
      connection,
      resource: { group: '', version: 'v1', plural: 'pods' },
      project: podRow,
      timing: { aliveCheckMs: 900 },
    });
    try {
      store.start();
      await store.ready();
      process.kill(pid, 'SIGSTOP');
      await expect.poll(() => store.state).toBe('stale');
      expect(store.lastError?.reason).toBe('timeout');
      process.kill(pid, 'SIGCONT');
      await expect.poll(() => store.state).toBe('live');
    } finally {
      process.kill(pid, 'SIGCONT');
      store.stop();
      await connection.close();
    }
  });
});
