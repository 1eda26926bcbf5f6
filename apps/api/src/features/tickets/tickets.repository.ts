import type { TicketRequest } from '@pilothouse/contract';
import { readToken } from '../../authz/api-tokens.repository.ts';
import type { Database } from '../../db/database.ts';

export interface TicketRow {
  id: string;
  userId: string;
  username: string;
  /** Of whom the API token is that asked for it. */
  makerId?: string;
  sessionId: string;
  purpose: string;
  /** The contract's ticketRequest. */
  request: unknown;
  expiresAt: Date;
  usedAt: Date | null;
}

/** Tickets that nobody redeemed are kept this long, so that late use can be told from invention in the audit. */
export const keptMs = 10 * 60_000;

export class TicketsRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async insert(ticket: {
    id: string;
    tokenHash: string;
    userId: string;
    sessionId: string;
    purpose: string;
    request: TicketRequest;
    createdAt: Date;
    expiresAt: Date;
  }): Promise<void> {
    await this.#database.prisma.ticket.create({ data: ticket });
  }

  /**
   * Uses a ticket up: of all replicas exactly one gets `taken`. The row comes along where there is one, used or
   * expired as it may be, so that the attempt can be laid at somebody's door.
   */
  async take(tokenHash: string, at: Date): Promise<{ taken: boolean; ticket: TicketRow | undefined }> {
    const { prisma } = this.#database;
    const { count } = await prisma.ticket.updateMany({
      where: { tokenHash, usedAt: null, expiresAt: { gt: at } },
      data: { usedAt: at },
    });
    const row = await prisma.ticket.findUnique({ where: { tokenHash } });
    if (row === null) return { taken: false, ticket: undefined };
    const user = await prisma.user.findUnique({
      where: { id: row.userId },
      select: { username: true },
    });
    const token = user === null ? await readToken(this.#database, row.userId) : null;
    const username = (user ?? token?.user)?.username ?? '';
    return { taken: count === 1, ticket: { ...row, username, ...(token && { makerId: token.userId }) } };
  }

  /** Drops up to `most` of what ran out before; returns how many. */
  async prune(before: Date, most: number): Promise<number> {
    const { count } = await this.#database.prisma.ticket.deleteMany({
      where: { expiresAt: { lt: before } },
      limit: most,
    });
    return count;
  }
}
