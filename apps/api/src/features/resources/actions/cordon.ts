import type { Node } from '@pilothouse/kinds';
import type { ActionOutcome, ActionRun, ImplementationOf } from './action-implementation.ts';
import { readSubject } from './read-subject.ts';

/** A patch of one field, none where it is so already (`kubectl/pkg/drain/cordon.go`). */
async function setUnschedulable(run: ActionRun, wanted: boolean): Promise<ActionOutcome> {
  const node = await readSubject<Pick<Node, 'spec'>>(run);
  if ((node.spec?.unschedulable ?? false) === wanted) return { alreadySo: true, object: node };
  // the uid makes the cluster refuse (409) when the node was replaced meanwhile
  const patch = { metadata: { uid: node.metadata.uid }, spec: { unschedulable: wanted || null } };
  return { alreadySo: false, object: await run.writer.patch(patch) };
}

/** `kubectl cordon`. */
export const cordon: ImplementationOf<'cordon'> = { run: (run) => setUnschedulable(run, true) };

/** `kubectl uncordon`. */
export const uncordon: ImplementationOf<'uncordon'> = { run: (run) => setUnschedulable(run, false) };
