import type { Database, Prisma, Queries } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import type { Push } from './push.ts';

/** What an instance was last set to by a webhook. */
export interface MadeInstance {
  id: string;
  instanceId: string;
  name: string;
  isMade: boolean;
  kind: string;
  ref: string;
  commit: string | null;
  committedAt: Date | null;
  removeAt: Date | null;
}

/** An instance whose time has come. */
export interface DueInstance extends MadeInstance {
  webhookId: string;
  webhook: string;
  applicationId: string;
  maker: { userId: string; username: string };
}

/** The longest that its column holds. */
const longestRef = 300;

/** Which instances webhooks have made or set, and for which branch or tag. */
export class MadeInstances {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Null where the webhook did nothing to it. */
  async find(webhookId: string, instanceId: string): Promise<MadeInstance | null> {
    const row = await this.#database.prisma.webhookInstance.findUnique({
      where: { webhookId_instanceId: { webhookId, instanceId } },
      include,
    });
    return row === null ? null : rowOf(row);
  }

  /** Those that it made for a branch or a tag. */
  async ofRef(webhookId: string, { kind, ref }: Pick<Push, 'kind' | 'ref'>): Promise<MadeInstance[]> {
    if (kind === null) return [];
    const rows = await this.#database.prisma.webhookInstance.findMany({
      where: { webhookId, kind, ref: ref.slice(0, longestRef), isMade: true },
      include,
      orderBy: { id: 'asc' },
    });
    return rows.map(rowOf);
  }

  /** Remembers what it is now; what was to be removed stays. */
  async set(
    queries: Queries,
    webhookId: string,
    { id: instanceId, isMade }: { id: string; isMade: boolean },
    push: Push,
  ): Promise<void> {
    const values = {
      kind: push.kind ?? '',
      ref: push.ref.slice(0, longestRef),
      commit: push.commit,
      committedAt: push.committedAt === null ? null : new Date(push.committedAt),
      removeAt: null,
    };
    await queries.webhookInstance.upsert({
      where: { webhookId_instanceId: { webhookId, instanceId } },
      create: { id: newId(), webhookId, instanceId, isMade, ...values },
      update: values,
    });
  }

  async setRemoveAt(ids: readonly string[], removeAt: Date | null): Promise<void> {
    await this.#database.prisma.webhookInstance.updateMany({
      where: { id: { in: [...ids] } },
      data: { removeAt },
    });
  }

  /** One whose time has come, put off by `forMs`, so that no other process takes it meanwhile. */
  takeDue(now: Date, forMs: number): Promise<DueInstance | null> {
    return this.#database.transaction(async (queries) => {
      const [due] = await queries.$queryRaw<{ id: string }[]>`
        SELECT id FROM webhook_instances WHERE remove_at <= ${now}
        ORDER BY remove_at LIMIT 1 FOR UPDATE SKIP LOCKED`;
      if (due === undefined) return null;
      const row = await queries.webhookInstance.update({
        where: { id: due.id },
        data: { removeAt: new Date(now.getTime() + forMs) },
        include: { ...include, webhook: { include: { maker: { select: { username: true } } } } },
      });
      const { webhook } = row;
      return {
        ...rowOf(row),
        webhookId: webhook.id,
        webhook: webhook.name,
        applicationId: webhook.applicationId,
        maker: { userId: webhook.makerId, username: webhook.maker.username },
      };
    });
  }
}

const include = { instance: { select: { name: true } } } satisfies Prisma.WebhookInstanceInclude;

function rowOf({
  instance,
  ...row
}: Prisma.WebhookInstanceGetPayload<{ include: typeof include }>): MadeInstance {
  return { ...row, name: instance.name };
}
