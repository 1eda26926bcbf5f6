import {
  reactive,
  ref,
  shallowRef,
  toRaw,
  watch,
  type Ref,
  type ShallowRef,
  type UnwrapNestedRefs,
} from 'vue';
import type { z } from 'zod';
import { fieldErrorsOf } from '../../api/api-error.ts';
import type { FieldProblem } from './field-text.ts';
import { showRefusal } from './show-refusal.ts';
import { problemsOf, useFieldErrors, type FieldErrors } from './use-field-errors.ts';

export interface Form<V extends object, B> {
  values: UnwrapNestedRefs<V>;
  errors: FieldErrors['errors'];
  /** What failed and belongs to no single field. */
  failure: ShallowRef<unknown>;
  isBusy: Ref<boolean>;
  /** Checks as the server does and, when all is well, runs; what was typed stays, and what is wrong comes into sight. */
  submit: (run: (body: B) => Promise<unknown>) => Promise<boolean>;
  /** Checks one field, once the user has left it. */
  check: (field: string) => void;
  reset: () => void;
}

/**
 * A form over an endpoint's own body schema.
 * @param initial fresh values; `values` has the schema's input shape.
 */
export function useForm<S extends z.ZodType<unknown, object>>(
  schema: S,
  initial: () => z.input<S>,
): Form<z.input<S> & object, z.input<S>> {
  const values = reactive(initial() as object) as UnwrapNestedRefs<z.input<S> & object>;
  const { problems, errors } = useFieldErrors();
  const failure = shallowRef<unknown>(null);
  const isBusy = ref(false);

  // What is being changed is no longer what was wrong.
  watch(
    () => ({ ...values }) as Record<string, unknown>,
    (now, before) => {
      const kept = Object.entries(problems.value).filter(([field]) => now[field] === before[field]);
      if (kept.length < Object.keys(problems.value).length) problems.value = Object.fromEntries(kept);
    },
    { flush: 'sync' },
  );

  function find(): Record<string, FieldProblem> {
    const result = schema.safeParse(toRaw(values));
    if (result.success) return {};
    const found = Object.entries(problemsOf(result.error.issues));
    return Object.fromEntries(
      found.map(([field, issue]) => [field, { ...issue, value: valueAt(values, field) }]),
    );
  }

  async function submit(run: (body: z.input<S>) => Promise<unknown>): Promise<boolean> {
    const part = document.activeElement?.closest('[role=dialog], main') ?? document.body;
    const isDone = await attempt(run);
    if (!isDone) await showRefusal(part);
    return isDone;
  }

  async function attempt(run: (body: z.input<S>) => Promise<unknown>): Promise<boolean> {
    problems.value = find();
    failure.value = null;
    if (Object.keys(problems.value).length > 0 || isBusy.value) return false;
    isBusy.value = true;
    try {
      await run(structuredClone(toRaw(values)) as z.input<S>);
      return true;
    } catch (error) {
      const own = fieldErrorsOf(error).filter(({ field }) => field in values);
      problems.value = Object.fromEntries(own.map((entry) => [entry.field, entry]));
      if (own.length === 0) failure.value = error;
      return false;
    } finally {
      isBusy.value = false;
    }
  }

  return {
    values,
    errors,
    failure,
    isBusy,
    submit,
    check: (field) => {
      const found = find()[field];
      const { [field]: _old, ...others } = problems.value;
      problems.value = found === undefined ? others : { ...others, [field]: found };
    },
    reset: () => {
      Object.assign(values, initial());
      problems.value = {};
      failure.value = null;
    },
  };
}

/** What stands at a field's path: `scopes.0.node`. */
function valueAt(values: object, field: string): unknown {
  return field
    .split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], values);
}
