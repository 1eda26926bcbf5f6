/** Terms of a label selector; commas in parentheses are within a term. */
function termsOf(selector: string): string[] {
  return selector
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== '');
}

/** The label that a term is about. */
function keyOf(term: string): string {
  return /^!?\s*([^\s=!]+)/.exec(term)?.[1] ?? '';
}

/** A label selector without what it says of one label. */
export function withoutLabel(selector: string, key: string): string {
  return termsOf(selector)
    .filter((term) => keyOf(term) !== key)
    .join(',');
}

/** Selects by a label's value beside what the selector says of others; null: those without the label. */
export function withLabel(selector: string, key: string, value: string | null): string {
  const others = withoutLabel(selector, key);
  const term = value === null ? `!${key}` : `${key}=${value}`;
  return others === '' ? term : `${others},${term}`;
}

/** Whether the selector says just that of the label. */
export function selectsLabel(selector: string, key: string, value: string | null): boolean {
  return termsOf(selector).includes(value === null ? `!${key}` : `${key}=${value}`);
}
