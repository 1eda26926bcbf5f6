import type { Level } from '@pilothouse/kinds';
import type { Component } from 'vue';

/** A column of a RecordsTable. What shows its cells: `component`, else `text`, else the table's `cell` slot. */
export interface RecordColumn<T> {
  id: string;
  title: string;
  /** A pure function of the record and the time. */
  text?: (record: T, now: number) => string;
  /** The exact value behind the text, shown on hover. */
  exact?: (record: T) => string | null;
  /** How worried one should be about the cell: its colour beside the text. */
  level?: (record: T) => Level;
  /** Draws the cell; gets CellProps of the record. */
  component?: Component;
  /** What the API sorts by; absent where it can't. */
  sortKey?: string;
  align?: 'left' | 'right';
  /** Pixels it should have; what has none shares the room that is left. */
  width?: number;
  /** There is room for it before others; the first column has always room. */
  stays?: boolean;
  /** Long text goes on in the next line; elsewhere it is cut, and whole on hover. */
  wraps?: boolean;
}

/** Something to do with one record, or with several. */
export interface TableAction<T> {
  id: string;
  label: string;
  icon?: Component;
  danger?: boolean;
  /** Why it can't be done now; shown instead of doing it. */
  disabledBecause?: string | null;
  run: (subject: T) => void;
}

/** What a table of records asks for: another page or order. */
export interface TableView {
  page?: number;
  pageSize?: number;
  sort?: string | null;
}
