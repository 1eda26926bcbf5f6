import { actions, isActionOn, type Action, type ActionId, type ActionTarget } from '@pilothouse/contract';
import { getObject } from '@pilothouse/kube';
import type { ObjectHistory, OpenChange } from '../../../clusters/object-history.ts';
import { AppError } from '../../../http/app-error.ts';
import { namespaceOf, type ServedKind } from '../resource-cluster.ts';
import { shown } from '../written-secret.ts';
import type { ActionOutcome, ActionSubject } from './action-implementation.ts';
import { implementations } from './index.ts';

export interface ActionCall {
  parameters: unknown;
  /** What `resolve` fixed. */
  resolved: unknown;
  dryRun: boolean;
  /** Goes out as `Audit-ID` with the changing call, and with no other. */
  auditId: string;
  /** On whose behalf; null where it is the platform's own doing. */
  user: { userId: string | null; username: string };
  /** Told what the cluster warns of. */
  onWarnings?: (warnings: string[]) => void;
}

/** Throws `unknownAction` where the kind has no such action. */
export function checkAction({ resource }: ServedKind, id: ActionId): void {
  const { group, plural } = resource;
  if (!isActionOn(actions[id] as Pick<Action, 'on'>, group === '' ? 'core' : group, plural))
    throw new AppError('unknownAction', { action: id, plural });
}

/** The object an action is done to. */
export function subjectOf(
  kind: ServedKind,
  { namespace: given = '_', name, uid }: ActionTarget,
  signal?: AbortSignal,
): ActionSubject {
  const { group, version, plural } = kind.resource;
  const namespace = namespaceOf(kind, given);
  const ref = { group, version, plural, name, ...(namespace !== undefined && { namespace }) };
  return { kind, connection: kind.cluster.connection, ref, uid, signal };
}

/**
 * Does an action to one object, and keeps what it was before and after; of a Secret `reveal` alone answers values.
 * Rejects with AppError or KubeError.
 */
export async function act(
  id: ActionId,
  subject: ActionSubject,
  call: ActionCall,
  history: ObjectHistory,
): Promise<ActionOutcome> {
  const { parameters, resolved, dryRun, auditId, onWarnings } = call;
  const read = subject.signal === undefined ? {} : { signal: subject.signal };
  const write = { ...read, dryRun, auditId, ...(onWarnings && { onWarnings }) };
  const run = { ...subject, parameters, resolved, dryRun, read, write };
  const kept = dryRun || !leavesHistory(id, subject) ? undefined : await begin(id, subject, call, history);
  const outcome = await implementations[id].run(run).catch(async (error: unknown) => {
    await kept?.failed(error);
    throw error;
  });
  await kept?.written(outcome.object);
  return id === 'reveal' ? outcome : { ...outcome, object: shown(subject.kind, outcome.object) };
}

/** Not reading, and not pods that go: they come and go by thousands. */
function leavesHistory(id: ActionId, { kind: { resource } }: ActionSubject): boolean {
  const isPod = resource.group === '' && resource.plural === 'pods';
  return id !== 'reveal' && !(id === 'delete' && isPod);
}

async function begin(
  verb: ActionId,
  { kind, connection, ref, signal }: ActionSubject,
  { auditId, user }: ActionCall,
  history: ObjectHistory,
): Promise<OpenChange> {
  const before = await getObject(connection, ref, signal === undefined ? {} : { signal });
  const { group, plural } = kind.resource;
  const { namespace, name } = ref;
  return history.begin({
    verb,
    auditId,
    user,
    cluster: kind.cluster,
    group,
    plural,
    namespace,
    name,
    before,
  });
}
