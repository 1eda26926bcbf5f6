import { ownerships, treeEndpoints, type OutputOf } from '@pilothouse/contract';
import { CsvError, parse } from 'csv-parse/sync';
import type { Ownership } from '../../authz/service-tree.ts';
import { AppError } from '../../http/app-error.ts';

/** A node as a line of a table. */
export type TreeRow = OutputOf<typeof treeEndpoints.exportTree>['rows'][number];
export type PlannedRow = OutputOf<typeof treeEndpoints.planTreeImport>['rows'][number];
type Problem = NonNullable<PlannedRow['problem']>['code'];

/** A line of a file; columns that it does not have are left as they are. */
export interface FileRow extends Partial<TreeRow> {
  line: number;
  path: string;
}

const texts = ['displayName', 'description'] as const;
const columns = ['path', ...texts, ...ownerships];
const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const longest = { displayName: 100, description: 500 };

/** Reads a file as spreadsheets write it. Throws `csvUnreadable`. */
export function readTreeRows(csv: string): FileRow[] {
  let records: Record<string, string>[];
  try {
    records = parse(csv, {
      bom: true,
      columns: (heading: string[]) => headingsOf(heading),
      delimiter: delimiterOf(csv),
      skip_empty_lines: true,
      trim: true,
      info: false,
    }) as Record<string, string>[];
  } catch (error) {
    if (error instanceof CsvError) throw new AppError('csvUnreadable', { reason: error.message }, 'body.csv');
    throw error;
  }
  return records.map((record, index) => {
    const row: FileRow = { line: index + 2, path: plain(record['path'] ?? '') };
    for (const column of texts) if (record[column] !== undefined) row[column] = plain(record[column]);
    for (const ownership of ownerships)
      if (record[ownership] !== undefined) row[ownership] = namesIn(plain(record[ownership]));
    return row;
  });
}

/** By the heading, which holds nothing but names. */
function delimiterOf(csv: string): string {
  const [heading = ''] = csv.split('\n', 1);
  return ['\t', ';'].find((each) => heading.includes(each)) ?? ',';
}

function headingsOf(heading: readonly string[]): string[] {
  const unknown = heading.filter((name) => !columns.includes(name));
  const reason = unknown.length > 0 ? unknown.join(', ') : heading.includes('path') ? '' : 'path';
  if (reason !== '')
    throw new AppError('csvUnreadable', { reason: `${reason} ≠ ${columns.join(', ')}` }, 'body.csv');
  return [...heading];
}

/** Without the apostrophe that keeps a spreadsheet from running it. */
function plain(text: string): string {
  return text.replace(/^'(?=[=+\-@])/, '');
}

function namesIn(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter((name) => name !== ''))];
}

interface Known {
  /** What is there, by path. */
  nodes: ReadonlyMap<string, TreeRow>;
  levels: number;
  /** Whether a username, or an `@` and a group, is known. */
  isKnown: (name: string) => boolean;
}

/** What the lines of a file would come to. */
export function planTreeRows(rows: readonly FileRow[], known: Known): PlannedRow[] {
  const inFile = new Map<string, number>();
  for (const { path, line } of rows) if (!inFile.has(path)) inFile.set(path, line);
  return rows.map((row) => {
    const planned = { line: row.line, path: row.path, changes: [] as PlannedRow['changes'], problem: null };
    const problem = problemOf(row, known, inFile);
    if (problem !== null) return { ...planned, state: 'refused' as const, problem };
    const there = known.nodes.get(row.path);
    if (there === undefined) return { ...planned, state: 'create' as const };
    const changes = changesOf(row, there);
    return { ...planned, changes, state: changes.length > 0 ? ('change' as const) : ('unchanged' as const) };
  });
}

function problemOf(row: FileRow, known: Known, inFile: ReadonlyMap<string, number>): PlannedRow['problem'] {
  const { path, line } = row;
  const refuse = (code: Problem, detail = '') => ({ code, detail });
  const names = path.split('.');
  if (!names.every((name) => label.test(name) && name.length <= 63)) return refuse('badPath', path);
  if (names.length > known.levels) return refuse('tooDeep', String(known.levels));
  const first = inFile.get(path);
  if (first !== undefined && first !== line) return refuse('repeated', String(first));
  const parent = names.slice(0, -1).join('.');
  if (parent !== '' && !known.nodes.has(parent) && !inFile.has(parent)) return refuse('noParent', parent);
  const stranger = ownerships.flatMap((each) => row[each] ?? []).find((name) => !known.isKnown(name));
  if (stranger !== undefined) return refuse('unknownOwner', stranger);
  for (const column of texts) {
    if ((row[column] ?? '').length > longest[column]) return refuse('tooLong', column);
  }
  return null;
}

function changesOf(row: FileRow, there: TreeRow): PlannedRow['changes'] {
  const change = (column: string, from: string, to: string | undefined) =>
    to === undefined || to === from ? [] : [{ column, from, to }];
  return [
    // a node is always called something
    ...change('displayName', there.displayName, row.displayName || undefined),
    ...change('description', there.description, row.description),
    ...ownerships.flatMap((each) => change(each, listed(there[each]), row[each] && listed(row[each]))),
  ];
}

function listed(names: readonly string[]): string {
  return names.toSorted().join(' ');
}

/** Owners as a table names them. */
export function ownersByName(
  owners: readonly { ownership: Ownership; subject: { kind: 'user' | 'group'; name: string } }[],
): Pick<TreeRow, Ownership> {
  const named = (wanted: Ownership) =>
    owners
      .filter(({ ownership }) => ownership === wanted)
      .map(({ subject: { kind, name } }) => (kind === 'group' ? `@${name}` : name));
  return {
    operations: named('operations'),
    development: named('development'),
    developer: named('developer'),
  };
}
