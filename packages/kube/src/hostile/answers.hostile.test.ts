// Depends on: packages/kube, packages/kinds, tools/start/node-flags.mjs, tools/control-plane/src/certificates.ts
import { timesTheWait } from '@pilothouse/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { mostNames, nameAt } from '../testing/attacks/attack.ts';
import { startHostile } from '../testing/hostile-server.ts';
import { underAttack } from '../testing/under-attack.ts';
import { fixedPaths } from '../transport/api-path.ts';
import type { ClusterConnection } from '../transport/connection.ts';
import type { KubeError } from '../transport/kube-error.ts';

const connections: ClusterConnection[] = [];
afterEach(async () => {
  await Promise.all(connections.splice(0).map((connection) => connection.close()));
});

/** Asks a hostile server, several at a time; says how each call failed, and after how many times their deadline all had. */
async function ask(attack: string, { timeoutMs = 1500, calls = 4 } = {}) {
  const server = await startHostile(attack);
  const { outcome } = await underAttack(async () => {
    const connection = server.connect({ timeoutMs });
    connections.push(connection);
    const asking = Array.from({ length: calls }, () => connection.json({ path: fixedPaths.version }));
    const { outcome: results, times } = await timesTheWait(timeoutMs, () => Promise.allSettled(asking));
    await connection.close();
    const failures = results.map((result) =>
      result.status === 'rejected' ? (result.reason as KubeError) : undefined,
    );
    return { errors: failures, deadlines: times };
  });
  const { errors, deadlines } = outcome;
  expect(new Set(errors.map((error) => error?.name))).toEqual(new Set(['KubeError']));
  const said = errors.flatMap((error) => [JSON.stringify(error), error?.message, String(error?.cause)]);
  expect(said.join()).not.toContain('canary');
  return { server, errors, reasons: [...new Set(errors.map((error) => error?.reason))], deadlines };
}

describe('an answer', () => {
  it.each([
    ['a body of 10 GB', 'tooLarge'],
    ['a body of 10 GB in chunks of one byte', 'tooLarge'],
    ['a gzip bomb', 'notAnApiserver'],
    ['headers without end', 'notAnApiserver'],
    ['an answer cut in two', 'unreachable'],
    ['403 with a page', 'forbidden'],
    ['502 with a page', 'serverError'],
    ['404 with a page', 'notAnApiserver'],
    ['200 with a page', 'notAnApiserver'],
    ['JSON that calls itself a page', 'notAnApiserver'],
    ['JSON that breaks off', 'notAnApiserver'],
    ['JSON that is a text', 'notAnApiserver'],
    ['JSON that is null', 'notAnApiserver'],
    ['500 with a body of 10 GB', 'serverError'],
    ['100 Continue without end', 'unreachable'],
    ['103 Early Hints without end', 'notAnApiserver'],
    ['102 Processing of 10 KB without end', 'notAnApiserver'],
    ['103 Early Hints again and again', 'notAnApiserver'],
    ['JSON of ten million empty objects', 'tooLarge'],
    ['JSON of a million empty lists', 'tooLarge'],
    ['JSON of three million numbers', 'tooLarge'],
    ['JSON of a million keys', 'tooLarge'],
    ['JSON that is a million levels deep', 'tooLarge'],
    ['JSON that is 100,000 levels deep', 'tooLarge'],
  ])('that is %s', async (attack, reason) => {
    expect((await ask(attack, { timeoutMs: 10_000 })).reasons).toEqual([reason]);
  });

  it.each([
    'an answer that never begins',
    'a body of one byte a second',
    'a header of one byte a second',
    'a chunk extension without end',
  ])('that is %s is given up at the deadline', async (attack) => {
    const { reasons, deadlines } = await ask(attack);
    expect(reasons).toEqual(['timeout']);
    expect(deadlines).toBeLessThan(1.5);
  });

  it('of nothing but names is read, in pieces', { timeout: 240_000 }, async () => {
    const server = await startHostile('JSON of nothing but names');
    // looking at each of them, or keeping them, would be measured as well
    const some = Array.from({ length: 191 }, (_, at) => nameAt(Math.min(at * 1000, mostNames - 1)));
    const { outcome } = await underAttack(async () => {
      const connection = server.connect({ timeoutMs: 40_000 });
      connections.push(connection);
      const asking = Array.from({ length: 2 }, () => connection.json<object>({ path: fixedPaths.version }));
      const answers = await Promise.all(asking);
      return answers.map((answer) => some.every((name) => Object.hasOwn(answer, name)));
    });
    expect(outcome).toEqual([true, true]);
  });

  it('that is 500 with a body of one byte a second is known by its status', async () => {
    expect((await ask('500 with a body of one byte a second')).reasons).toEqual(['serverError']);
  });

  it('that is a redirect is not followed', async () => {
    const { server, errors } = await ask('a redirect');
    expect(errors[0]).toMatchObject({ reason: 'notAnApiserver', status: 302 });
    expect(new Set((await server.seen()).requests)).toEqual(new Set(['GET /version']));
  });

  it('to a question that nobody asked is never given to the next who asks', async () => {
    const server = await startHostile('two answers to one question');
    const { outcome } = await underAttack(async () => {
      const connection = server.connect({ timeoutMs: 1500 });
      connections.push(connection);
      const numbers: unknown[] = [];
      for (let call = 0; call < 5; call++) {
        const answer = connection.json<{ number: number }>({ path: fixedPaths.version });
        numbers.push(
          await answer.then(
            ({ number }) => number,
            ({ reason }: KubeError) => reason,
          ),
        );
      }
      return numbers;
    });
    expect(outcome).not.toContain(2);
  });
});
