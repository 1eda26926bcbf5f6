import { AppError } from '../../../http/app-error.ts';
import type { ActionOutcome, ActionRun, ImplementationOf } from './action-implementation.ts';
import { readSubject } from './read-subject.ts';

interface Changes {
  set: Record<string, string>;
  remove: string[];
  overwrite: boolean;
}

/** Sets and removes keys, whatever else of the object changes meanwhile (`cmd/label/label.go`). */
async function change(run: ActionRun<Changes>, field: 'labels' | 'annotations'): Promise<ActionOutcome> {
  const object = await readSubject<object>(run);
  const { set, remove, overwrite } = run.parameters;
  const current = (object.metadata[field] ?? {}) as Record<string, string>;
  const differing = Object.entries(set).filter(([key, value]) => current[key] !== value);
  const taken = differing.find(([key]) => key in current);
  if (taken !== undefined && !overwrite)
    throw new AppError('keyHasValue', { key: taken[0], value: current[taken[0]] ?? '' });
  const removed = remove.filter((key) => key in current);
  if (differing.length + removed.length === 0) return { alreadySo: true, object };
  const changes = Object.fromEntries([...differing, ...removed.map((key) => [key, null] as const)]);
  const patch = { metadata: { uid: object.metadata.uid, [field]: changes } };
  return { alreadySo: false, object: await run.writer.patch(patch) };
}

/** `kubectl label`. */
export const label: ImplementationOf<'label'> = { run: (run) => change(run, 'labels') };

/** `kubectl annotate`. */
export const annotate: ImplementationOf<'annotate'> = { run: (run) => change(run, 'annotations') };
