import { expect, test } from 'vitest';
import { ByteQueue } from './byte-queue.ts';
import { Recorder } from './recorder.ts';
import { TerminalSession, type ShellProcess, type TerminalEnd } from './terminal-session.ts';

/** A shell that says and ends what the test wants. */
function shellOf() {
  const output = new ByteQueue({ pause: () => {}, resume: () => {} });
  const exited = Promise.withResolvers<number>();
  const calls: string[] = [];
  const process: ShellProcess = {
    shell: 'sh',
    output,
    exited: exited.promise,
    write: async (bytes) => void calls.push(`write ${Buffer.from(bytes).toString()}`),
    resize: (columns, rows) => void calls.push(`resize ${columns}x${rows}`),
    kill: async () => {
      calls.push('kill');
      output.end();
    },
  };
  return { process, output, exited, calls };
}

function sessionOf(process: ShellProcess) {
  const written: TerminalEnd[] = [];
  const recorder = new Recorder({
    sink: { append: async () => {} },
    columns: 80,
    rows: 24,
    title: 'pod',
    maxBytes: 1e6,
    onFailure: () => {},
  });
  const onEnd = async (end: TerminalEnd) => void written.push({ ...end });
  return { session: new TerminalSession({ id: 't', cluster: 'one', process, recorder, onEnd }), written };
}

function client() {
  const seen = { screen: '', ends: [] as string[] };
  const made = {
    output: async (bytes: Uint8Array) => void (seen.screen += Buffer.from(bytes).toString()),
    ended: ({ reason }: TerminalEnd) => void seen.ends.push(reason),
  };
  return { seen, made };
}

test('a newer client takes over', async () => {
  const { process, output } = shellOf();
  const { session } = sessionOf(process);
  const [older, newer] = [client(), client()];
  session.attach(older.made);
  output.push(Buffer.from('a'));
  await expect.poll(() => older.seen.screen).toBe('a');
  session.attach(newer.made);
  output.push(Buffer.from('b'));
  await expect.poll(() => newer.seen.screen).toBe('b');
  expect(older.seen.screen).toBe('a');
  await session.end('disconnected');
});

test('goes on without a client', async () => {
  const { process, output, exited } = shellOf();
  const { session } = sessionOf(process);
  output.push(Buffer.from('nobody looks'));
  exited.resolve(0);
  output.end();
  expect(await session.ended).toMatchObject({ reason: 'exit', exitCode: 0 });
});

test('ends once, whatever else comes, and cleans up after an exit too', async () => {
  const { process, output, exited, calls } = shellOf();
  const { session, written } = sessionOf(process);
  const { seen, made } = client();
  session.attach(made);
  exited.resolve(7);
  output.end();
  expect(await session.ended).toEqual({ reason: 'exit', exitCode: 7, truncated: false });
  await session.end('rightsLost');
  expect(written).toHaveLength(1);
  expect(seen.ends).toEqual(['exit']);
  expect(calls).toEqual(['kill']);
});

test('a broken connection to the cluster is the reason', async () => {
  const { process, output, exited } = shellOf();
  const { session } = sessionOf(process);
  exited.reject(new Error('gone'));
  output.end();
  expect(await session.ended).toMatchObject({
    reason: 'upstreamLost',
    exitCode: null,
    error: { code: 'internal' },
  });
});

test('keys go in order, and none after the end', async () => {
  const { process, calls } = shellOf();
  const { session } = sessionOf(process);
  await Promise.all([session.input(Buffer.from('a')), session.input(Buffer.from('b'))]);
  await session.end('disconnected');
  await session.input(Buffer.from('c'));
  session.resize(1, 1);
  expect(calls).toEqual(['write a', 'write b', 'kill']);
});
