import { expect, test } from 'vitest';
import { openStream } from '../../ws/testing/stream-client.ts';
import { ApplicationWorld } from './testing/application-world.ts';

const world = new ApplicationWorld('live');

test('what does not change is looked at all the same as long as its page is open', async () => {
  const { project, namespaceId } = await world.project('quiet');
  const cart = await world.application(project, 'cart');
  const instance = await world.instance(cart, namespaceId, 'main');
  await world.phase(cart, instance, 'running');
  const page = await openStream(world.admin, 'live');
  const params = { application: cart, instance };
  page.say({ type: 'subscribe', id: 1, endpoint: 'instances.get', params });
  const seen = () => Date.parse(page.of('snapshot').at(-1)?.['data'].asOf);
  await expect.poll(seen).toBeGreaterThan(0);
  const before = seen();
  await expect.poll(seen, { timeout: 60_000, interval: 1000 }).toBeGreaterThan(before + 20_000);
  page.socket.terminate();
}, 120_000);
