/** Outcome of a runner: each check step and each test counts as one. */
export interface Summary {
  passed: number;
  failed: number;
  skipped: number;
}

export function addSummaries(summaries: readonly Summary[]): Summary {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of summaries) {
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
  }
  return sum;
}

/** The line CI reads. */
export function summaryLine({ passed, failed }: Summary): string {
  return `${passed} passed, ${failed} failed`;
}
