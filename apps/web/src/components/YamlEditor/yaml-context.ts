/** A text by its lines, as CodeMirror's `Text` gives them; numbers begin at 1. */
export interface Lines {
  readonly lines: number;
  line(number: number): { text: string };
}

/** Where a place in a YAML text is, whether or not the text can be read as it is. */
export interface YamlContext {
  /** Of the document the place is in, as far as written. */
  apiVersion: string;
  kind: string;
  /** To the mapping, or to the field whose value it is; list items are 0 (which one does not matter). */
  path: (string | number)[];
  /** What is written at the place: a key, or a field's value. */
  at: 'key' | 'value';
  /** Keys beside the one at the place. */
  siblings: string[];
  /** The word at the place: columns from 0, `to` exclusive. */
  from: number;
  to: number;
  word: string;
}

interface Token {
  column: number;
  /** null: the dash of a list item. */
  key: string | null;
  /** What follows the key in its line. */
  value: string;
}

const keyPattern = /^("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'#[\]{},&*!|>%@`-][^#]*?|-[^\s][^#]*?)\s*:(?=\s|$)/;
/** Nobody reads further for a completion. */
const mostLines = 20_000;

function unquoted(text: string): string {
  return /^(["']).*\1$/s.test(text) ? text.slice(1, -1) : text;
}

/** Dashes and the key of a line, from left to right. */
function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let column = text.length - text.trimStart().length;
  let rest = text.slice(column);
  while (/^-(\s|$)/.test(rest)) {
    tokens.push({ column, key: null, value: '' });
    const next = rest.slice(1).trimStart();
    column += rest.length - next.length;
    rest = next;
  }
  const key = keyPattern.exec(rest);
  if (key !== null)
    tokens.push({ column, key: unquoted(key[1] ?? ''), value: rest.slice(key[0].length).trim() });
  return tokens;
}

const isSeparator = (text: string) => /^(---|\.\.\.)(\s|$)/.test(text);
const isBlank = (text: string) => /^\s*(#|$)/.test(text);

/**
 * What is written at a place, told by indentation alone, so that it works while the text is being typed. null where
 * nothing can be completed: in a comment, in a block of text, in braces.
 * @param number the line, from 1. @param column from 0.
 */
export function yamlContextAt(text: Lines, number: number, column: number): YamlContext | null {
  const { text: line } = text.line(number);
  const own = tokensOf(line);
  const dashes = own.filter(({ key }) => key === null);
  const key = own.find((token) => token.key !== null);
  const valueFrom = key === undefined ? -1 : line.indexOf(':', key.column + (key.key ?? '').length) + 1;
  if (/(^|\s)#/.test(line.slice(0, column)) || isSeparator(line)) return null;
  const place = wordAt(line, column, dashes, key, valueFrom);
  if (place === null || /^["'[{|>&*!]/.test(place.word)) return null;
  const above = climb(text, number, dashes, place.at === 'value' ? (key?.column ?? 0) : place.column);
  if (above === null) return null;
  return {
    ...headOf(text, number),
    path: place.at === 'value' && key?.key ? [...above.path, key.key] : above.path,
    at: place.at,
    siblings: place.at === 'key' ? [...above.siblings, ...siblingsBelow(text, number, place.column)] : [],
    from: place.from,
    to: place.to,
    word: place.word,
  };
}

function wordAt(line: string, column: number, dashes: Token[], key: Token | undefined, valueFrom: number) {
  if (key !== undefined && column >= valueFrom) {
    const before = line.slice(valueFrom, column);
    // right behind the colon nothing is a value yet
    if (before === '') return null;
    const from = valueFrom + (before.length - before.trimStart().length);
    return { at: 'value' as const, column: key.column, from, to: line.length, word: line.slice(from) };
  }
  const lastDash = dashes.at(-1);
  const blank = /^[\s-]*/.exec(line)?.[0].length ?? 0;
  const start =
    key?.column ??
    (lastDash === undefined ? line.length - line.trimStart().length : Math.max(blank, lastDash.column + 2));
  const isAfter = column >= start;
  // on an empty line the column says how deep; before the key of a line nothing is written
  if (!isAfter && (key !== undefined || line.trim() !== '')) return null;
  const from = line.trim() === '' ? column : start;
  const to = key === undefined ? line.length : key.column + (key.key ?? '').length;
  return { at: 'key' as const, column: from, from, to, word: line.slice(from, to) };
}

/** Walks up to the root: the path, and the keys of the same mapping on the way. null inside of a block of text. */
function climb(text: Lines, number: number, dashes: Token[], column: number) {
  const path: (string | number)[] = [];
  const siblings: string[] = [];
  let level = column;
  let isList = false;
  /** Until the first step up. */
  let isHere = true;
  const see = (token: Token): boolean => {
    if (token.key === null) {
      if (token.column >= level) {
        if (isList && token.column === level) isHere = false;
        return true;
      }
      path.unshift(0);
      isList = true;
    } else {
      if (isList ? token.column > level : token.column >= level) {
        if (isHere && token.column === level) siblings.push(token.key);
        return true;
      }
      if (/^[|>]/.test(token.value)) return false;
      path.unshift(token.key);
      isList = false;
    }
    isHere = false;
    level = token.column;
    return true;
  };
  for (const dash of dashes.toReversed()) see(dash);
  for (let above = number - 1; above >= Math.max(1, number - mostLines); above -= 1) {
    const { text: line } = text.line(above);
    if (isSeparator(line)) break;
    if (isBlank(line)) continue;
    for (const token of tokensOf(line).toReversed()) if (!see(token)) return null;
    if (level === 0 && !isHere && !isList) break;
  }
  return { path, siblings };
}

function siblingsBelow(text: Lines, number: number, column: number): string[] {
  const siblings: string[] = [];
  for (let below = number + 1; below <= Math.min(text.lines, number + mostLines); below += 1) {
    const { text: line } = text.line(below);
    if (isSeparator(line)) break;
    if (isBlank(line)) continue;
    const [first] = tokensOf(line);
    const start = first?.column ?? line.length - line.trimStart().length;
    if (start < column) break;
    if (start === column && first?.key) siblings.push(first.key);
  }
  return siblings;
}

/** apiVersion and kind of the document a line is in. */
function headOf(text: Lines, number: number): { apiVersion: string; kind: string } {
  const head = { apiVersion: '', kind: '' };
  const read = (line: string): boolean => {
    if (isSeparator(line)) return false;
    const match = /^(apiVersion|kind):\s+(["']?)([^\s"'#]+)\2/.exec(line);
    if (match !== null && head[match[1] as keyof typeof head] === '')
      head[match[1] as keyof typeof head] = match[3] ?? '';
    return true;
  };
  for (let above = number; above >= 1; above -= 1) if (!read(text.line(above).text)) break;
  for (let below = number + 1; below <= text.lines; below += 1) {
    if ((head.apiVersion !== '' && head.kind !== '') || !read(text.line(below).text)) break;
  }
  return head;
}
