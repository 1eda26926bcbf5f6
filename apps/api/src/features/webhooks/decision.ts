import type { webhookOutcome, WebhookResultCode } from '@pilothouse/contract';
import type { z } from 'zod';
import { AppError } from '../../http/app-error.ts';
import { toAppError } from '../../http/error-handler.ts';
import type { Instances } from './instances.ts';
import type { MadeInstance, MadeInstances } from './made-instance.repository.ts';
import type { Push } from './push.ts';
import { instanceImage, instanceName, isNamedByRef, passedOver } from './rule.ts';
import type { WebhookRow } from './webhook.repository.ts';

/** What came of a push, or would come. */
export interface Result {
  outcome: z.output<typeof webhookOutcome>;
  /** Where it failed an error's. */
  code: string;
  params: Record<string, string | number>;
  instance: { id: string | null; name: string; image: string } | null;
}

/** What is to be done, and how that reads. */
export interface Decision {
  result: Result;
  act:
    | { kind: 'nothing' }
    | { kind: 'create' }
    | { kind: 'update'; id: string; isMade: boolean }
    | { kind: 'remove'; ids: string[]; at: Date };
}

const dayMs = 86_400_000;

/** What a webhook's rule makes of a push, now. Throws what stands in the way of it. */
export async function decide(
  { instances, made }: { instances: Pick<Instances, 'named'>; made: MadeInstances },
  webhook: WebhookRow,
  push: Push,
): Promise<Decision> {
  const { rule } = webhook;
  if (!webhook.isEnabled) return nothing('disabled');
  const why = passedOver(rule, push);
  if (why !== null) return nothing(why, { event: push.event, repository: push.repository, ref: push.ref });
  if (push.isDeleted) return removal(rule.removeAfterDays, push, await made.ofRef(webhook.id, push));

  const [name, image] = [instanceName(rule, push), instanceImage(rule, push)];
  const found = await instances.named(webhook.applicationId, rule.namespaceId, name);
  if (found === null) {
    if (webhook.made >= rule.maxInstances)
      throw new AppError('tooManyInstances', { limit: rule.maxInstances });
    return {
      result: {
        outcome: 'done',
        code: 'create',
        params: { name, image },
        instance: { id: null, name, image },
      },
      act: { kind: 'create' },
    };
  }
  const known = await made.find(webhook.id, found.id);
  if (known === null && isNamedByRef(rule)) throw new AppError('instanceNotOfWebhook', { name });
  const instance = { id: found.id, name, image: found.image };
  if (known !== null && isOlder(known, push)) return nothing('older', { name }, instance);
  if (found.image === image && known?.commit === push.commit && known.removeAt === null)
    return nothing('same', { name }, instance);
  return {
    result: { outcome: 'done', code: 'update', params: { name, image }, instance: { ...instance, image } },
    act: { kind: 'update', id: found.id, isMade: known?.isMade ?? false },
  };
}

/** How a failure reads in a delivery. */
export function failed(error: unknown): Result {
  const { code, params } = toAppError(error);
  const kept = Object.entries(params).filter(([, value]) => ['string', 'number'].includes(typeof value));
  return { outcome: 'failed', code, params: Object.fromEntries(kept) as Result['params'], instance: null };
}

/** Whether another commit has come meanwhile. What says that it follows the one that is there, does, whatever its time. */
function isOlder({ commit, committedAt }: MadeInstance, push: Push): boolean {
  if (commit === null || push.before === commit) return false;
  return committedAt !== null && push.committedAt !== null && new Date(push.committedAt) < committedAt;
}

function removal(afterDays: number | null, push: Push, found: readonly MadeInstance[]): Decision {
  const [first] = found;
  if (first === undefined) return nothing('noInstance', { ref: push.ref });
  const name = found.map((each) => each.name).join(', ');
  if (afterDays === null) return nothing('keep', { name });
  const planned = found.filter(({ removeAt }) => removeAt === null).map(({ id }) => id);
  if (planned.length === 0) return nothing('same', { name });
  const at = new Date(Date.now() + afterDays * dayMs);
  return {
    result: { outcome: 'done', code: 'remove', params: { name, at: at.toISOString() }, instance: null },
    act: { kind: 'remove', ids: planned, at },
  };
}

function nothing(
  code: WebhookResultCode,
  params: Result['params'] = {},
  instance: Result['instance'] = null,
): Decision {
  return { result: { outcome: 'nothing', code, params, instance }, act: { kind: 'nothing' } };
}
