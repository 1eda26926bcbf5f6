import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WireSocket } from '../stream/wire-socket.ts';
import { LogSession, type LogState } from './log-session.ts';

let sockets: WireSocket[];
let lines: string[];
let states: LogState[];
let ends: string[];

function follow(open?: () => Promise<WebSocket>) {
  const socket = async () => {
    const next = new WireSocket();
    sockets.push(next);
    return next.socket;
  };
  return new LogSession(
    open ?? socket,
    { tailLines: 100, previous: false, follow: true },
    {
      onLines: (added) => lines.push(...added.map(([, raw]) => raw)),
      onGap: (gap) => lines.push(`gap ${gap.lost}`),
      onState: (state) => states.push(state),
      onEnd: (end) => ends.push(end.reason),
    },
  );
}

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  lines = [];
  states = [];
  ends = [];
});
afterEach(() => {
  vi.useRealTimers();
});

test('resumes behind the last line it showed after the connection drops', async () => {
  follow();
  await vi.advanceTimersByTimeAsync(0);
  sockets[0]?.opened();
  expect(sockets[0]?.sent).toEqual([{ type: 'start', tailLines: 100, previous: false, follow: true }]);
  sockets[0]?.says({
    type: 'lines',
    lines: [
      ['t1', 'one'],
      ['t2', 'two'],
    ],
    cursor: 'behind-two',
  });
  expect(sockets[0]?.sent.at(-1)).toEqual({ type: 'ack', lines: 2 });
  sockets[0]?.drops();
  expect(states.at(-1)).toBe('reconnecting');
  await vi.advanceTimersByTimeAsync(500);
  sockets[1]?.opened();
  expect(sockets[1]?.sent[0]).toMatchObject({ type: 'start', cursor: 'behind-two' });
  sockets[1]?.says({ type: 'gap', lost: 3, from: null, to: null });
  sockets[1]?.says({ type: 'lines', lines: [['t3', 'three']], cursor: 'behind-three' });
  expect(lines).toEqual(['one', 'two', 'gap 3', 'three']);
});

test('the end is final: no reconnection', async () => {
  follow();
  await vi.advanceTimersByTimeAsync(0);
  sockets[0]?.opened();
  sockets[0]?.says({ type: 'end', reason: 'rightsLost' });
  sockets[0]?.drops();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ends).toEqual(['rightsLost']);
  expect(sockets).toHaveLength(1);
});

test('a refused ticket ends with its reason, a network failure is tried again', async () => {
  follow(async () => Promise.reject(Object.assign(new Error('no'), { status: 403, code: 'forbidden' })));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ends).toEqual(['forbidden']);

  const open = vi.fn<() => Promise<WebSocket>>(async () => Promise.reject(new TypeError('Failed to fetch')));
  const session = follow(open);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(open.mock.calls.length).toBeGreaterThan(2);
  session.close();
  const calls = open.mock.calls.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(open.mock.calls).toHaveLength(calls);
});
