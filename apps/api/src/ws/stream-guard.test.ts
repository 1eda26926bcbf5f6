import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { GuardedSocket } from './guarded-socket.ts';
import { StreamGuard, type Refusal } from './stream-guard.ts';

/** As much of a socket as the guard sees. */
function socket() {
  const stop = new AbortController();
  const ends: string[] = [];
  const made = { signal: stop.signal, end: (reason: string) => (ends.push(reason), stop.abort()) };
  return { ends, made: made as unknown as GuardedSocket };
}

const revocations = new EventEmitter();
let answers: (() => Promise<Refusal | undefined>)[];
let asked: number;
let guard: StreamGuard;

beforeEach(() => {
  asked = 0;
  answers = [];
  guard = new StreamGuard({
    onRevoked: (listener) => {
      revocations.on('revoked', listener);
      return () => revocations.off('revoked', listener);
    },
    refusal: async () => {
      asked++;
      return answers.shift()?.();
    },
  });
});
afterEach(() => guard.stop());

function watch(cluster = 'one') {
  const { ends, made } = socket();
  const principal = { userId: 'u', username: 'ada', sessionId: 's', mustChangePassword: false };
  guard.watch({ socket: made, principal, requirements: [], cluster });
  return ends;
}

test('a stream that is refused ends with the reason and is asked about no more', async () => {
  const ends = watch();
  answers = [async () => 'rightsLost'];
  revocations.emit('revoked');
  await expect.poll(() => ends).toEqual(['rightsLost']);
  expect(guard.size).toBe(0);
});

test('an unanswered question ends nothing', async () => {
  const ends = watch();
  answers = [() => Promise.reject(new Error('database down'))];
  await guard.recheck();
  expect(ends).toEqual([]);
  expect(guard.size).toBe(1);
});

test('a revocation during a round is answered by another round', async () => {
  const ends = watch();
  let release = () => {};
  answers = [
    () => new Promise((resolve) => (release = () => resolve(undefined))),
    async () => 'sessionEnded',
  ];
  revocations.emit('revoked');
  revocations.emit('revoked');
  release();
  await expect.poll(() => ends).toEqual(['sessionEnded']);
  expect(asked).toBe(2);
});

test('a removed cluster takes its own streams only', () => {
  const [one, two] = [watch('one'), watch('two')];
  guard.clusterRemoved('one');
  expect(one).toEqual(['clusterRemoved']);
  expect(two).toEqual([]);
});
