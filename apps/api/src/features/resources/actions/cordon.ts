import { cordonAnnotations, type CordonNote, type Node } from '@pilothouse/kinds';
import type { ActionOutcome, ActionRun, ImplementationOf } from './action-implementation.ts';
import { readSubject } from './read-subject.ts';

type Cordoned = Pick<Node, 'spec' | 'metadata'>;

/**
 * A patch of one field, none where it is so already (`kubectl/pkg/drain/cordon.go`). The note is kept beside it; without
 * one no old note stays, and the node is as kubectl leaves it.
 */
async function setUnschedulable(
  run: ActionRun,
  wanted: boolean,
  note: CordonNote | null,
): Promise<ActionOutcome> {
  const node = await readSubject<Cordoned>(run);
  const kept = node.metadata?.annotations ?? {};
  const isSo = (node.spec?.unschedulable ?? false) === wanted;
  // who repeats a reason has said nothing new, and whoever gives none leaves the one that is there
  const isNoted = note === null ? wanted || !hasNote(kept) : kept[cordonAnnotations.reason] === note.reason;
  if (isSo && isNoted) return { alreadySo: true, object: node };
  const parts = Object.entries(cordonAnnotations) as [keyof CordonNote, string][];
  const annotations = Object.fromEntries(parts.map(([part, key]) => [key, note?.[part] ?? null]));
  // the uid makes the cluster refuse (409) when the node was replaced meanwhile
  const patch = {
    metadata: {
      uid: node.metadata.uid,
      ...((note !== null || hasNote(kept)) && { annotations }),
    },
    ...(!isSo && { spec: { unschedulable: wanted || null } }),
  };
  return { alreadySo: false, object: await run.writer.patch(patch) };
}

function hasNote(annotations: Record<string, string>): boolean {
  return Object.values(cordonAnnotations).some((key) => key in annotations);
}

/** `kubectl cordon`. */
export const cordon: ImplementationOf<'cordon', { at: string }> = {
  resolve: () => ({ at: new Date().toISOString() }),
  run: (run) => {
    const { reason } = run.parameters;
    const note = reason === '' ? null : { reason, by: run.username, at: run.resolved.at };
    return setUnschedulable(run, true, note);
  },
};

/** `kubectl uncordon`. */
export const uncordon: ImplementationOf<'uncordon'> = { run: (run) => setUnschedulable(run, false, null) };
