import type { AuditIntent, AuditOutcome } from '../http/audit.ts';
import { networkOf } from '../http/network-of.ts';
import { AnonymousShare, type AnonymousLimits } from './anonymous-share.ts';

/** A row that stands for many. */
interface Gathered {
  count: number;
  codes: Map<string, number>;
  /** Resolves when the row is there. */
  begun: Promise<(outcome: AuditOutcome) => Promise<void>>;
}

/** Codes are ours, and few; the rest of them is in the log. */
const mostCodes = 8;

/**
 * Gathers what people who have proven nothing do beyond their share of the audit log's rows: one row a minute for each
 * network, at most one for all together, begun with the first and closed with their number. Each is in the log.
 */
export class AuditOverflow {
  readonly #share: AnonymousShare;
  readonly #begin: (intent: AuditIntent) => Promise<(outcome: AuditOutcome) => Promise<void>>;
  #gathered = new Map<string | null, Gathered>();
  #timer: NodeJS.Timeout | undefined;

  /** `begin` writes a row's intent, rejects where it cannot, and returns what writes its outcome. */
  constructor(
    begin: (intent: AuditIntent) => Promise<(outcome: AuditOutcome) => Promise<void>>,
    limits?: Partial<AnonymousLimits>,
  ) {
    this.#begin = begin;
    this.#share = new AnonymousShare(limits);
  }

  /**
   * Undefined where the event has a row of its own. Else it has been counted, and the row that counts it is there; the
   * function takes it out of the count again. Rejects where that row cannot be written.
   */
  async takes({ principal, unproven, address, code }: AuditIntent): Promise<(() => void) | undefined> {
    if (principal !== null && unproven !== true) return undefined;
    const overflow = this.#share.take(networkOf(address));
    if (overflow === undefined) return undefined;
    const gathered = this.#gathered.get(overflow.network) ?? this.#open(overflow.network, address);
    const add = (times: number) => {
      gathered.count += times;
      if (gathered.codes.has(code) || gathered.codes.size < mostCodes)
        gathered.codes.set(code, (gathered.codes.get(code) ?? 0) + times);
    };
    add(1);
    await gathered.begun;
    return () => add(-1);
  }

  /** Closes the rows that are open. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const all = [...this.#gathered.values()];
    this.#gathered = new Map();
    await Promise.all(
      all.map(async ({ begun, count, codes }) => {
        const end = await begun.catch(() => undefined);
        const which = [...codes].map(([code, times]) => `${code} ${times}`).join(', ');
        await end?.({ outcome: 'refused', params: { count, codes: which } });
      }),
    );
  }

  #open(network: string | null, address: string): Gathered {
    const who = network === null ? '' : address;
    const begun = this.#begin({ principal: null, code: 'audit.more', target: {}, address: who });
    begun.catch(() => this.#gathered.delete(network));
    const gathered = { count: 0, codes: new Map<string, number>(), begun };
    this.#gathered.set(network, gathered);
    this.#timer ??= setTimeout(() => void this.flush(), this.#share.windowLeftMs).unref();
    return gathered;
  }
}
