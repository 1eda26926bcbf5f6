import type { Summary } from './summary.ts';

/** What came of a run of Vitest, as the tally reporter has it. */
export interface Tally {
  tests: {
    /** From the checkout's root. */
    file: string;
    name: string;
    state: 'passed' | 'failed' | 'skipped' | 'pending';
    retries: number;
    /** Each thing a failed try said, in a line. */
    errors?: string[];
    /** Where this machine cannot run the test: why, see `needs` of @pilothouse/testing. */
    machineLacks?: string | undefined;
  }[];
  /** Those of which a test, a hook or the loading failed. */
  failedFiles: string[];
  /** Errors that belong to no test: where each was met, and the first line of it. */
  otherErrors: string[];
}

/**
 * Counts it. What stops tests from being counted is a failure as well: a file that does not load, a hook that fails, a
 * runner that ends with an error although every test passed, no tally at all. On CI (`strict`) so is a test that was
 * skipped, unless this machine cannot run it.
 */
export function summaryOf(
  tally: Tally | undefined,
  exitCode: number | null,
  { strict = false } = {},
): Summary {
  const summary: Summary = { passed: 0, failed: 0, skipped: 0, notes: [] };
  const lacks = new Map<string, number>();
  for (const { file, name, state, retries, errors = [], machineLacks } of tally?.tests ?? []) {
    const test = `${file} > ${name}`;
    if (state === 'failed')
      summary.notes.push(`failed${retries > 0 ? ' at every try' : ''}: ${test}: ${errors.join('; ')}`);
    else if (retries > 0)
      summary.notes.push(`retried ${retries} times, then ${state}: ${test}: ${errors.join('; ')}`);
    if (state === 'passed' || state === 'failed') summary[state] += 1;
    else if (machineLacks !== undefined) {
      summary.skipped += 1;
      lacks.set(machineLacks, (lacks.get(machineLacks) ?? 0) + 1);
    } else {
      summary[strict ? 'failed' : 'skipped'] += 1;
      summary.notes.push(`${strict ? 'failed, for it was skipped' : 'skipped'} without a reason: ${test}`);
    }
  }
  for (const [reason, count] of lacks) summary.notes.push(`skipped ${count} here: ${reason}`);
  const failed = new Set(tally?.tests.filter(({ state }) => state === 'failed').map(({ file }) => file));
  const others = tally?.failedFiles.filter((file) => !failed.has(file)) ?? [];
  summary.notes.push(...others.map((file) => `failed outside its tests: ${file}`));
  summary.failed += others.length;
  const loose = tally?.otherErrors ?? [];
  summary.notes.push(...loose.map((error) => `failed beside the tests: ${error}`));
  if (exitCode !== 0 && summary.failed === 0) {
    summary.failed = 1;
    if (loose.length === 0) summary.notes.push(`failed: the runner ended with ${exitCode ?? 'a signal'}`);
  }
  return summary;
}

/** What an error says, in a line: the first that has text, and the next with it where that one only leads up to it. */
export function gist(message: string): string {
  const [first = '', second = ''] = message.split('\n').filter((line) => line.trim() !== '');
  return first.endsWith(':') ? `${first} ${second}`.trim() : first;
}
