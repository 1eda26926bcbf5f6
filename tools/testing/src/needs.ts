import type { TaskMeta, TestContext, TestOptions } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    machineLacks?: string;
  }
}

/** Why this machine cannot run a test, by the test's meta data. */
export function lackOf({ machineLacks }: TaskMeta): string | undefined {
  return machineLacks;
}

/** Whether this machine can do something; the reason is a sentence for a person. */
export type Possible = { ok: true } | { ok: false; reason: string };

/**
 * Options of a test or a suite that is skipped where this machine cannot do what it needs. This and {@link needs} are the
 * ways to skip that CI does not count as a failure.
 */
export function needing(possible: Possible): TestOptions {
  return possible.ok ? {} : { skip: true, meta: { machineLacks: possible.reason } };
}

/** Skips the running test, or from a hook each test, where this machine cannot do what it needs. */
export function needs({ task, skip }: Pick<TestContext, 'task' | 'skip'>, possible: Possible): void {
  if (possible.ok) return;
  task.meta.machineLacks = possible.reason;
  skip(possible.reason);
}
