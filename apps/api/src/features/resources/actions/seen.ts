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

/** Patches the object where all tests among the steps hold, else `changedMeanwhile`: whatever else of it changes. */
export async function patchTested(
  run: ActionRun,
  { metadata }: WholeObject,
  steps: readonly JsonPatchStep[],
): Promise<WholeObject> {
  try {
    return await run.writer.patch([{ op: 'test', path: '/metadata/uid', value: metadata.uid }, ...steps]);
  } catch (error) {
    const isFailedTest =
      error instanceof KubeError && error.status === 422 && /test(ing value \S+)? failed/.test(textOf(error));
    if (!isFailedTest) throw error;
    throw new AppError('changedMeanwhile', { what: run.ref.name }, undefined, fromKubeError(error)?.details);
  }
}

function textOf({ message, statusObject }: KubeError): string {
  const causes = statusObject?.details?.causes ?? [];
  return [message, statusObject?.message, ...causes.map((cause) => cause.message)].join('\n');
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
