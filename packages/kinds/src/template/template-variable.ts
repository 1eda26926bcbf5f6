export const templateVariableTypes = ['string', 'number', 'boolean', 'secret'] as const;
export type TemplateVariableType = (typeof templateVariableTypes)[number];

export type TemplateValue = string | number | boolean;

/** What a template wants to be told. */
export interface TemplateVariable {
  name: string;
  type: TemplateVariableType;
  required: boolean;
  default: TemplateValue | null;
  /** The only values there may be; none: any. */
  choices: readonly TemplateValue[];
  /** A regular expression that the whole text has to match. */
  pattern: string | null;
}

/** Why a value is not accepted. */
export interface ValueProblem {
  variable: string;
  problem: 'unknown' | 'required' | 'type' | 'choice' | 'pattern' | 'text';
}

/** Whether a text matches a pattern as a whole; whoever runs it bounds what that may cost. */
export type Matches = (pattern: string, text: string) => boolean;

/** Whether a value is of a variable's type; a number has to be one that JSON and JavaScript agree on. */
export function isOfType(type: TemplateVariableType, value: unknown): value is TemplateValue {
  if (type === 'boolean') return typeof value === 'boolean';
  if (type !== 'number') return typeof value === 'string';
  return (
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (!Number.isInteger(value) || Number.isSafeInteger(value))
  );
}

/**
 * The values a template is rendered with: what was given, defaults for the rest. What is neither given nor has a default
 * is left out. An empty text counts as not given.
 */
export function completeValues(
  variables: readonly TemplateVariable[],
  given: Readonly<Record<string, TemplateValue>>,
  matches: Matches | null,
): { values: Map<string, TemplateValue>; problems: ValueProblem[] } {
  const values = new Map<string, TemplateValue>();
  const names = new Set(variables.map(({ name }) => name));
  const problems: ValueProblem[] = Object.keys(given)
    .filter((name) => !names.has(name))
    .map((variable) => ({ variable, problem: 'unknown' }));
  for (const variable of variables) {
    const own = Object.hasOwn(given, variable.name) ? given[variable.name] : undefined;
    const value = own === undefined || own === '' ? variable.default : own;
    if (value === null) {
      if (variable.required) problems.push({ variable: variable.name, problem: 'required' });
      continue;
    }
    const problem = problemOf(variable, value, matches);
    if (problem === null) values.set(variable.name, value);
    else problems.push({ variable: variable.name, problem });
  }
  return { values, problems };
}

function problemOf(
  { type, choices, pattern }: TemplateVariable,
  value: TemplateValue,
  matches: Matches | null,
): ValueProblem['problem'] | null {
  if (!isOfType(type, value)) return 'type';
  // half a surrogate pair is no text that YAML or JSON could carry
  if (typeof value === 'string' && !value.isWellFormed()) return 'text';
  if (choices.length > 0 && !choices.includes(value)) return 'choice';
  if (pattern !== null && matches !== null && !matches(pattern, String(value))) return 'pattern';
  return null;
}
