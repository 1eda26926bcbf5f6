import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WireSocket } from '../../api/streams/wire-socket.ts';
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
      onSource: ({ pod }) => lines.push(`+${pod}`),
      onLines: ({ pod }, added) => lines.push(...added.map(([at, raw]) => `${pod} ${at} ${raw}`)),
      onGap: ({ pod }, gap) => lines.push(`${pod} gap ${gap.lost}`),
      onLeft: ({ pod }) => lines.push(`-${pod}`),
      onOmitted: (pods) => lines.push(`omitted ${pods}`),
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

const source = (number: number, pod: string, cursor: string) => ({
  type: 'source',
  source: number,
  pod,
  container: 'main',
  cursor,
});

test('resumes each log behind the last line it showed after the connection drops', async () => {
  follow();
  await vi.advanceTimersByTimeAsync(0);
  sockets[0]?.opened();
  const start = { type: 'start', tailLines: 100, previous: false, follow: true };
  expect(sockets[0]?.sent).toEqual([{ ...start, cursors: [] }]);
  for (const [number, pod] of ['a', 'b', 'c'].entries())
    sockets[0]?.says(source(number, pod, `before-${pod}`));
  sockets[0]?.says({
    type: 'lines',
    runs: [
      [1, 't1 one\nt2 two  words\n'],
      [0, 't3 \n'],
    ],
    cursors: [
      [1, 'behind-two'],
      [0, 'behind-three'],
    ],
  });
  sockets[0]?.says({ type: 'left', source: 2 });
  sockets[0]?.drops();
  expect(states.at(-1)).toBe('reconnecting');
  await vi.advanceTimersByTimeAsync(500);
  sockets[1]?.opened();
  expect(sockets[1]?.sent[0]).toEqual({ ...start, cursors: ['behind-three', 'behind-two'] });
  // the numbers begin anew
  sockets[1]?.says(source(0, 'b', 'behind-two'));
  sockets[1]?.says({ type: 'gap', source: 0, lost: 3, from: null, to: null });
  sockets[1]?.says({ type: 'lines', runs: [[0, 't4 four\n']], cursors: [[0, 'behind-four']] });
  sockets[1]?.says({ type: 'omitted', pods: 7 });
  expect(lines).toEqual([
    '+a',
    '+b',
    '+c',
    'b t1 one',
    'b t2 two  words',
    'a t3 ',
    '-c',
    '+b',
    'b gap 3',
    'b t4 four',
    'omitted 7',
  ]);
});

test('acknowledges lines before the window is full, not each message', async () => {
  follow();
  await vi.advanceTimersByTimeAsync(0);
  sockets[0]?.opened();
  sockets[0]?.says(source(0, 'a', 'c'));
  for (let count = 0; count < 25; count++) {
    sockets[0]?.says({ type: 'lines', runs: [[0, 't x\n'.repeat(100)]], cursors: [[0, 'c']] });
  }
  expect(sockets[0]?.sent.slice(1)).toEqual([
    { type: 'ack', lines: 1000 },
    { type: 'ack', lines: 1000 },
  ]);
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

test('no pod is selected: that is a state, until lines come', async () => {
  follow();
  await vi.advanceTimersByTimeAsync(0);
  const [socket] = sockets;
  socket?.opened();
  socket?.says({ type: 'empty' });
  socket?.says(source(0, 'web', 'a'));
  socket?.says({ type: 'lines', runs: [[0, '1 one\n']], cursors: [[0, 'b']] });
  expect(states).toEqual(['connecting', 'empty', 'streaming']);
});
