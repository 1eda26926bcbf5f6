import type { ParametersOf, PlanOf } from '@pilothouse/contract';
import { AppError } from '../../../http/app-error.ts';
import type { ActionOutcome, ActionRun, ImplementationOf, WholeObject } from './action-implementation.ts';
import { readSubject } from './read-subject.ts';
import { checkSeen, onPresent, patchTested, readEach, seenOf } from './seen.ts';

type Changes = ParametersOf<'label'>;
type Field = 'labels' | 'annotations';
type PlannedObject = PlanOf<'label'>['objects'][number];

/** What becomes of each key; null is none. */
interface KeyChange {
  key: string;
  from: string | null;
  to: string | null;
}

/** The keys a change is about, as they are: those it would change, and those that are so already. */
function compare(
  object: WholeObject,
  field: Field,
  { set, remove }: Changes,
): { touched: KeyChange[]; changes: KeyChange[] } {
  const current = new Map(Object.entries((object.metadata[field] ?? {}) as Record<string, string>));
  const touched = [
    ...Object.entries(set).map(([key, to]) => ({ key, from: current.get(key) ?? null, to })),
    ...remove.map((key) => ({ key, from: current.get(key) ?? null, to: null })),
  ];
  return { touched, changes: touched.filter(({ from, to }) => from !== to) };
}

/** What changes, once that is allowed; null where it is so already (`cmd/label/label.go`). */
function allowed(run: ActionRun<Changes>, object: WholeObject, field: Field): KeyChange[] | null {
  const { touched, changes } = compare(object, field, run.parameters);
  if (changes.length === 0) return null;
  checkSeen(run, touched);
  const taken = changes.find(({ from, to }) => from !== null && to !== null);
  if (taken !== undefined && !run.parameters.overwrite)
    throw new AppError('keyHasValue', { key: taken.key, value: taken.from ?? '' });
  return changes;
}

/** A key as a step of a JSON pointer. */
const pointer = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1');

async function setLabels(run: ActionRun<Changes>): Promise<ActionOutcome> {
  const object = await readSubject<object>(run);
  const changes = allowed(run, object, 'labels');
  if (changes === null) return { alreadySo: true, object };
  const isFirst = object.metadata['labels'] === undefined;
  const none = isFirst ? [{ op: 'test', path: '/metadata/labels', value: null } as const] : [];
  const steps = changes.map(({ key, from, to }) => {
    const path = `/metadata/labels/${pointer(key)}`;
    const test = isFirst ? [] : [{ op: 'test', path, value: from } as const];
    return {
      test,
      change: to === null ? ({ op: 'remove', path } as const) : ({ op: 'add', path, value: to } as const),
    };
  });
  const map = isFirst ? [{ op: 'add', path: '/metadata/labels', value: {} } as const] : [];
  const patch = [...none, ...steps.flatMap(({ test }) => test), ...map, ...steps.map(({ change }) => change)];
  return { alreadySo: false, object: await patchTested(run, object, patch) };
}

/** `kubectl label`: only the keys it is about, whatever else of the object changes meanwhile. */
export const label: ImplementationOf<'label'> = {
  run: (run) => onPresent(() => setLabels(run)),
  async plan(subjects, parameters) {
    const objects = await readEach<object, PlannedObject>(subjects, ({ ref, uid = '' }, object) => {
      const place = { namespace: ref.namespace ?? null, name: ref.name };
      if (object === null) return { ...place, uid, isGone: true, seen: '', changes: [] };
      const { touched, changes } = compare(object, 'labels', parameters);
      return { ...place, uid: object.metadata.uid, isGone: false, seen: seenOf(touched), changes };
    });
    return { objects };
  },
};

/** `kubectl annotate`. */
export const annotate: ImplementationOf<'annotate'> = {
  async run(run) {
    const object = await readSubject<object>(run);
    const changes = allowed(run, object, 'annotations');
    if (changes === null) return { alreadySo: true, object };
    const annotations = Object.fromEntries(changes.map(({ key, to }) => [key, to]));
    const patch = { metadata: { uid: object.metadata.uid, annotations } };
    return { alreadySo: false, object: await run.writer.patch(patch) };
  },
};
