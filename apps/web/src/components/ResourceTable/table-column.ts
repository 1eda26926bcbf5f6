import type { Level } from '@pilothouse/kinds';
import type { Component } from 'vue';
import type { Row } from '../../api/live-rows.ts';

/** A column of a ResourceTable; what it shows is a pure function of the row and the time. */
export interface TableColumn {
  id: string;
  title: string;
  /** The text kubectl would print; also what CSV gets. */
  text: (row: Row, now: number) => string;
  /** The exact value behind the text, shown on hover. */
  exact?: (row: Row) => string | null;
  /** What the API sorts by; absent where it can't. */
  sortKey?: string;
  align?: 'left' | 'right';
  width?: number;
  /** How worried one should be about the cell: its colour beside the text. */
  level?: (row: Row) => Level;
  /** Shown only when the user chose it. */
  optional?: boolean;
  /** Draws the cell instead of plain text; gets CellProps. */
  component?: Component;
}

/** What a column's component gets. */
export interface CellProps {
  column: string;
  row: Row;
  text: string;
}

/** Something to do with one row, or with several. */
export interface TableAction<T> {
  id: string;
  label: string;
  icon?: Component;
  danger?: boolean;
  /** Why it can't be done now; shown instead of doing it. */
  disabledBecause?: string | null;
  run: (subject: T) => void;
}
