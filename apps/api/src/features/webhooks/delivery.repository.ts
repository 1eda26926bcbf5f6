import { isUniqueViolation } from '../../db/database-error.ts';
import type { Database, Prisma } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { storedJson } from '../../db/stored-json.ts';
import type { Result } from './decision.ts';
import type { Push } from './push.ts';

export interface DeliveryRow {
  id: string;
  at: Date;
  push: Push;
  isRepeat: boolean;
  result: Result;
}

/** What webhooks got, and what came of it. */
export class DeliveryRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Its id; null where the webhook got a body of this digest before. Says `failed` until {@link end}.
   * @param digest null: it repeats an earlier one
   */
  async begin(webhookId: string, digest: string | null, push: Push): Promise<string | null> {
    const id = newId();
    try {
      await this.#database.prisma.webhookDelivery.create({
        data: { id, webhookId, digest, at: new Date(), push: storedJson(push), ...columnsOf(interrupted) },
      });
      return id;
    } catch (error) {
      if (isUniqueViolation(error)) return null;
      throw error;
    }
  }

  async end(id: string, result: Result): Promise<void> {
    await this.#database.prisma.webhookDelivery.update({ where: { id }, data: columnsOf(result) });
  }

  /** The newest first. */
  async page(
    webhookId: string,
    { page, pageSize }: { page: number; pageSize: number },
  ): Promise<{ rows: DeliveryRow[]; total: number }> {
    const { prisma } = this.#database;
    const where = { webhookId };
    const [rows, total] = await Promise.all([
      prisma.webhookDelivery.findMany({
        where,
        orderBy: { id: 'desc' },
        skip: (page - 1) * pageSize,
        take: pageSize,
      }),
      prisma.webhookDelivery.count({ where }),
    ]);
    return { rows: rows.map(rowOf), total };
  }

  /** Null where there is none of the webhook. */
  async find(webhookId: string, id: string): Promise<DeliveryRow | null> {
    const row = await this.#database.prisma.webhookDelivery.findFirst({ where: { id, webhookId } });
    return row === null ? null : rowOf(row);
  }

  /** Drops up to `most` of those before; returns how many. */
  async prune(before: Date, most: number): Promise<number> {
    const { count } = await this.#database.prisma.webhookDelivery.deleteMany({
      where: { at: { lt: before } },
      limit: most,
    });
    return count;
  }
}

/** The process was gone before it could say how it ended. */
const interrupted: Result = { outcome: 'failed', code: 'internal', params: {}, instance: null };

function columnsOf({ outcome, ...result }: Result) {
  return { outcome, result: storedJson(result) };
}

function rowOf(row: Prisma.WebhookDeliveryGetPayload<object>): DeliveryRow {
  const result = row.result as unknown as Omit<Result, 'outcome'>;
  return {
    id: row.id,
    at: row.at,
    push: row.push as unknown as Push,
    isRepeat: row.digest === null,
    result: { outcome: row.outcome as Result['outcome'], ...result },
  };
}
