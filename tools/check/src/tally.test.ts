import { expect, test } from 'vitest';
import { gist, summaryOf, type Tally } from './tally.ts';

type Test = Tally['tests'][number];
const tests = (...states: Test['state'][]): Test[] =>
  states.map((state, index) => ({
    file: 'a.test.ts',
    name: `n${index}`,
    state,
    retries: 0,
    errors: ['Not there yet.', 'Not so.'],
  }));
const tally = (change: Partial<Tally>): Tally => ({ tests: [], failedFiles: [], otherErrors: [], ...change });

test('adds up the tests of all files', () => {
  const all = tally({ tests: tests('passed', 'passed', 'failed'), failedFiles: ['a.test.ts'] });
  expect(summaryOf(all, 1)).toEqual({
    passed: 2,
    failed: 1,
    skipped: 0,
    notes: ['failed: a.test.ts > n2: Not there yet.; Not so.'],
  });
});

test('counts a file that does not load, or whose hook fails, as a failure and names it', () => {
  const all = tally({ tests: tests('passed'), failedFiles: ['b.test.ts'] });
  expect(summaryOf(all, 1)).toEqual({
    passed: 1,
    failed: 1,
    skipped: 0,
    notes: ['failed outside its tests: b.test.ts'],
  });
});

test('counts a runner that fails beside its tests, or leaves no tally, as a failure', () => {
  const otherErrors = ['a.test.ts > n0: read ECONNRESET'];
  expect(summaryOf(tally({ tests: tests('passed'), otherErrors }), 1)).toEqual({
    passed: 1,
    failed: 1,
    skipped: 0,
    notes: ['failed beside the tests: a.test.ts > n0: read ECONNRESET'],
  });
  expect(summaryOf(undefined, null)).toEqual({
    passed: 0,
    failed: 1,
    skipped: 0,
    notes: ['failed: the runner ended with a signal'],
  });
});

test('counts a skipped test as a failure on CI, unless this machine cannot run it', () => {
  const lacking = tests('skipped', 'skipped').map((each) => ({ ...each, machineLacks: 'No Linux.' }));
  const all = tally({ tests: [...tests('passed', 'skipped'), ...lacking] });
  expect(summaryOf(all, 0)).toEqual({
    passed: 1,
    failed: 0,
    skipped: 3,
    notes: ['skipped without a reason: a.test.ts > n1', 'skipped 2 here: No Linux.'],
  });
  expect(summaryOf(all, 0, { strict: true })).toEqual({
    passed: 1,
    failed: 1,
    skipped: 2,
    notes: ['failed, for it was skipped without a reason: a.test.ts > n1', 'skipped 2 here: No Linux.'],
  });
});

test('tells of a test that was tried again, once', () => {
  const tried = { file: 'a.test.ts', retries: 1 };
  const all = tally({
    tests: [
      { ...tried, name: 'now and then', state: 'passed', errors: ['2 is not 3'] },
      { ...tried, name: 'never', state: 'failed', errors: ['1 is not 2', '1 is not 3'] },
    ],
  });
  expect(summaryOf(all, 1).notes).toEqual([
    'retried 1 times, then passed: a.test.ts > now and then: 2 is not 3',
    'failed at every try: a.test.ts > never: 1 is not 2; 1 is not 3',
  ]);
});

test('an error is told in the line that says it', () => {
  expect(gist('it ended: not within 30 ms\n    at once')).toBe('it ended: not within 30 ms');
  expect(gist('\nInvalid `prisma.role.count()` invocation:\n\n\npool timeout')).toBe(
    'Invalid `prisma.role.count()` invocation: pool timeout',
  );
  expect(gist('')).toBe('');
});
