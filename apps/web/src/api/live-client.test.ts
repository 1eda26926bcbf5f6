import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LiveClient, type LiveEnd, type LiveServerMessage } from './live-client.ts';

/** What the browser's socket does, without a network. */
class Socket extends EventTarget {
  readyState: number = WebSocket.CONNECTING;
  readonly sent: { type: string; id: number; endpoint?: string }[] = [];

  open(): void {
    this.readyState = WebSocket.OPEN;
    this.dispatchEvent(new Event('open'));
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as (typeof this.sent)[number]);
  }

  receive(message: LiveServerMessage): void {
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(message) }));
  }

  close(): void {
    if (this.readyState === WebSocket.CLOSED) return;
    this.readyState = WebSocket.CLOSED;
    this.dispatchEvent(new Event('close'));
  }
}

const question = { endpoint: 'clusters.list', params: {}, query: {} };
const pulse = { endpoint: 'operations.list', params: {}, query: {} };
const sockets: Socket[] = [];
let fails = false;
let client: LiveClient;
const onEnd = vi.fn<(end: LiveEnd) => void>();
const onConnected = vi.fn<(connected: boolean) => void>();

beforeEach(() => {
  vi.useFakeTimers();
  sockets.length = 0;
  fails = false;
  vi.clearAllMocks();
  client = new LiveClient({
    onEnd,
    onConnected,
    pulse,
    open: () => {
      if (fails) return Promise.reject(new Error('offline'));
      const socket = new Socket();
      sockets.push(socket);
      return Promise.resolve(socket as unknown as WebSocket);
    },
  });
});

afterEach(() => {
  client.close();
  vi.useRealTimers();
});

const heard = () => vi.fn<(message: LiveServerMessage) => void>();
const settle = () => vi.advanceTimersByTimeAsync(0);

test('all subscriptions share one socket, and each hears its own messages', async () => {
  const first = heard();
  const second = heard();
  client.subscribe(question, first);
  client.subscribe(question, second);
  await settle();
  expect(sockets).toHaveLength(1);
  sockets[0]?.open();
  expect(sockets[0]?.sent.map(({ type, id }) => [type, id])).toEqual([
    ['subscribe', 1],
    ['subscribe', 2],
  ]);
  sockets[0]?.receive({ type: 'snapshot', id: 2, data: 'x' });
  expect(first).not.toHaveBeenCalled();
  expect(second).toHaveBeenCalledWith({ type: 'snapshot', id: 2, data: 'x' });
});

test('after a loss it comes back and asks for everything again', async () => {
  client.subscribe(question, heard());
  const stop = client.subscribe(question, heard());
  await settle();
  sockets[0]?.open();
  stop();
  sockets[0]?.close();
  expect(onConnected).toHaveBeenLastCalledWith(false);
  await vi.advanceTimersByTimeAsync(1000);
  sockets[1]?.open();
  expect(sockets[1]?.sent.map(({ type, id }) => [type, id])).toEqual([['subscribe', 1]]);
  expect(onConnected).toHaveBeenLastCalledWith(true);
});

test('pauses grow while nothing answers, and an answer makes them short again', async () => {
  fails = true;
  client.subscribe(question, heard());
  await vi.advanceTimersByTimeAsync(60_000);
  fails = false;
  await vi.advanceTimersByTimeAsync(15_000);
  expect(sockets).toHaveLength(1);
  sockets[0]?.open();
  sockets[0]?.receive({ type: 'snapshot', id: 1, data: null });
  sockets[0]?.close();
  await vi.advanceTimersByTimeAsync(500);
  expect(sockets).toHaveLength(2);
});

test('the network coming back ends a pause', async () => {
  fails = true;
  client.subscribe(question, heard());
  await vi.advanceTimersByTimeAsync(30_000);
  fails = false;
  globalThis.dispatchEvent(new Event('online'));
  await settle();
  expect(sockets).toHaveLength(1);
});

test('the end of the socket is told, with its reason', async () => {
  client.subscribe(question, heard());
  await settle();
  sockets[0]?.open();
  sockets[0]?.receive({ type: 'end', reason: 'sessionEnded' });
  expect(onEnd).toHaveBeenCalledWith({ type: 'end', reason: 'sessionEnded' });
});

test('a closed client stays closed', async () => {
  client.subscribe(question, heard());
  await settle();
  sockets[0]?.open();
  client.close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sockets).toHaveLength(1);
});

test('silence is asked about, and an answer keeps the socket', async () => {
  client.subscribe(question, heard());
  await settle();
  sockets[0]?.open();
  await vi.advanceTimersByTimeAsync(40_000);
  const asked = sockets[0]?.sent.at(-1);
  expect(asked).toMatchObject({ type: 'subscribe', endpoint: 'operations.list' });
  sockets[0]?.receive({ type: 'snapshot', id: asked?.id ?? 0, data: null });
  expect(sockets[0]?.sent.at(-1)).toEqual({ type: 'unsubscribe', id: asked?.id });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(sockets).toHaveLength(1);
});

test('silence without an answer ends the socket, and a new one asks for everything again', async () => {
  client.subscribe(question, heard());
  await settle();
  sockets[0]?.open();
  await vi.advanceTimersByTimeAsync(52_000);
  sockets[1]?.open();
  expect(sockets[1]?.sent.map(({ endpoint }) => endpoint)).toEqual(['clusters.list']);
});

test('going offline is a loss', async () => {
  client.subscribe(question, heard());
  await settle();
  sockets[0]?.open();
  globalThis.dispatchEvent(new Event('offline'));
  expect(onConnected).toHaveBeenLastCalledWith(false);
});
