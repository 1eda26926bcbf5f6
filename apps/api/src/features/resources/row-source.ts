import type { Row } from '@pilothouse/kinds';
import type { KubeError, Labels, Page, PageQuery, RowFilter, StoreState } from '@pilothouse/kube';

export interface RowChanges {
  upserted: Row[];
  deleted: Row[];
}

/** What keeps rows from being the present; `namespace` where only those of one are meant. */
export interface RowProblem {
  namespace: string | null;
  error: KubeError;
}

/** Rows of one kind, kept up to date: one store, or several that look like one. */
export interface RowSource {
  readonly state: StoreState;
  readonly asOf: Date;
  /** Whether `ready` has nothing to wait for. */
  readonly isComplete: boolean;
  readonly problems: RowProblem[];
  /** Resolves when the rows are complete; rejects with the KubeError that keeps them from it. */
  ready(signal?: AbortSignal): Promise<void>;
  rows(): Row[];
  labelsOf(row: Row): Labels;
  page(query: PageQuery<Row>): Page<Row>;
  matcher(filter: RowFilter<Row>): (row: Row) => boolean;
  /** Batches of changes; both lists are empty when only the state changed. Returns how to stop listening. */
  onChange(listener: (changes: RowChanges) => void): () => void;
}

/** The state of several together: as good as the worst. */
export function worstState(states: StoreState[]): StoreState {
  return (['syncing', 'denied', 'stale'] as const).find((state) => states.includes(state)) ?? 'live';
}

/** What keeps rows from being the present that come from two sources; what concerns the cluster as a whole both say. */
export function joinedProblems(own: RowProblem[], others: RowProblem[]): RowProblem[] {
  const isThrottled = ({ error: { reason } }: RowProblem) => reason === 'throttled';
  const isSaid = own.some(isThrottled);
  return [...own, ...others.filter((problem) => !(isSaid && isThrottled(problem)))];
}
