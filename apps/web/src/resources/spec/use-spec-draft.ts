import { pathText, valueAt, type KubernetesObject, type PlainPath } from '@pilothouse/kinds';
import { ref, shallowRef } from 'vue';
import type { z } from 'zod';
import { fieldErrorsOf } from '../../api/api-error.ts';
import { useFieldText } from '../../components/form/field-text.ts';
import { Draft } from '../../components/ObjectForm/draft.ts';
import { useUnitText, type SpecProblem } from '../../components/units/unit-text.ts';
import { specIssues } from './spec-issues.ts';
import { specPath } from './spec-path.ts';

export type SpecDraft = ReturnType<typeof useSpecDraft>;

/** A spec that is being written, by fields and as YAML; what is wrong with it stands at its fields. */
export function useSpecDraft() {
  const fieldText = useFieldText();
  const { problemText } = useUnitText();
  const draft = shallowRef<Draft | null>(null);
  const failure = shallowRef<unknown>(null);
  /** Something typed is not in the spec yet: a map's key without a name. */
  const isHeldBack = ref(false);

  function place(said: readonly { path: PlainPath; message: () => string }[]) {
    const current = draft.value;
    current?.errors.set(
      said.map(({ path, message }) => ({ field: pathText(path), message })),
      current.object,
    );
  }

  return {
    draft,
    failure,
    isHeldBack,
    /** Begins with a spec. */
    begin(spec: object) {
      draft.value = new Draft(spec as KubernetesObject);
    },
    /** The spec as the schema takes it; null where it does not, or where it cannot be read: then the page says why. */
    check<T>(schema: z.ZodType<T>): T | null {
      const current = draft.value;
      failure.value = null;
      if (current === null) return null;
      current.errors.clear();
      isHeldBack.value = current.isUnfinished;
      if (current.problem !== null || isHeldBack.value) return null;
      const result = schema.safeParse(current.object);
      if (result.success) return result.data;
      const issues = specIssues(result.error.issues, current.object);
      place(issues.map((issue) => ({ path: issue.path, message: () => fieldText(issue) })));
      return null;
    },
    /** Says what is wrong at its fields. @param under where in the draft the problems' paths begin. */
    show(problems: readonly SpecProblem[], under: PlainPath = []) {
      const object = draft.value?.object;
      place(
        problems.map((problem) => ({
          path: [...under, ...specPath(problem.path, valueAt(object, under))],
          message: () => problemText(problem),
        })),
      );
    },
    /** What a refused call says of the spec's fields stands there, everything else above the form. */
    refuse(error: unknown): boolean {
      const object = draft.value?.object;
      const own = fieldErrorsOf(error).filter(({ field }) => field.startsWith('spec.'));
      place(
        own.map((each) => {
          const path = specPath(each.field.slice('spec.'.length), object);
          const value = valueAt(object, path);
          return { path, message: () => fieldText({ ...each, value }) };
        }),
      );
      if (own.length === 0) failure.value = error;
      return own.length > 0;
    },
  };
}
