/** Outcome of a runner: each check step and each test counts as one. */
export interface Summary {
  passed: number;
  failed: number;
  skipped: number;
  /** What a person should know beside the numbers: what was retried, what was skipped and why. */
  notes: string[];
}

export function addSummaries(summaries: readonly Summary[]): Summary {
  const sum: Summary = { passed: 0, failed: 0, skipped: 0, notes: [] };
  for (const { passed, failed, skipped, notes } of summaries) {
    sum.passed += passed;
    sum.failed += failed;
    sum.skipped += skipped;
    sum.notes.push(...notes);
  }
  return sum;
}

/** The line CI reads. */
export function summaryLine({ passed, failed }: Summary): string {
  return `${passed} passed, ${failed} failed`;
}
