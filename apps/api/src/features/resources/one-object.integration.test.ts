import { readFile } from 'node:fs/promises';
import { limitedKubeconfig } from '@pilothouse/control-plane';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStream, type StreamClient } from '../../ws/testing/stream-client.ts';
import { startResourceWorld, type ResourceWorld } from './testing/resource-world.ts';

const namespace = 'one-object';

let world: ResourceWorld;
beforeAll(async () => {
  world = await startResourceWorld(namespace);
  const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }];
  await world.register('may-only-get', await limitedKubeconfig(world.cluster, { namespace, rules }));
});
afterAll(() => world?.stop());

const kubectl = (...args: string[]) => world.cluster.kubectl(...args, '-n', namespace);
const make = (name: string) => kubectl('create', 'configmap', name, '--from-literal=round=0');
const change = (name: string, round: number) =>
  kubectl('patch', 'configmap', name, '--type=merge', '-p', JSON.stringify({ data: { round: `${round}` } }));

async function look(name: string, cluster = 'here'): Promise<StreamClient> {
  const stream = await openStream(world.api.admin, 'live');
  const params = { cluster, group: 'core', plural: 'configmaps', namespace, name };
  stream.say({ type: 'subscribe', id: 1, endpoint: 'resources.get', params });
  return stream;
}
const shown = (stream: StreamClient) => stream.of('snapshot').at(-1)?.data;
const roundOf = (stream: StreamClient) => shown(stream)?.object.data?.round;

/** What was asked of the cluster about ConfigMaps here, by others than kubectl; a watch counts once it has begun. */
async function askedFromNow() {
  const before = (await readFile(world.cluster.auditLogPath, 'utf8')).length;
  return async () => {
    const text = (await readFile(world.cluster.auditLogPath, 'utf8')).slice(before);
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, string>)
      .filter(
        ({ userAgent, requestURI, stage, verb }) =>
          !userAgent?.startsWith('kubectl') &&
          requestURI?.includes(`/namespaces/${namespace}/configmaps`) &&
          stage === (verb === 'watch' ? 'ResponseStarted' : 'ResponseComplete'),
      )
      .map(({ verb, requestURI = '' }) => {
        const selector = new URL(requestURI, 'http://cluster').searchParams.get('fieldSelector');
        return [verb, selector ?? requestURI.split('/').at(-1)].join(' ');
      });
  };
}

test('is read once and watched by its name; events are shown as they come, nothing is read again', async () => {
  await make('watched');
  const asked = await askedFromNow();
  const streams = [await look('watched'), await look('watched')];
  for (let round = 0; round <= 3; round += 1) {
    if (round > 0) await change('watched', round);
    for (const stream of streams) await expect.poll(() => roundOf(stream)).toBe(String(round));
  }
  const { body } = await world.api.admin.get(`/clusters/here/k8s/core/configmaps/${namespace}/watched`);
  expect(shown(streams[0]!)).toEqual(body);
  expect(body.object.metadata.managedFields.length).toBeGreaterThan(0);
  const questions = await asked();
  expect(questions.filter((question) => question === 'watch metadata.name=watched')).toHaveLength(1);
  // each viewer's first answer, and ours just now
  expect(questions.filter((question) => question === 'get watched').length).toBeLessThanOrEqual(3);
  expect(questions.filter((question) => question.startsWith('list'))).toEqual([]);
  for (const stream of streams) stream.socket.close();
});

test('one that goes is told with the words of the cluster', async () => {
  await make('goes');
  const stream = await look('goes');
  await expect.poll(() => roundOf(stream)).toBe('0');
  await kubectl('delete', 'configmap', 'goes');
  await expect
    .poll(() => stream.of('error'))
    .toMatchObject([{ id: 1, error: { code: 'clusterNotFound', message: expect.stringContaining('goes') } }]);
  stream.socket.close();
});

test('one that never was is told at once', async () => {
  const stream = await look('never-was');
  await expect.poll(() => stream.of('error')).toMatchObject([{ id: 1, error: { code: 'clusterNotFound' } }]);
  stream.socket.close();
});

test('where the credential may only get, it is read again and again', async () => {
  await make('polled');
  const stream = await look('polled', 'may-only-get');
  await expect.poll(() => roundOf(stream)).toBe('0');
  for (const round of [1, 2]) {
    await change('polled', round);
    await expect.poll(() => roundOf(stream)).toBe(String(round));
  }
  stream.socket.close();
});

test('outlives another credential of its cluster', async () => {
  await make('outlives');
  await world.register('renewed', world.cluster.kubeconfig);
  const stream = await look('outlives', 'renewed');
  await expect.poll(() => roundOf(stream)).toBe('0');
  const { kubeconfig } = world.cluster;
  const replaced = await world.api.admin.put('/clusters/renewed/kubeconfig', { kubeconfig });
  expect(replaced.status).toBe(200);
  await change('outlives', 1);
  await expect.poll(() => roundOf(stream)).toBe('1');
  await world.api.admin.delete('/clusters/renewed');
  await expect.poll(() => stream.of('error')).toMatchObject([{ id: 1, error: { code: 'notFound' } }]);
  stream.socket.close();
});
