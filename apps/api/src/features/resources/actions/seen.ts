import { createHash } from 'node:crypto';
import { KubeError } from '@pilothouse/kube';
import { AppError } from '../../../http/app-error.ts';
import { runPool } from '../../../operations/item-pool.ts';
import { fromKubeError } from '../../../http/kube-error.ts';
import type { ActionRun, ActionSubject, WholeObject } from './action-implementation.ts';
import { readSubject } from './read-subject.ts';

/** Objects read at once for a plan. */
const readers = 10;

/** What a plan has seen of an object, to be given back with the action. */
export function seenOf(part: unknown): string {
  return createHash('sha256').update(JSON.stringify(part)).digest('base64url');
}

/** Throws `changedMeanwhile` where a plan was seen that told otherwise of the object. */
export function checkSeen({ seen, ref }: ActionSubject, part: unknown): void {
  if (seen !== undefined && seen !== seenOf(part)) throw new AppError('changedMeanwhile', { what: ref.name });
}

interface JsonPatchStep {
  op: 'test' | 'add' | 'replace' | 'remove';
  path: string;
  /** Of a test: null also where there is nothing. */
  value?: unknown;
}

/** So often an action is done again on what is there by then. */
const mostAttempts = 5;

/** A test of a patch did not hold: what was read is old. */
class FailedTest extends AppError {}

/**
 * Does it again while a test of {@link patchTested} fails: what has changed may be another part of the same field (the
 * taints that the node controller sets beside ours). Whether it still is what was meant, each attempt judges anew.
 */
export async function onPresent<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = mostAttempts - 1; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof FailedTest) || left === 0) throw error;
    }
  }
}

/** Patches the object where all tests among the steps hold, else `changedMeanwhile`: whatever else of it changes. */
export async function patchTested(
  run: ActionRun,
  { metadata }: WholeObject,
  steps: readonly JsonPatchStep[],
): Promise<WholeObject> {
  try {
    return await run.writer.patch([{ op: 'test', path: '/metadata/uid', value: metadata.uid }, ...steps]);
  } catch (error) {
    if (!isFailedTest(error)) throw error;
    throw new FailedTest(
      'changedMeanwhile',
      { what: run.ref.name },
      undefined,
      fromKubeError(error)?.details,
    );
  }
}

/**
 * All that an apiserver says of a patch that it cannot apply (`NewGenericServerResponse` of 422); what is wrong with it
 * is left out. Refusals of what a patch would make of the object name fields, those of webhooks the webhook.
 */
const notApplicable = 'the server rejected our request due to an error in our request';

function isFailedTest(error: unknown): boolean {
  return error instanceof KubeError && error.is(422) && error.statusObject?.message === notApplicable;
}

interface Identified {
  metadata: { uid: string };
}

/** Reads each object for a plan, in the order given; null where it is not there any more, or another one by now. */
export async function readEach<T, R>(
  subjects: readonly ActionSubject[],
  view: (subject: ActionSubject, object: (WholeObject & Identified & T) | null) => R | Promise<R>,
): Promise<R[]> {
  const items = subjects.map((subject, index) => ({ subject, index }));
  const found: R[] = [];
  await runPool(items, { concurrency: readers, mayGoOn: () => true }, async ({ subject, index }) => {
    found[index] = await view(subject, await readPresent<T>(subject));
  });
  return found;
}

async function readPresent<T>(subject: ActionSubject): Promise<(WholeObject & Identified & T) | null> {
  try {
    const { signal } = subject;
    return await readSubject<Identified & T>({ ...subject, read: signal === undefined ? {} : { signal } });
  } catch (error) {
    if (error instanceof KubeError && error.is(404)) return null;
    if (error instanceof AppError && error.code === 'changedMeanwhile') return null;
    throw error;
  }
}
