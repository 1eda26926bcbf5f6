import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamClient } from '../../../apps/api/src/ws/testing/stream-client.ts';
import type { Platform } from './platform.ts';

/** Hands over every JSON message from now on; nothing is kept. */
export function onMessage(
  stream: StreamClient,
  listener: (message: StreamClient['messages'][number]) => void,
): void {
  stream.socket.on('message', (_data, isBinary) => {
    // the client has read it already
    const message = isBinary ? undefined : stream.messages.pop();
    if (message !== undefined) listener(message);
  });
}

/** Opens a live socket on a list of core objects, as a tab does, and waits until its snapshot is complete. */
export async function followRows(
  platform: Platform,
  cluster: string,
  plural: string,
  query: Record<string, unknown>,
): Promise<StreamClient> {
  const stream = await platform.open('live');
  const params = { cluster, group: 'core', plural };
  stream.say({ type: 'subscribe', id: 1, endpoint: 'resources.list', params, query });
  const deadline = Date.now() + 120_000;
  while (!stream.of('snapshot').some(({ data }) => data.state === 'live')) {
    const trouble = stream.end ?? stream.of('error')[0];
    if (trouble !== undefined) throw new Error(`the live socket: ${JSON.stringify(trouble)}`);
    if (Date.now() > deadline) throw new Error(`${plural} of ${cluster} are not live after two minutes`);
    await sleep(50);
  }
  return stream;
}
