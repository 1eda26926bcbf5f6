/** Some of several did not work: which, and why the first of them. */
export class SomeFailed extends Error {
  readonly code = 'someFailed';
  readonly params: Record<string, string | number>;
  constructor(failures: readonly { name: string; reason: string }[], total: number) {
    super(failures.map(({ name, reason }) => `${name}: ${reason}`).join('; '));
    this.params = {
      failed: failures.length,
      total,
      failures: failures.map(({ name, reason }) => `${name}: ${reason}`).join('; '),
    };
  }
}

/**
 * Does something to each, one after the other, and goes on where one fails.
 * @param reasonOf says a failure in the reader's language.
 */
export async function runEach<T extends { name: string }>(
  subjects: readonly T[],
  run: (subject: T) => Promise<unknown>,
  reasonOf: (error: unknown) => string,
): Promise<void> {
  const failures: { name: string; reason: string; error: unknown }[] = [];
  for (const subject of subjects) {
    try {
      await run(subject);
    } catch (error) {
      failures.push({ name: subject.name, reason: reasonOf(error), error });
    }
  }
  const [first] = failures;
  if (first === undefined) return;
  if (subjects.length === 1) throw first.error;
  throw new SomeFailed(failures, subjects.length);
}
