const isLetter = (character: number) => /\p{L}/u.test(String.fromCodePoint(character));
const digitsFrom = (key: string, at: number) => /^\d*/.exec(key.slice(at))?.[0] ?? '';
const inNumber = (key: string, at: number) => /[1-9]\d*$/.test(key.slice(0, at));
/** As Go's int64, overflow included. */
const valueOf = (digits: string) => BigInt.asIntN(64, BigInt(digits || 0));

/**
 * The order kubectl writes keys in (`go.yaml.in/yaml/v2/sorter.go`): numbers within keys by value (`a9` before `a10`),
 * letters after everything else.
 */
export function compareKeys(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at += 1;
  if (at === a.length || at === b.length) return a.length - b.length;
  // the halves of one character belong together
  if (/[\uDC00-\uDFFF]/.test(a.charAt(at)) && at > 0) at -= 1;
  const [x, y] = [a.codePointAt(at) ?? 0, b.codePointAt(at) ?? 0];
  if (isLetter(x) || isLetter(y)) return Number(isLetter(x)) - Number(isLetter(y)) || x - y;
  // zeros count where a number has begun before them
  const begun = (a[at] === '0' || b[at] === '0') && inNumber(a, at) ? '1' : '';
  const [m, n] = [digitsFrom(a, at), digitsFrom(b, at)];
  const [left, right] = [valueOf(begun + m), valueOf(begun + n)];
  if (left !== right) return left < right ? -1 : 1;
  return m.length - n.length || x - y;
}
