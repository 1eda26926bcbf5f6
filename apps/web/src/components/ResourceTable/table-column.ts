import type { Row } from '../../api/live-rows.ts';
import type { RecordColumn } from '../RecordsTable/record-column.ts';

export type { TableAction } from '../RecordsTable/record-column.ts';

/** A column of a ResourceTable. */
export interface TableColumn extends RecordColumn<Row> {
  /** The text kubectl would print; also what CSV gets. */
  text: (row: Row, now: number) => string;
  /** Shown only when the user chose it. */
  optional?: boolean;
}

/** What a column's component gets. */
export interface CellProps {
  column: string;
  row: Row;
  text: string;
}
