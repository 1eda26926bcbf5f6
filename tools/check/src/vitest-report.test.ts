import { expect, test } from 'vitest';
import { summaryOfReport } from './vitest-report.ts';

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});

test('adds up the tests of all files', () => {
  const report = {
    testResults: [file('passed', 'passed', 'passed', 'pending'), file('failed', 'passed', 'failed', 'todo')],
  };
  expect(summaryOfReport(report, 1)).toEqual({ passed: 3, failed: 1, skipped: 2 });
});

test('counts a file that does not load as a failure', () => {
  expect(summaryOfReport({ testResults: [file('failed'), file('passed', 'passed')] }, 1)).toEqual({
    passed: 1,
    failed: 1,
    skipped: 0,
  });
});

test('counts a runner that fails beside its tests, or leaves no report, as a failure', () => {
  expect(summaryOfReport({ testResults: [file('passed', 'passed')] }, 1).failed).toBe(1);
  expect(summaryOfReport(undefined, null)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});
