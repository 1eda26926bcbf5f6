import type { WebhookRule } from '@pilothouse/contract';
import type { Database, Prisma, Queries } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import type { SecretBox } from '../../db/secret-box.ts';
import { storedJson } from '../../db/stored-json.ts';
import type { Sender } from './signature.ts';

export interface WebhookRow {
  id: string;
  applicationId: string;
  name: string;
  sender: Sender;
  isEnabled: boolean;
  rule: WebhookRule;
  /** Whose rights it acts with. */
  maker: { userId: string; username: string };
  /** How many instances it has made that are there. */
  made: number;
  createdAt: Date;
  lastDeliveryAt: Date | null;
  /** Calls that were too many. */
  refusedCalls: number;
}

export type WebhookSettings = Pick<WebhookRow, 'name' | 'sender' | 'isEnabled' | 'rule'>;

const table = 'webhooks';
const column = 'sealed_secret';
const include = {
  maker: { select: { username: true } },
  _count: { select: { instances: { where: { isMade: true } } } },
} satisfies Prisma.WebhookInclude;

/** Webhooks and their secrets. */
export class WebhookRepository {
  readonly #database: Database;
  readonly #secrets: SecretBox;

  constructor(database: Database, secrets: SecretBox) {
    this.#database = database;
    this.#secrets = secrets;
  }

  /** By name. */
  async list(applicationId: string): Promise<WebhookRow[]> {
    const rows = await this.#database.prisma.webhook.findMany({
      where: { applicationId },
      include,
      orderBy: [{ name: 'asc' }, { id: 'asc' }],
    });
    return rows.map(rowOf);
  }

  /** Null where there is none. */
  async find(id: string): Promise<WebhookRow | null> {
    const row = await this.#database.prisma.webhook.findUnique({ where: { id }, include });
    return row === null ? null : rowOf(row);
  }

  /** Null where there is none. Throws where it was sealed for another place. */
  async secretOf(id: string): Promise<string | null> {
    const row = await this.#database.prisma.webhook.findUnique({
      where: { id },
      select: { sealedSecret: true },
    });
    return row === null ? null : this.#secrets.open(table, id, column, row.sealedSecret).toString('utf8');
  }

  /** How many an application has; whoever makes another one waits until the transaction ends. */
  async count(queries: Queries, applicationId: string): Promise<number> {
    await queries.$queryRaw`SELECT id FROM tree_nodes WHERE id = ${applicationId} FOR UPDATE`;
    return queries.webhook.count({ where: { applicationId } });
  }

  /** Its id. */
  async create(queries: Queries, { applicationId, settings, makerId, secret }: NewWebhook): Promise<string> {
    const id = newId();
    const sealedSecret = this.#secrets.seal(table, id, column, secret);
    const data = { ...columnsOf(settings), id, applicationId, makerId, sealedSecret, createdAt: new Date() };
    await queries.webhook.create({ data });
    return id;
  }

  async update(id: string, settings: WebhookSettings, makerId: string): Promise<void> {
    await this.#database.prisma.webhook.update({
      where: { id },
      data: { ...columnsOf(settings), makerId },
    });
  }

  async setSecret(id: string, secret: string, makerId: string): Promise<void> {
    const sealedSecret = this.#secrets.seal(table, id, column, secret);
    await this.#database.prisma.webhook.update({ where: { id }, data: { sealedSecret, makerId } });
  }

  async remove(id: string): Promise<void> {
    await this.#database.prisma.webhook.deleteMany({ where: { id } });
  }

  /** Adds calls that were too many; of webhooks that are not there nothing is kept. */
  async addRefused(id: string, calls: number): Promise<void> {
    await this.#database.prisma.webhook.updateMany({
      where: { id },
      data: { refusedCalls: { increment: calls } },
    });
  }

  /** Takes it for `forMs`, for one of all processes; false where another one has it. */
  async take(id: string, by: string, forMs: number): Promise<boolean> {
    const now = new Date();
    const { count } = await this.#database.prisma.webhook.updateMany({
      where: { id, OR: [{ busyUntil: null }, { busyUntil: { lt: now } }] },
      data: { busyBy: by, busyUntil: new Date(now.getTime() + forMs) },
    });
    return count > 0;
  }

  /** Gives back what {@link take} took. */
  async giveBack(id: string, by: string): Promise<void> {
    await this.#database.prisma.webhook.updateMany({
      where: { id, busyBy: by },
      data: { busyBy: null, busyUntil: null, lastDeliveryAt: new Date() },
    });
  }
}

interface NewWebhook {
  applicationId: string;
  settings: WebhookSettings;
  makerId: string;
  secret: string;
}

function columnsOf({ rule, ...settings }: WebhookSettings) {
  return { ...settings, rule: storedJson(rule) };
}

function rowOf(row: Prisma.WebhookGetPayload<{ include: typeof include }>): WebhookRow {
  const { id, applicationId, name, isEnabled, createdAt, lastDeliveryAt, refusedCalls } = row;
  const { makerId, maker, _count } = row;
  return {
    id,
    applicationId,
    name,
    sender: row.sender as Sender,
    isEnabled,
    rule: row.rule as unknown as WebhookRule,
    maker: { userId: makerId, username: maker.username },
    made: _count.instances,
    createdAt,
    lastDeliveryAt,
    refusedCalls,
  };
}
