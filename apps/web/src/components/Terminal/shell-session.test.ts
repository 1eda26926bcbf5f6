import { execAckBytes, execInputWindowBytes } from '@pilothouse/contract';
import { beforeEach, expect, test } from 'vitest';
import { WireSocket } from '../../api/streams/wire-socket.ts';
import { ShellSession } from './shell-session.ts';

let wire: WireSocket;
let events: string[];
let draws: (() => void)[];

async function openShell() {
  const session = new ShellSession(
    async () => wire.socket,
    { columns: 80, rows: 24 },
    {
      onOutput: (bytes, drawn) => {
        events.push(`output ${[...bytes].join(',')}`);
        draws.push(drawn);
      },
      onStarted: (shell) => events.push(`started ${shell}`),
      onExit: (code) => events.push(`exit ${code}`),
      onEnd: (end) => events.push(`end ${end.reason}`),
    },
  );
  await Promise.resolve();
  await Promise.resolve();
  wire.opened();
  return session;
}

beforeEach(() => {
  wire = new WireSocket();
  events = [];
  draws = [];
});

test('starts with the size of the screen, tells the exit code', async () => {
  const session = await openShell();
  wire.says({ type: 'started', terminal: 'id', shell: 'bash' });
  wire.outputs([0xe4, 0xbd]);
  expect(wire.sent).toEqual([{ type: 'start', columns: 80, rows: 24 }]);
  session.resize(100, 40);
  expect(wire.sent.slice(1)).toEqual([{ type: 'resize', columns: 100, rows: 40 }]);
  wire.says({ type: 'exit', exitCode: 7 });
  wire.says({ type: 'end', reason: 'exit' });
  wire.drops();
  expect(events).toEqual(['started bash', 'output 228,189', 'exit 7', 'end exit']);
});

test('acknowledges what was drawn, not what came, and not every key', async () => {
  await openShell();
  wire.outputs([0x61]);
  wire.outputs(Array.from({ length: execAckBytes }, () => 0x62));
  draws[0]?.();
  expect(wire.sent.slice(1)).toEqual([]);
  draws[1]?.();
  expect(wire.sent.slice(1)).toEqual([{ type: 'ack', bytes: execAckBytes + 1 }]);
});

test('a paste beyond the window waits until the shell has taken the rest in, and keeps its order', async () => {
  const session = await openShell();
  const paste = Uint8Array.from({ length: execInputWindowBytes * 2 }, (_, i) => i % 251);
  session.write(paste);
  const sentBytes = () => wire.sent.filter((each) => each instanceof Uint8Array).flatMap((each) => [...each]);
  expect(sentBytes()).toHaveLength(execInputWindowBytes);
  wire.says({ type: 'ack', bytes: execInputWindowBytes });
  expect(Uint8Array.from(sentBytes())).toEqual(paste);
});

test('a lost connection and a refused ticket end it with a reason', async () => {
  await openShell();
  wire.drops();
  expect(events).toEqual(['end disconnected']);

  events = [];
  const refuse = async () =>
    Promise.reject(Object.assign(new Error('no'), { status: 403, code: 'forbidden' }));
  void new ShellSession(
    refuse,
    { columns: 80, rows: 24 },
    {
      onOutput: () => undefined,
      onStarted: () => undefined,
      onExit: () => undefined,
      onEnd: (end) => events.push(`end ${end.reason}`),
    },
  );
  await new Promise((resolve) => setTimeout(resolve));
  expect(events).toEqual(['end forbidden']);
});
