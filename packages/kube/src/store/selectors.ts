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
  if (!/^-?\d+$/.test(value)) throw bad(`${operator} needs a whole number`);
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
  if (wrong !== undefined) throw bad(`${shown(wrong)} is not a label's value`);
  const wanted = new Set(values);
  return (labels) => {
    const held = Object.hasOwn(labels, key) ? labels[key] : undefined;
    return (held !== undefined && wanted.has(held)) !== not;
  };
}

function checkedKey(key: string): string {
  if (!labelKey.test(key)) throw bad(`${shown(key)} is not a label's name`);
  return key;
}

/** Cuts at the commas that are not in parentheses. */
function splitRequirements(text: string): string[] {
  if (text.trim() === '') return [];
  const parts = text.split(/,(?![^(]*\))/).map((part) => part.trim());
  if (parts.includes('')) throw bad('there is nothing between two commas');
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
  if (terms.join(',') !== text.trim()) throw bad('a field selector is path=value, joined by commas');
  const requirements = terms.map((term) => {
    const parts = /^([A-Za-z0-9_.\-[\]]+)(==|!=|=)((?:\\[\\,=]|[^\\,=])*)$/.exec(term.trim());
    if (!parts) throw bad(`${shown(term)} is not path=value`);
    const [, path = '', operator, escaped = ''] = parts;
    if (!known.has(path)) throw bad(`there is no field ${path} to select by`);
    return { path, not: operator === '!=', value: escaped.replace(/\\(.)/g, '$1') };
  });
  return (row) => requirements.every(({ path, not, value }) => (valueOf(row, path) === value) !== not);
}

function bad(reason: string): KubeError {
  return new KubeError('badSelector', reason);
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
