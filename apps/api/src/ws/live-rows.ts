import type { Row } from '@pilothouse/kinds';
import { Coalescer } from './coalescer.ts';
import { messageIntervalMs, type LiveOutlet, type LiveSubscription } from './live-subscription.ts';
import type { LiveList } from './live-topics.ts';

/** Only what the contract's row has; what else a row carries stays here. */
function wireRow({ uid, namespace, name, resourceVersion, cells }: Row): Row {
  return { uid, ...(namespace !== undefined && { namespace }), name, resourceVersion, cells };
}

/**
 * A page of rows kept up to date in place: membership and order stay as the snapshot had them. For the rest of the
 * list only numbers are kept, and what waits for a slow browser is never more than the page.
 */
export class RowsSubscription implements LiveSubscription {
  readonly #id: number;
  readonly #list: LiveList;
  readonly #outlet: LiveOutlet;
  readonly #updates: Coalescer;
  readonly #end: () => void;
  readonly #reopen = () => this.#outlet.reopen();
  #onPage = new Set<string>();
  #atSnapshot = new Set<string>();
  /** Matching now and not at the snapshot, and the other way round. */
  #added = new Set<string>();
  #lost = new Set<string>();
  #changed = new Map<string, Row>();
  #deleted = new Set<string>();
  #wasSyncing = false;

  constructor(id: number, list: LiveList, outlet: LiveOutlet) {
    this.#id = id;
    this.#list = list;
    this.#outlet = outlet;
    this.#updates = new Coalescer(() => this.#send(), messageIntervalMs);
    this.#end = list.onChange((changes) => this.#take(changes));
    list.closed.addEventListener('abort', this.#reopen, { once: true });
    this.#wasSyncing = true;
    this.#updates.request();
  }

  close(): void {
    this.#list.closed.removeEventListener('abort', this.#reopen);
    this.#end();
    this.#updates.close();
    this.#list.release();
  }

  #take({ upserted, deleted }: { upserted: Row[]; deleted: Row[] }): void {
    for (const { uid } of deleted) this.#note(uid, false);
    for (const row of upserted) this.#note(row.uid, this.#list.matches(row));
    for (const { uid } of deleted) {
      if (!this.#onPage.has(uid)) continue;
      this.#changed.delete(uid);
      this.#deleted.add(uid);
    }
    for (const row of upserted) {
      if (!this.#onPage.has(row.uid)) continue;
      this.#deleted.delete(row.uid);
      this.#changed.set(row.uid, row);
    }
    this.#updates.request();
  }

  #note(uid: string, matches: boolean): void {
    if (this.#atSnapshot.has(uid)) {
      if (matches) this.#lost.delete(uid);
      else this.#lost.add(uid);
    } else if (matches) this.#added.add(uid);
    else this.#added.delete(uid);
  }

  /** While the first list is under way everything is new: the page is sent whole, until it is complete. */
  #send(): Promise<void> {
    return this.#wasSyncing ? this.#sendSnapshot() : this.#sendUpdate();
  }

  #sendSnapshot(): Promise<void> {
    const page = this.#list.page();
    this.#wasSyncing = page.state === 'syncing';
    this.#onPage = new Set(page.items.map(({ uid }) => uid));
    // while the first list is under way, the next message is a snapshot again
    this.#atSnapshot = new Set(this.#wasSyncing ? [] : this.#list.matching().map(({ uid }) => uid));
    this.#added.clear();
    this.#lost.clear();
    this.#forgetSent();
    return this.#outlet.send({
      type: 'snapshot',
      id: this.#id,
      data: { ...page, items: page.items.map(wireRow) },
    });
  }

  #sendUpdate(): Promise<void> {
    const { asOf, state, problems } = this.#list;
    const changed = [...this.#changed.values()].map(wireRow);
    const deleted = [...this.#deleted];
    const total = this.#atSnapshot.size - this.#lost.size + this.#added.size;
    this.#forgetSent();
    return this.#outlet.send({
      type: 'rows',
      id: this.#id,
      changed,
      deleted,
      total,
      added: this.#added.size,
      asOf: asOf.toISOString(),
      state,
      problems,
    });
  }

  #forgetSent(): void {
    this.#changed.clear();
    this.#deleted.clear();
  }
}
