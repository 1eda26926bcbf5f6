import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStream } from '../../ws/testing/stream-client.ts';
import { startResourceWorld, type ResourceWorld } from './testing/resource-world.ts';

const namespace = 'kinds-test';
const group = 'come-and-go.test';
const door = '/clusters/here/k8s';
const widgets = `${door}/${group}/widgets`;

let world: ResourceWorld;
beforeAll(async () => {
  world = await startResourceWorld(namespace);
});
afterAll(async () => {
  await world?.cluster.kubectl('delete', 'crd', `widgets.${group}`, '--ignore-not-found');
  await world?.cluster.kubectl('delete', 'apiservice', 'v1.nowhere.test', '--ignore-not-found');
  await world?.stop();
});

const definition = JSON.stringify({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `widgets.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
});

describe('a kind defined while the platform runs', () => {
  test('is listed and described within seconds, and refused by name when it is gone', async () => {
    const { admin } = world.api;
    expect((await admin.get(widgets)).body.error).toMatchObject({ code: 'unknownResource' });
    await world.cluster.apply(definition);
    await expect.poll(async () => (await admin.get(widgets)).status).toBe(200);
    await world.cluster.apply(
      JSON.stringify({
        apiVersion: `${group}/v1`,
        kind: 'Widget',
        metadata: { name: 'first', namespace },
      }),
    );
    await expect.poll(async () => (await admin.get(widgets)).body.items).toMatchObject([{ name: 'first' }]);
    const document = await admin.get(`/clusters/here/openapi/${group}/v1`);
    expect(Object.keys(document.body.components.schemas)).toContain('test.come-and-go.v1.Widget');

    const watching = await openStream(admin, 'live');
    const params = { cluster: 'here', group, plural: 'widgets' };
    watching.say({ type: 'subscribe', id: 1, endpoint: 'resources.list', params });
    await expect.poll(() => watching.of('snapshot').length).toBe(1);
    await world.cluster.kubectl('delete', 'crd', `widgets.${group}`);
    // whoever looks is told, whoever asks is refused
    await expect
      .poll(() => watching.of('error'))
      .toMatchObject([{ id: 1, error: { code: 'unknownResource' } }]);
    watching.socket.terminate();
    const { status, body } = await admin.get(widgets);
    expect([status, body.error]).toMatchObject([404, { code: 'unknownResource' }]);
  });
});

describe('an aggregated API that leads nowhere', () => {
  test('is refused by name; everything else goes on', async () => {
    const { admin } = world.api;
    await world.cluster.apply(
      JSON.stringify({
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        metadata: { name: 'v1.nowhere.test' },
        spec: {
          group: 'nowhere.test',
          version: 'v1',
          groupPriorityMinimum: 100,
          versionPriority: 100,
          insecureSkipTLSVerify: true,
          service: { namespace, name: 'nobody' },
        },
      }),
    );
    const code = async () => (await admin.get(`${door}/nowhere.test/things`)).body.error?.code;
    await expect.poll(code).toBe('apiUnavailable');
    expect((await admin.get(`${door}/core/pods?namespace=${namespace}`)).status).toBe(200);
    expect((await admin.get(`${door}/nowhere-else.test/things`)).body.error.code).toBe('unknownResource');
    expect((await admin.get('/clusters/here/openapi/apps/v1')).status).toBe(200);
    await world.cluster.kubectl('delete', 'apiservice', 'v1.nowhere.test');
    await expect.poll(code).toBe('unknownResource');
  });
});

describe('a kind that can be listed and not watched', () => {
  test('is listed again and again: live, and of the last list', async () => {
    const { admin } = world.api;
    const read = async () => (await admin.get(`${door}/core/componentstatuses?sort=name`)).body;
    const askedAt = new Date().toISOString();
    const first = await read();
    expect(first).toMatchObject({ state: 'live', narrowedTo: null });
    expect(first.items.map(({ name }: { name: string }) => name)).toContain('scheduler');
    // listed for whoever asked, not for somebody before
    expect(first.asOf >= askedAt).toBe(true);
    const watching = await openStream(admin, 'live');
    const params = { cluster: 'here', group: 'core', plural: 'componentstatuses' };
    watching.say({ type: 'subscribe', id: 1, endpoint: 'resources.list', params });
    await expect.poll(() => watching.of('snapshot').length).toBe(1);
    const since = () => watching.of('rows').filter(({ asOf }) => asOf > first.asOf).length;
    await expect.poll(since).toBeGreaterThan(0);
    expect((await read()).asOf > first.asOf).toBe(true);
    watching.socket.terminate();
  });
});

describe("a cluster's OpenAPI documents", () => {
  test('come as the cluster has them, compressed for whoever takes that, and not again while they are the same', async () => {
    const { admin, url } = world.api;
    const path = '/clusters/here/openapi/core/v1';
    const theirs = JSON.parse(await world.cluster.kubectl('get', '--raw', '/openapi/v3/api/v1'));
    const ours = await admin.get(path);
    expect(ours.headers.get('content-encoding')).toBe('gzip');
    expect(ours.body).toEqual(theirs);
    const plain = request(`${url}/api/v1${path}`, { headers: { authorization: `Bearer ${admin.token}` } });
    plain.end();
    const [response] = (await once(plain, 'response')) as [IncomingMessage];
    expect(response.headers['content-encoding']).toBeUndefined();
    expect(JSON.parse(await text(response))).toEqual(theirs);
    const audited = await world.auditedFromNow();
    await admin.get(path);
    const isOurs = ({ requestURI }: { requestURI: string }) => requestURI.startsWith('/openapi/v3/api/v1');
    await expect
      .poll(async () => (await audited()).filter(isOurs).map(({ responseStatus }) => responseStatus?.code))
      .toEqual([304]);
  });

  test.each(['apps/v9', 'no-such.group/v1'])('%s is not served: no types, and no error', async (version) => {
    const answer = await world.api.admin.get(`/clusters/here/openapi/${version}`);
    expect([answer.status, answer.body]).toEqual([200, {}]);
  });

  test.each([
    ['absent/openapi/apps/v1', 404, 'notFound'],
    ['here/openapi/..%2f..%2fversion/v1', 400, 'invalidField'],
    ['here/openapi/apps/V1', 400, 'invalidField'],
  ])('%s: %d %s', async (path, status, code) => {
    const answer = await world.api.admin.get(`/clusters/${path}`);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  });
});
