import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Database } from './database.ts';

export interface ProcessTimes {
  /** How long a process counts as alive without having said so. */
  leaseMs: number;
  renewMs: number;
}

const defaultTimes: ProcessTimes = { leaseMs: 15_000, renewMs: 5000 };

/** The processes of the platform that share this database: what one of them owns is nobody's once its lease is over. */
export class Processes {
  /** Names this process, in leases and as the owner of rows. */
  readonly id = `${hostname().slice(0, 27)}-${randomUUID()}`;
  readonly #database: Database;
  readonly #onError: (error: unknown) => void;
  readonly #times: ProcessTimes;
  readonly #tidying: (() => Promise<unknown>)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> = Promise.resolve();

  constructor(database: Database, onError: (error: unknown) => void, times = defaultTimes) {
    this.#database = database;
    this.#onError = onError;
    this.#times = times;
  }

  /** `tidy` closes what processes that are gone have left open; called every few seconds. */
  onTidy(tidy: () => Promise<unknown>): void {
    this.#tidying.push(tidy);
  }

  /** Says that this process is alive, from now on; it owns nothing before. */
  async start(): Promise<void> {
    await this.#renew();
    this.#timer = setInterval(() => this.#beat(), this.#times.renewMs);
    this.#beat();
  }

  /** What this process has not closed by now is for the others to close. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    await this.#database.prisma.process.deleteMany({ where: { id: this.id } }).catch(this.#onError);
  }

  /** One after another: what takes long is not begun twice. */
  #beat(): void {
    this.#beating = this.#beating.then(async () => {
      try {
        await this.#renew();
        await this.#database.prisma.$executeRaw`DELETE FROM processes WHERE lease_until < UTC_TIMESTAMP(6)`;
        for (const tidy of this.#tidying) await tidy();
      } catch (error) {
        this.#onError(error);
      }
    });
  }

  /** By the database's clock, which all share. */
  async #renew(): Promise<void> {
    const us = this.#times.leaseMs * 1000;
    await this.#database.prisma.$executeRaw`
      INSERT INTO processes (id, lease_until)
      VALUES (${this.id}, TIMESTAMPADD(MICROSECOND, ${us}, UTC_TIMESTAMP(6)))
      ON DUPLICATE KEY UPDATE lease_until = TIMESTAMPADD(MICROSECOND, ${us}, UTC_TIMESTAMP(6))`;
  }
}
