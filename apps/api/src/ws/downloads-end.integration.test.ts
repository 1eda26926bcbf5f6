import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { needsRealNode } from '@pilothouse/control-plane/testing';
import { within } from '@pilothouse/testing';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { TestUser } from '../testing/test-api.ts';
import { ticketUrl } from './testing/stream-client.ts';
import { startStreamWorld, type StreamWorld } from './testing/stream-world.ts';

const namespace = 'downloads-end';
let world: StreamWorld;

beforeAll(async () => {
  // more than sockets hold, less than what has the kubelet rotate it away (10 MiB)
  const chatty = "yes $(head -c 900 /dev/zero | tr '\\0' x) | head -n 9500; sleep 3600";
  const started = await startStreamWorld(namespace, { chatty });
  if (started !== undefined) world = started;
});
afterAll(() => world?.stop());
beforeEach(needsRealNode);

/** A browser that takes the beginning of a file, then nothing for a while. */
async function slowDownload(url: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const asking = get(url, { headers });
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  response.on('error', () => undefined);
  await once(response, 'readable');
  return response;
}

/** How it ended for the browser; it reads what was under way. */
async function ending(response: IncomingMessage): Promise<'complete' | 'cut'> {
  response.resume();
  if (!response.closed) await new Promise((resolve) => response.once('close', resolve));
  return response.complete ? 'complete' : 'cut';
}

async function developer(name: string): Promise<TestUser> {
  const scope = { kind: 'namespace' as const, cluster: 'here', namespace };
  return world.api.signUp(name, [{ role: 'developer', scope }]);
}

async function revoke(username: string): Promise<void> {
  const { body } = await world.api.admin.get(`/grants?user=${username}`);
  for (const { id } of body.items) expect((await world.api.admin.delete(`/grants/${id}`)).status).toBe(204);
}

test.each(['by ticket', 'as an answer'])(
  'a log that is being read %s ends when the right does',
  async (how) => {
    const user = await developer(how === 'by ticket' ? 'leaver-one' : 'leaver-two');
    const what = { kind: 'log', ...world.place('chatty') };
    const response =
      how === 'by ticket'
        ? await slowDownload(`${world.api.url}${await ticketUrl(user, { purpose: 'download', what })}`)
        : await slowDownload(`${world.api.url}/api/v1/clusters/here/k8s/core/pods/${namespace}/chatty/log`, {
            authorization: `Bearer ${user.token}`,
          });
    await revoke(user.username);
    const code = how === 'by ticket' ? 'download' : 'pod.log';
    const row = async () =>
      (await world.api.admin.get(`/audit?user=${user.username}&code=${code}`)).body.items[0];
    await within(5000, () =>
      expect.poll(row).toMatchObject({ outcome: 'refused', reason: 'forbidden', status: 403 }),
    );
    expect(await ending(response)).toBe('cut');
  },
);

test('a download ends with its session, and one that nobody takes the right from comes whole', async () => {
  const [stays, goes] = [await developer('stays'), await developer('goes')];
  const what = { kind: 'log', ...world.place('chatty') };
  const [whole, cut] = await Promise.all(
    [stays, goes].map(async (user) =>
      slowDownload(`${world.api.url}${await ticketUrl(user, { purpose: 'download', what })}`),
    ),
  );
  await goes.post('/auth/logout', undefined, { headers: { origin: world.api.url } });
  await new Promise((resolve) => setTimeout(resolve, 4000));
  expect(await ending(cut!)).toBe('cut');
  expect(await ending(whole!)).toBe('complete');
});
