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
import { useFieldText } from './field-text.ts';

export interface Form<V extends object, B> {
  values: UnwrapNestedRefs<V>;
  /** What is wrong, by field. */
  errors: Ref<Record<string, string>>;
  /** What failed and belongs to no single field. */
  failure: ShallowRef<unknown>;
  isBusy: Ref<boolean>;
  /** Checks as the server does and, when all is well, runs; what was typed stays whatever happens. */
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
  const fieldText = useFieldText();
  const values = reactive(initial() as object) as UnwrapNestedRefs<z.input<S> & object>;
  const errors = ref<Record<string, string>>({});
  const failure = shallowRef<unknown>(null);
  const isBusy = ref(false);

  // What is being changed is no longer what was wrong.
  watch(
    () => ({ ...values }) as Record<string, unknown>,
    (now, before) => {
      const kept = Object.entries(errors.value).filter(([field]) => now[field] === before[field]);
      if (kept.length < Object.keys(errors.value).length) errors.value = Object.fromEntries(kept);
    },
    { flush: 'sync' },
  );

  function problems(): Record<string, string> {
    const result = schema.safeParse(toRaw(values));
    if (result.success) return {};
    const found: Record<string, string> = {};
    for (const issue of result.error.issues) {
      const field = issue.path.join('.');
      found[field] ??= fieldText({ ...issue, value: (values as Record<string, unknown>)[field] });
    }
    return found;
  }

  async function submit(run: (body: z.input<S>) => Promise<unknown>): Promise<boolean> {
    errors.value = problems();
    failure.value = null;
    if (Object.keys(errors.value).length > 0 || isBusy.value) return false;
    isBusy.value = true;
    try {
      await run(structuredClone(toRaw(values)) as z.input<S>);
      return true;
    } catch (error) {
      const own = fieldErrorsOf(error).filter(({ field }) => field in values);
      errors.value = Object.fromEntries(own.map((entry) => [entry.field, fieldText(entry)]));
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
      const found = problems()[field];
      const { [field]: _old, ...others } = errors.value;
      errors.value = found === undefined ? others : { ...others, [field]: found };
    },
    reset: () => {
      Object.assign(values, initial());
      errors.value = {};
      failure.value = null;
    },
  };
}
