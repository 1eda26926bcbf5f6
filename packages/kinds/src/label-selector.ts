import type { LabelSelector } from './wire/core.ts';

const byBytes = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** `a=1,b=2`, `<none>` without any (`apimachinery/pkg/labels.FormatLabels`). */
export function formatLabels(labels: Record<string, string> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? '<none>' : pairs.toSorted(byBytes).join(',');
}

type Requirement = NonNullable<LabelSelector['matchExpressions']>[number];

function textOf({ key, operator, values = [] }: Requirement): string {
  if (operator === 'Exists') return key;
  if (operator === 'DoesNotExist') return `!${key}`;
  return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.toSorted(byBytes).join(',')})`;
}

/**
 * A selector as `kubectl --selector` takes it (`metav1.LabelSelectorAsSelector`, then its `String`): by key,
 * `app=web,tier in (a,b),!legacy`. Empty where it selects everything, and where there is none, which selects nothing.
 */
export function labelSelectorText(selector: LabelSelector | undefined): string {
  const labels = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => ({
    key,
    text: `${key}=${value}`,
  }));
  const expressions = (selector?.matchExpressions ?? []).map((requirement) => ({
    key: requirement.key,
    text: textOf(requirement),
  }));
  return [...labels, ...expressions]
    .toSorted((a, b) => byBytes(a.key, b.key))
    .map(({ text }) => text)
    .join(',');
}

/** The same with `<none>` for nothing (`metav1.FormatLabelSelector`). */
export function formatLabelSelector(selector: LabelSelector | undefined): string {
  return labelSelectorText(selector) || '<none>';
}
