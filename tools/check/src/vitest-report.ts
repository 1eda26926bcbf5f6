import type { Summary } from './summary.ts';

/** The part of Vitest's JSON report (Jest's format) that is counted. */
interface Report {
  testResults: {
    status: string;
    assertionResults: { status: string }[];
  }[];
}

/**
 * Counts a report. What stops tests from being counted is a failure as well: a file that does not load, a runner that
 * ends with an error although every test passed (an unhandled rejection), no report at all.
 */
export function summaryOfReport(report: unknown, exitCode: number | null): Summary {
  const summary = { passed: 0, failed: 0, skipped: 0 };
  for (const file of (report as Report | undefined)?.testResults ?? []) {
    const failedBefore = summary.failed;
    for (const { status } of file.assertionResults) {
      if (status === 'passed') summary.passed += 1;
      else if (status === 'failed') summary.failed += 1;
      else summary.skipped += 1;
    }
    if (file.status === 'failed' && summary.failed === failedBefore) summary.failed += 1;
  }
  if (exitCode !== 0 && summary.failed === 0) summary.failed = 1;
  return summary;
}
