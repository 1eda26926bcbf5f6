import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditRepository } from './features/audit/audit.repository.ts';
import type { OperationsRepository } from './operations/operations.repository.ts';

export interface RetentionOptions {
  audit: Pick<AuditRepository, 'prune'>;
  operations: Pick<OperationsRepository, 'prune'>;
  auditDays: number;
  operationDays: number;
  onError: (error: unknown) => void;
}

const everyMs = 3_600_000;
const dayMs = 86_400_000;
/** Rows of one statement: others wait no longer than it takes. */
const batch = 500;
const pauseMs = 50;

/** Drops audit rows and operations that are older than they are to be kept; several replicas may do it at once. */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #pruning: Promise<void> = Promise.resolve();

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  start(): void {
    const prune = () => (this.#pruning = this.prune(new Date()).catch(this.#options.onError));
    void prune();
    this.#timer = setInterval(() => void prune(), everyMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort();
    await this.#pruning;
  }

  /** Drops what was too old at `now`, a little at a time. */
  async prune(now: Date): Promise<void> {
    const { audit, operations, auditDays, operationDays } = this.#options;
    const before = (days: number) => new Date(now.getTime() - days * dayMs);
    await this.#untilDone(() => audit.prune(before(auditDays), batch));
    await this.#untilDone(() => operations.prune(before(operationDays), batch));
  }

  async #untilDone(drop: () => Promise<number>): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted && (await drop()) > 0)
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
