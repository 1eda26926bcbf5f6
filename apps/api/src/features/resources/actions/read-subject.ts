import { getObject } from '@pilothouse/kube';
import { AppError } from '../../../http/app-error.ts';
import { shown } from '../written-secret.ts';
import type { ActionRun, ActionSubject, WholeObject } from './action-implementation.ts';

/** Reads the object of a run, a Secret without its values. Throws `changedMeanwhile` where another one has its name by now. */
export async function readSubject<T>(run: ActionSubject & Pick<ActionRun, 'read'>): Promise<WholeObject & T> {
  const object = await getObject<WholeObject & T>(run.connection, run.ref, run.read);
  if (run.uid !== undefined && run.uid !== object.metadata.uid)
    throw new AppError('changedMeanwhile', { what: run.ref.name });
  return shown(run.kind, object);
}
