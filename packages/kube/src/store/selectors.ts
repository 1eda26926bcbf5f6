import { selectorProblems, type SelectorProblem } from '@pilothouse/kinds';
import { KubeError } from '../transport/kube-error.ts';

/** Labels of an object, by key. */
export type Labels = Readonly<Record<string, string>>;

const labelKey = /^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const setBased = /^([^\s!=<>,()]+)\s+(in|notin)\s*\(([^()]*)\)$/;
const comparison = /^([^\s!=<>,()]+)\s*(==|=|!=|>|<)\s*([^\s!=<>,()]*)$/;

/**
 * A label selector as the apiserver reads it (`apimachinery/pkg/labels/selector.go`): `a=b`, `a==b`, `a!=b`,
 * `a in (b,c)`, `a notin (b)`, `a`, `!a`, `a>1`, `a<1`, joined by commas. Throws KubeError `badSelector`.
 */
export function parseLabelSelector(text: string): (labels: Labels) => boolean {
  const requirements = splitRequirements(text).map(parseRequirement);
  return (labels) => requirements.every((matches) => matches(labels));
}

function parseRequirement(text: string): (labels: Labels) => boolean {
  const set = setBased.exec(text);
  if (set)
    return inSet(
      set[1] ?? '',
      set[2] === 'notin',
      (set[3] ?? '').split(',').map((value) => value.trim()),
    );
  const compared = comparison.exec(text);
  if (compared) return compare(compared[1] ?? '', compared[2] ?? '', compared[3] ?? '');
  const absent = text.startsWith('!');
  const key = checkedKey(absent ? text.slice(1).trim() : text);
  return (labels) => Object.hasOwn(labels, key) !== absent;
}

function compare(key: string, operator: string, value: string): (labels: Labels) => boolean {
  if (operator !== '>' && operator !== '<') return inSet(key, operator === '!=', [value]);
  checkedKey(key);
  if (!/^-?\d+$/.test(value)) throw bad('notWholeNumber', value);
  const [limit, sign] = [BigInt(value), operator === '>' ? 1n : -1n];
  return (labels) => {
    const held = Object.hasOwn(labels, key) ? labels[key] : undefined;
    return held !== undefined && /^-?\d+$/.test(held) && (BigInt(held) - limit) * sign > 0n;
  };
}

/** `not` also matches where there is no such label at all. */
function inSet(key: string, not: boolean, values: string[]): (labels: Labels) => boolean {
  checkedKey(key);
  const wrong = values.find((value) => !labelValue.test(value));
  if (wrong !== undefined) throw bad('notLabelValue', wrong);
  const wanted = new Set(values);
  return (labels) => {
    const held = Object.hasOwn(labels, key) ? labels[key] : undefined;
    return (held !== undefined && wanted.has(held)) !== not;
  };
}

function checkedKey(key: string): string {
  if (!labelKey.test(key)) throw bad('notLabelName', key);
  return key;
}

/** Cuts at the commas that are not in parentheses. */
function splitRequirements(text: string): string[] {
  if (text.trim() === '') return [];
  const parts = text.split(/,(?![^(]*\))/).map((part) => part.trim());
  if (parts.includes('')) throw bad('emptyTerm');
  return parts;
}

/**
 * A field selector (`apimachinery/pkg/fields/selector.go`): `path=value`, `path==value`, `path!=value`, joined by
 * commas; `\\`, `\,` and `\=` stand for themselves. `valueOf` says what a row has at a path; paths other than `known`
 * are KubeError `badSelector`.
 */
export function parseFieldSelector<R>(
  text: string,
  known: ReadonlySet<string>,
  valueOf: (row: R, path: string) => string,
): (row: R) => boolean {
  const terms = text.trim() === '' ? [] : (text.match(/(?:\\.|[^,\\])+/g) ?? []);
  if (terms.join(',') !== text.trim()) throw bad('notFieldSelector');
  const requirements = terms.map((term) => {
    const parts = /^([A-Za-z0-9_.\-[\]]+)(==|!=|=)((?:\\[\\,=]|[^\\,=])*)$/.exec(term.trim());
    if (!parts) throw bad('notFieldTerm', term);
    const [, path = '', operator, escaped = ''] = parts;
    if (!known.has(path)) throw bad('unknownField', path);
    return { path, not: operator === '!=', value: escaped.replace(/\\(.)/g, '$1') };
  });
  return (row) => requirements.every(({ path, not, value }) => (valueOf(row, path) === value) !== not);
}

function bad(problem: SelectorProblem, part = ''): KubeError {
  const value = JSON.stringify(part.length > 80 ? `${part.slice(0, 80)}…` : part);
  const message = selectorProblems[problem].replace('{value}', () => value);
  return new KubeError('badSelector', message, { params: { problem, value } });
}
