import { afterEach, expect, test } from 'vitest';
import { startFakeApiserver, type FakeApiserver } from '../testing/fake-apiserver.ts';
import { openAttach } from './open-attach.ts';

let server: FakeApiserver;
afterEach(() => server.close());

test('asks for the running process’ output and input, and ends with it', async () => {
  const exit = '{"status":"Success"}';
  server = await startFakeApiserver({
    webSocket: (socket) =>
      socket.on('message', (data) => {
        socket.send(Buffer.concat([Buffer.from([2]), (data as Buffer).subarray(1)]));
        socket.send(Buffer.from(`\u0003${exit}`));
      }),
  });
  const target = { namespace: 'demo', pod: 'web', container: 'app', tty: false, stdin: true };
  const stream = await openAttach(server.connect(), target, { auditId: 'a-2' });
  let said = '';
  stream.onStderr((bytes) => (said += bytes));
  stream.onStdout(() => undefined);
  await stream.write(Buffer.from('hello'));
  expect([await stream.ended, said]).toEqual([{ kind: 'exit', exitCode: 0 }, 'hello']);
  expect(server.requests).toEqual([
    'GET /api/v1/namespaces/demo/pods/web/attach?container=app&stdin=true&stdout=true&stderr=true&tty=false',
  ]);
  expect(server.headers[0]?.['audit-id']).toBe('a-2');
});
