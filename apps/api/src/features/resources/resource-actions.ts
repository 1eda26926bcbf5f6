import type { kubernetesObject, resourceAction } from '@pilothouse/contract';
import type { Node } from '@pilothouse/kinds';
import { deleteObject, getObject, patchObject } from '@pilothouse/kube';
import type { z } from 'zod';
import { AppError } from '../../http/app-error.ts';
import { namespaceOf, type ServedKind } from './resource-cluster.ts';

export type ResourceAction = z.output<typeof resourceAction>;
type WholeObject = z.output<typeof kubernetesObject>;

/** One object an action is done to, and how. */
export interface ActionRun {
  kind: ServedKind;
  /** `_` where the kind is cluster-scoped. */
  namespace: string;
  name: string;
  /** Another object of the same name is left alone. */
  uid?: string | undefined;
  gracePeriodSeconds?: number | undefined;
  /** Goes out as `Audit-ID` with the changing call, and with no other. */
  auditId: string;
  /** A call that changes something is not given up because nobody waits for it any more. */
  signal?: AbortSignal | undefined;
}

export interface ActionOutcome {
  /** False where it was so already and nothing was sent. */
  done: boolean;
  /** The object as the cluster left it; null once it is gone. */
  object: WholeObject | null;
}

/** Throws `unknownAction` where the kind has no such action. */
export function checkAction({ descriptor }: ServedKind, action: ResourceAction): void {
  if (!descriptor.actions.includes(action)) {
    throw new AppError('unknownAction', { action, plural: descriptor.plural });
  }
}

/** Does an action to one object. Rejects with AppError or KubeError. */
export function act(action: ResourceAction, run: ActionRun): Promise<ActionOutcome> {
  checkAction(run.kind, action);
  return action === 'delete' ? remove(run) : setUnschedulable(run, action === 'cordon');
}

function refOf({ kind, namespace: given, name }: ActionRun) {
  const { group, version, plural } = kind.resource;
  const namespace = namespaceOf(kind, given);
  return { group, version, plural, name, ...(namespace !== undefined && { namespace }) };
}

function signalOf({ signal }: ActionRun): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

/** Deletes one object. Background, as `kubectl delete`: dependents go after the object, whatever the kind's old default is. */
export async function remove(run: ActionRun): Promise<ActionOutcome> {
  const { kind, uid, gracePeriodSeconds, auditId } = run;
  const answer = await deleteObject(kind.cluster.connection, refOf(run), {
    propagationPolicy: 'Background',
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(uid !== undefined && { uid }),
    auditId,
    ...signalOf(run),
  });
  return { done: true, object: answer.kind === 'Status' ? null : (answer as WholeObject) };
}

/** `kubectl cordon` and `uncordon`: a patch of one field, none where it is so already (`kubectl/pkg/drain/cordon.go`). */
async function setUnschedulable(run: ActionRun, wanted: boolean): Promise<ActionOutcome> {
  const { kind, uid, auditId } = run;
  const { connection } = kind.cluster;
  const ref = refOf(run);
  const node = await getObject<WholeObject & Pick<Node, 'spec'>>(connection, ref, signalOf(run));
  if (uid !== undefined && uid !== node.metadata.uid)
    throw new AppError('changedMeanwhile', { what: run.name });
  if ((node.spec?.unschedulable ?? false) === wanted) return { done: false, object: node };
  // the uid makes the cluster refuse (409) when the node was replaced meanwhile
  const patch = { metadata: { uid: node.metadata.uid }, spec: { unschedulable: wanted || null } };
  const patched = await patchObject<WholeObject>(connection, ref, patch, { auditId, ...signalOf(run) });
  return { done: true, object: patched };
}
