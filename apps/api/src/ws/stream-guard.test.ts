import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StreamGuard, type Refusal, type StreamPurpose } from './stream-guard.ts';

const limits = { live: 2, log: 3, logs: 1, exec: 1, nodeShell: 9, download: 1, forward: 1 };

/** As much of a stream as the guard sees. */
function stream() {
  const stop = new AbortController();
  const ends: string[] = [];
  return { ends, made: { signal: stop.signal, end: (reason: string) => (ends.push(reason), stop.abort()) } };
}

const revocations = new EventEmitter();
let answers: (() => Promise<Refusal | undefined>)[];
let asked: number;
let guard: StreamGuard;

beforeEach(() => {
  asked = 0;
  answers = [];
  guard = new StreamGuard(
    {
      onRevoked: (listener) => {
        revocations.on('revoked', listener);
        return () => revocations.off('revoked', listener);
      },
      refusal: async () => {
        asked++;
        return answers.shift()?.();
      },
    },
    limits,
  );
});
afterEach(() => guard.stop());

function watch(cluster = 'one') {
  const { ends, made } = stream();
  guard.watch({ stream: made, principal: ada('s'), requirements: [], cluster, purpose: 'log' });
  return ends;
}

function ada(sessionId: string, userId = 'u') {
  return { userId, username: 'ada', sessionId, mustChangePassword: false };
}

/** Opens one where there is room; says whether there was. */
function opens(principal: ReturnType<typeof ada>, purpose: StreamPurpose): boolean {
  try {
    guard.checkRoom(principal, purpose);
  } catch (error) {
    expect(error).toMatchObject({ code: 'tooManyStreams', status: 429 });
    return false;
  }
  guard.watch({ stream: stream().made, principal, requirements: [], cluster: 'one', purpose });
  return true;
}

test('a session has room for so many streams of each kind, a user for twice as many', () => {
  const [one, two, three] = [ada('1'), ada('2'), ada('3')];
  expect([1, 2, 3].map(() => opens(one, 'live'))).toEqual([true, true, false]);
  expect(opens(one, 'exec')).toBe(true);
  expect([1, 2, 3].map(() => opens(two, 'live'))).toEqual([true, true, false]);
  expect(opens(three, 'live')).toBe(false);
  expect(opens(ada('4', 'somebody else'), 'live')).toBe(true);
  // what has ended makes room
  guard.clusterRemoved('one');
  expect(opens(three, 'live')).toBe(true);
});

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
