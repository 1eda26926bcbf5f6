import { podSums, summedUsageCells, usageTarget, usageTargets, type Row } from '@pilothouse/kinds';
import type { Labels, RowSchema, StoreState } from '@pilothouse/kube';
import { joinedProblems, type RowChanges, type RowProblem, type RowSource } from './row-source.ts';
import { TableRows } from './table-rows.ts';

/**
 * Objects that have pods (namespaces, workloads) with what these request and use together: of those that run, as nodes
 * count them. Made for those who ask for it alone.
 */
export class SummedRows extends TableRows {
  readonly #owners: RowSource;
  readonly #pods: RowSource;
  /** `<group>/<plural>` of the owners. */
  readonly #kind: string;
  /** Pods that count, by uid, of each owner by its target. */
  readonly #parts = new Map<string, Map<string, Row>>();
  /** Of which owner a pod counts, by uid. */
  readonly #ownerOf = new Map<string, string>();

  /** @param pods with what they use */
  constructor(
    owners: RowSource,
    pods: RowSource,
    kind: { group: string; plural: string },
    schema: RowSchema,
  ) {
    super(schema);
    this.#owners = owners;
    this.#pods = pods;
    this.#kind = `${kind.group}/${kind.plural}`;
    for (const pod of pods.rows()) this.#add(pod);
    for (const row of owners.rows()) this.#put(row, owners.labelsOf(row));
    this.follow(pods, (changes) => this.#podsChanged(changes));
    this.follow(owners, (changes) => this.#ownersChanged(changes));
  }

  /** Until the pods have come once the order by their sums is none yet. */
  get state(): StoreState {
    const { state } = this.#owners;
    return state === 'live' && !this.#isSummed ? 'syncing' : state;
  }

  get asOf(): Date {
    return this.#owners.asOf;
  }

  get isComplete(): boolean {
    return this.#owners.isComplete && this.#isSummed;
  }

  get problems(): RowProblem[] {
    return joinedProblems(this.#owners.problems, this.#pods.problems);
  }

  /** Waits for the pods too, but does without them where they do not come. */
  async ready(signal?: AbortSignal): Promise<void> {
    await Promise.all([this.#owners.ready(signal), this.#pods.ready(signal).catch(() => undefined)]);
  }

  get #isSummed(): boolean {
    return this.#pods.isComplete || this.#pods.problems.length > 0;
  }

  #ownersChanged({ upserted, deleted }: RowChanges): void {
    this.remove(deleted);
    this.tell({ upserted: upserted.map((row) => this.#put(row, this.#owners.labelsOf(row))), deleted });
  }

  #podsChanged({ upserted, deleted }: RowChanges): void {
    const touched = new Set<string>();
    for (const { uid } of deleted) this.#take(uid, touched);
    for (const pod of upserted) {
      this.#take(pod.uid, touched);
      this.#add(pod, touched);
    }
    const entries = this.table.entries().filter(({ row }) => touched.has(this.#targetOf(row)));
    // the state may have changed though no sum did
    this.tell({ upserted: entries.map(({ row, labels }) => this.#put(row, labels)), deleted: [] });
  }

  #add(pod: Row, touched?: Set<string>): void {
    if (podSums(pod).node === null) return;
    const owner = usageTargets(pod, this.#pods.labelsOf(pod)).find((target) =>
      target.startsWith(`${this.#kind}/`),
    );
    if (owner === undefined) return;
    const parts = this.#parts.get(owner) ?? new Map<string, Row>();
    this.#parts.set(owner, parts.set(pod.uid, pod));
    this.#ownerOf.set(pod.uid, owner);
    touched?.add(owner);
  }

  #take(uid: string, touched: Set<string>): void {
    const owner = this.#ownerOf.get(uid);
    if (owner === undefined) return;
    this.#ownerOf.delete(uid);
    const parts = this.#parts.get(owner);
    parts?.delete(uid);
    if (parts?.size === 0) this.#parts.delete(owner);
    touched.add(owner);
  }

  #put(row: Row, labels: Labels): Row {
    const pods = [...(this.#parts.get(this.#targetOf(row))?.values() ?? [])];
    const summed = { ...row, cells: { ...row.cells, ...summedUsageCells(pods) } };
    this.table.put(summed, labels);
    return summed;
  }

  #targetOf(row: Row): string {
    return usageTarget(this.#kind, row);
  }
}
