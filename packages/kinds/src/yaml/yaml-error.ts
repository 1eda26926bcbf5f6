/** What is wrong with a YAML text. */
export type YamlProblem =
  | 'syntax'
  | 'duplicateKey'
  | 'badKey'
  | 'badScalar'
  | 'badMerge'
  | 'badSeparator'
  | 'unknownAlias'
  | 'tooLarge'
  | 'tooDeep'
  | 'tooManyNodes';

/** What people did to get there, where the line gives it away. */
export type YamlHint = 'tabIndent' | 'fullWidthColon' | 'shellPrompt' | 'template';

/** Thrown by `readKubectlYaml`. `line` and `column` start at 1. */
export class KubectlYamlError extends Error {
  override name = 'KubectlYamlError';
  readonly problem: YamlProblem;
  readonly line: number;
  readonly column: number;
  readonly hint: YamlHint | null;
  /** The parser's own words, which may quote the text. */
  readonly detail: string;
  constructor(
    problem: YamlProblem,
    detail: string,
    line: number,
    column: number,
    hint: YamlHint | null = null,
  ) {
    super(`line ${line}, column ${column}: ${detail}`);
    this.problem = problem;
    this.line = line;
    this.column = column;
    this.hint = hint;
    this.detail = detail;
  }
}

/** What should have stood there, where the parser knows; unlike its message it quotes nothing of the text. */
export type YamlExpectation =
  | 'closingBrace'
  | 'closingBracket'
  | 'closingQuote'
  | 'colon'
  | 'comma'
  | 'sameColumn'
  | 'ownLine'
  | 'quotes'
  | 'uniqueKey';

const expectations: [YamlExpectation, RegExp][] = [
  ['closingBrace', /^Flow map .*end with a \}/],
  ['closingBracket', /^Flow sequence .*end with a \]/],
  ['closingQuote', /^Missing closing ["']quote/],
  ['colon', /^Implicit (map )?keys need to be/],
  ['comma', /^Missing , between|^Block collections are not allowed within flow collections/],
  ['sameColumn', /^All .* must start at the same column/],
  ['ownLine', /^Nested mappings are not allowed in compact mappings/],
  ['quotes', /^Plain value cannot start with/],
];

/** What the error of a text says should have stood there; null where it says nothing of the kind. */
export function expectedBy({ problem, detail }: KubectlYamlError): YamlExpectation | null {
  if (problem === 'duplicateKey') return 'uniqueKey';
  return expectations.find(([, pattern]) => pattern.test(detail))?.[0] ?? null;
}

const signs: [YamlHint, RegExp][] = [
  ['tabIndent', /^ *\t/],
  ['template', /\{\{.*\}\}/],
  ['shellPrompt', /^\s*(\[?[\w.-]+@[\w.-]+[^#$]*[#$]|[$>%])\s/],
  ['fullWidthColon', /：/],
];

/** The likely cause of an error at a line (from 1), from what stands there and just before. */
export function hintAt(text: string, line: number): YamlHint | null {
  const near = text
    .split(/\r?\n/)
    .slice(Math.max(0, line - 2), line)
    .toReversed();
  for (const candidate of near) {
    const found = signs.find(([, sign]) => sign.test(candidate));
    if (found !== undefined) return found[0];
  }
  return null;
}
