import {
  actions,
  isActionOn,
  type Action,
  type ActionId,
  type ActionTarget,
  type QuickActionId,
} from '@pilothouse/contract';
import { AppError } from '../../../http/app-error.ts';
import { namespaceOf, type ServedKind } from '../resource-cluster.ts';
import type { Writer } from '../writer.ts';
import { shown } from '../written-secret.ts';
import type { ActionOutcome, ActionSubject } from './action-implementation.ts';
import { implementations } from './index.ts';
import { SubjectWriter } from './subject-writer.ts';

export interface ActionCall {
  parameters: unknown;
  /** What `resolve` fixed. */
  resolved: unknown;
  dryRun: boolean;
  /** Goes out as `Audit-ID` with the changing call, and with no other. */
  auditId: string;
  /** On whose behalf: what is written is held to their rights. */
  user: { userId: string; username: string };
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
  { namespace: given = '_', name, uid, seen }: ActionTarget,
  signal?: AbortSignal,
): ActionSubject {
  const { group, version, plural } = kind.resource;
  const namespace = namespaceOf(kind, given);
  const ref = { group, version, plural, name, ...(namespace !== undefined && { namespace }) };
  return { kind, connection: kind.cluster.connection, ref, uid, seen, signal };
}

/** Does an action to one object; of a Secret `reveal` alone answers values. Rejects with AppError or KubeError. */
export async function act(
  id: QuickActionId,
  subject: ActionSubject,
  call: ActionCall,
  writer: Writer,
): Promise<ActionOutcome> {
  const { parameters, resolved, dryRun, auditId, user, onWarnings } = call;
  const { kind, signal } = subject;
  const read = signal === undefined ? {} : { signal };
  const how = { ...read, subject: user, auditId, verb: id, dryRun, onWarnings };
  const run = {
    ...subject,
    username: user.username,
    parameters,
    resolved,
    read,
    writer: new SubjectWriter(writer, subject, how),
  };
  const outcome = await implementations[id].run(run);
  return id === 'reveal' ? outcome : { ...outcome, object: shown(kind, outcome.object) };
}
