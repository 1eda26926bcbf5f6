// Depends on: packages/kube, packages/kinds, tools/start/node-flags.mjs, tools/control-plane/src/certificates.ts
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ExecEnd } from '../streams/exec-stream.ts';
import { openAttach } from '../streams/open-attach.ts';
import { openExec } from '../streams/open-exec.ts';
import { startHostile, type HostileServer } from '../testing/hostile-server.ts';
import { underAttack } from '../testing/under-attack.ts';
import type { ClusterConnection } from '../transport/connection.ts';
import { networkError } from '../transport/network-error.ts';

const target = {
  namespace: 'demo',
  pod: 'web',
  container: 'app',
  command: ['sh'],
  tty: true,
  stdin: true,
};

const doors = [
  (connection: ClusterConnection) => openExec(connection, target),
  (connection: ClusterConnection) => openAttach(connection, target),
];

interface Shell {
  /** How it ended; undefined where it had not, and so was closed. */
  end: ExecEnd | undefined;
  bytes: number;
}

const both = <T>(each: T) => doors.map(() => each);

interface How {
  forMs?: number;
  readSlowly?: boolean;
}

/** Opens a shell on a hostile server, and then attaches to a container of it: what came of the two. */
async function useDoors(attack: string, how: How = {}): Promise<Shell[]> {
  const server = await startHostile(attack);
  const { outcome } = await underAttack(async () => {
    const shells: Shell[] = [];
    for (const open of doors) {
      shells.push(await useDoor(server, open, how));
      // who reads nothing does not see that it was left
      const left = async () => attack === 'a Status, and stays' || (await server.seen()).openSockets === 0;
      await expect.poll(left).toBe(true);
    }
    return shells;
  });
  for (const { end } of outcome)
    expect(JSON.stringify([end, String((end as { error?: Error } | undefined)?.error)])).not.toContain(
      'canary',
    );
  return outcome;
}

/** Opens a stream and reads its output until it ends, or for `forMs`. */
async function useDoor(
  server: HostileServer,
  open: (typeof doors)[number],
  { forMs = 5000, readSlowly = false }: How,
): Promise<Shell> {
  const connection = server.connect({ timeoutMs: 1500 });
  let bytes = 0;
  const lost = (error: unknown): ExecEnd => ({ kind: 'lost', error: networkError(error) });
  const opened = await open(connection).catch(lost);
  let end: ExecEnd | undefined;
  if ('kind' in opened) end = opened;
  else {
    opened.onStdout((output) => {
      bytes += output.length;
      if (!readSlowly) return;
      opened.pause();
      setTimeout(() => opened.resume(), 200);
    });
    end = await Promise.race([opened.ended, sleep(forMs, undefined)]);
  }
  await connection.close();
  return { end, bytes };
}

describe('a shell, and one that is attached to, whose server sends', () => {
  it.each([
    ['text', 'protocol'],
    ['text that is not UTF-8', 'protocol'],
    ['a message of 16 MB', 'tooLarge'],
    ['a message of 16 MB in pieces of one byte', 'protocol'],
    ['a message that announces 2^62 bytes', 'protocol'],
    ['a masked message', 'protocol'],
    ['a reserved bit', 'protocol'],
    ['an unknown kind of message', 'protocol'],
    ['pings without end, and reads no answer', 'unreachable'],
    ['a Status that is no JSON', 'protocol'],
    ['a Status that is a list', 'protocol'],
    ['a Status of another shape', 'protocol'],
    ['a Status of 70 KB', 'protocol'],
    ['a cut', 'unreachable'],
    ['a close with 1000 and no Status', 'unreachable'],
    ['a close with 1001', 'unreachable'],
    ['a close with 1002', 'unreachable'],
    ['a close with 1006 on the wire', 'protocol'],
    ['a close with 1011', 'unreachable'],
    ['a close with 1013', 'unreachable'],
    ['a close with 4999', 'unreachable'],
    ['a close with 65535 on the wire', 'protocol'],
    ['a close without a code', 'unreachable'],
    ['a close of half a code', 'protocol'],
    ['a handshake of 1 MB of headers', 'notAnApiserver'],
    ['a refusal with a body of 10 MB', 'serverError'],
    ['a refusal that points elsewhere', 'notAnApiserver'],
    ['an answer to the handshake that never comes', 'unreachable'],
  ])('%s is lost, by name', async (attack, reason) => {
    for (const { end } of await useDoors(attack))
      expect(end).toMatchObject({ kind: 'lost', error: { name: 'KubeError', reason } });
  });

  it.each(['a Status that is 30,000 levels deep', 'a Status whose causes are a text'])(
    '%s has failed',
    async (attack) => {
      for (const { end } of await useDoors(attack)) {
        expect(end).toMatchObject({ kind: 'failed', error: { reason: 'api' } });
        expect(JSON.stringify(end).length).toBeLessThan(1000);
      }
    },
  );

  it.each(['a Status and then more output', 'a Status, and stays'])('%s has ended', async (attack) => {
    for (const { end } of await useDoors(attack)) expect(end).toEqual({ kind: 'exit', exitCode: 0 });
  });

  it.each([
    'an unknown channel',
    'channel 254',
    'output on the channel of input',
    'a size',
    'nothing at all',
  ])('%s is ignored', async (attack) => {
    expect(await useDoors(attack, { forMs: 500 })).toEqual(both({ end: undefined, bytes: 0 }));
  });

  it.each(['empty messages without end', 'pongs without end'])('%s costs nobody anything', async (attack) => {
    expect(await useDoors(attack, { forMs: 1000 })).toEqual(both({ end: undefined, bytes: 0 }));
  });

  it.each(['messages of one byte without end', 'output without end'])(
    '%s is delivered, and others have their turn',
    async (attack) => {
      for (const { end, bytes } of await useDoors(attack, { forMs: 1000 })) {
        expect(end).toBeUndefined();
        expect(bytes).toBeGreaterThan(10_000);
      }
    },
  );

  it('output without end to one who reads slowly is held back', async () => {
    for (const { bytes } of await useDoors('output without end', { forMs: 2000, readSlowly: true }))
      expect(bytes).toBeLessThan(16 * 1024 * 1024);
  });
});
