// Depends on: packages/kube, packages/kinds, tools/start/node-flags.mjs, tools/control-plane/src/certificates.ts
import { describe, expect, it } from 'vitest';
import { longestLine, readLog } from '../logs/read-log.ts';
import { startHostile } from '../testing/hostile-server.ts';
import { underAttack } from '../testing/under-attack.ts';
import type { KubeError } from '../transport/kube-error.ts';

const target = { namespace: 'demo', pod: 'web', container: 'app', follow: true };

/** Reads a hostile log until it ends, or for `forMs`. */
async function read(attack: string, forMs = 2000) {
  const server = await startHostile(attack);
  const { outcome } = await underAttack(async () => {
    const connection = server.connect({ timeoutMs: 1500 });
    const lines: string[] = [];
    let longest = 0;
    let end = '';
    let reason: string | undefined;
    try {
      for await (const text of readLog(connection, target, { signal: AbortSignal.timeout(forMs) })) {
        if (lines.length < 10) lines.push(...text.trimEnd().split('\n').slice(0, 10));
        longest = Math.max(longest, text.length);
        end = text.slice(-100);
      }
    } catch (error) {
      ({ reason } = error as KubeError);
    }
    await connection.close();
    await expect.poll(async () => (await server.seen()).openSockets).toBe(0);
    return { lines, longest, end, reason };
  });
  return outcome;
}

describe('a log with', () => {
  it('a line of 10 MB gives its beginning, and the next line', async () => {
    const { lines, reason } = await read('a line of 10 MB', 10_000);
    expect(reason).toBeUndefined();
    expect(lines).toHaveLength(2);
    expect(lines[0]?.length).toBeLessThan(longestLine + 100);
    expect(lines[1]).toMatch(/next$/);
  });

  it.each(['a line of 10 GB', 'a log in chunks of one byte', 'a log of one byte a second'])(
    '%s gives nothing, until nobody waits any more',
    async (attack) => {
      expect(await read(attack)).toEqual({ lines: [], longest: 0, end: '', reason: 'aborted' });
    },
  );

  it.each(['lines without end', 'blank lines of a log without end', 'a log of bytes that are no text'])(
    '%s gives them in pieces of bounded size',
    async (attack) => {
      const { longest, reason } = await read(attack);
      expect(reason).toBe('aborted');
      expect(longest).toBeGreaterThan(0);
      expect(longest).toBeLessThan(2 * longestLine);
    },
  );

  it('a log that is cut says so, and gives no half of a line for a whole one', async () => {
    const { lines, end, reason } = await read('a log that is cut in a line');
    expect({ lines: lines.length, reason }).toEqual({ lines: 10, reason: 'unreachable' });
    expect(end).toMatch(/x\n$/);
  });
});
