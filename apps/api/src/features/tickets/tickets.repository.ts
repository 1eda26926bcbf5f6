import type { TicketRequest } from '@pilothouse/contract';
import type { PrismaClient } from '../../db/generated/client.ts';

export interface TicketRow {
  id: string;
  userId: string;
  username: string;
  sessionId: string;
  purpose: string;
  /** The contract's ticketRequest. */
  request: unknown;
  expiresAt: Date;
  usedAt: Date | null;
}

/** Tickets that nobody redeemed are kept this long, so that late use can be told from invention in the audit. */
const keptMs = 10 * 60_000;

export class TicketsRepository {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
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
    await this.#prisma.ticket.create({ data: ticket });
  }

  /**
   * Uses a ticket up: of all replicas exactly one gets `taken`. The row comes along where there is one, used or
   * expired as it may be, so that the attempt can be laid at somebody's door.
   */
  async take(tokenHash: string, at: Date): Promise<{ taken: boolean; ticket: TicketRow | undefined }> {
    const { count } = await this.#prisma.ticket.updateMany({
      where: { tokenHash, usedAt: null, expiresAt: { gt: at } },
      data: { usedAt: at },
    });
    const row = await this.#prisma.ticket.findUnique({ where: { tokenHash } });
    if (row === null) return { taken: false, ticket: undefined };
    const user = await this.#prisma.user.findUnique({
      where: { id: row.userId },
      select: { username: true },
    });
    return { taken: count === 1, ticket: { ...row, username: user?.username ?? '' } };
  }

  /** Drops what ran out long ago. */
  async prune(now: Date): Promise<void> {
    await this.#prisma.ticket.deleteMany({ where: { expiresAt: { lt: new Date(now.getTime() - keptMs) } } });
  }
}
