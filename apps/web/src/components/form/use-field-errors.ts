import { computed, shallowRef, type ComputedRef, type ShallowRef } from 'vue';
import { useFieldText, type FieldProblem } from './field-text.ts';

export interface FieldErrors {
  /** What is wrong, by field: set this. */
  problems: ShallowRef<Record<string, FieldProblem>>;
  /** The same in words, in the language of the moment. */
  errors: ComputedRef<Record<string, string>>;
}

/** What is wrong with a form's fields. */
export function useFieldErrors(): FieldErrors {
  const fieldText = useFieldText();
  const problems = shallowRef<Record<string, FieldProblem>>({});
  const errors = computed(() =>
    Object.fromEntries(Object.entries(problems.value).map(([field, problem]) => [field, fieldText(problem)])),
  );
  return { problems, errors };
}

/** Issues of a schema by their field, the first of each. */
export function problemsOf(
  issues: readonly (FieldProblem & { path: readonly PropertyKey[] })[],
): Record<string, FieldProblem> {
  return Object.fromEntries(issues.toReversed().map((issue) => [issue.path.join('.'), issue]));
}
