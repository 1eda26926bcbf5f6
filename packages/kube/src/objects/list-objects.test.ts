import { expect, it } from 'vitest';
import { sendJson, startFakeApiserver } from '../testing/fake-apiserver.ts';
import { pod, pods } from '../testing/pods.ts';
import { listObjects } from './list-objects.ts';

it('is held back while its cluster has had more than its share of the processor', async () => {
  const body = {
    kind: 'PodList',
    apiVersion: 'v1',
    metadata: { resourceVersion: '10' },
    items: [pod('a', 1)],
  };
  const server = await startFakeApiserver({ handle: (_request, response) => sendJson(response, body) });
  const connection = server.connect({ processor: { share: 0.1, burstMs: 0 } });
  connection.processor.spend(20);
  expect((await listObjects(connection, pods)).items).toHaveLength(1);
  // what is over comes back at a tenth of a millisecond each millisecond
  expect(connection.processor.snapshot().pausedMs).toBeGreaterThan(0);
  await server.close();
});
