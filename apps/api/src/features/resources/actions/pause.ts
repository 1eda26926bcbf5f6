import type { ActionOutcome, ActionRun, ImplementationOf } from './action-implementation.ts';
import { readSubject } from './read-subject.ts';

interface Pausable {
  spec?: { paused?: boolean };
}

/** `polymorphichelpers/objectpauser.go` and `objectresumer.go`; resuming leaves the field out again. */
async function setPaused(run: ActionRun, wanted: boolean): Promise<ActionOutcome> {
  const deployment = await readSubject<Pausable>(run);
  if ((deployment.spec?.paused ?? false) === wanted) return { alreadySo: true, object: deployment };
  const patch = { metadata: { uid: deployment.metadata.uid }, spec: { paused: wanted || null } };
  return { alreadySo: false, object: await run.writer.patch(patch) };
}

/** `kubectl rollout pause`. */
export const pause: ImplementationOf<'pause'> = { run: (run) => setPaused(run, true) };

/** `kubectl rollout resume`. */
export const resume: ImplementationOf<'resume'> = { run: (run) => setPaused(run, false) };
