import { pathText, type PlainPath } from '@pilothouse/kinds';
import {
  computed,
  inject,
  provide,
  toValue,
  useId,
  watch,
  type ComputedRef,
  type InjectionKey,
  type MaybeRefOrGetter,
} from 'vue';
import type { Draft } from './draft.ts';

/** What every field takes. */
export interface FieldProps {
  path: PlainPath;
  label: string;
  help?: string | undefined;
  /** Shown, but not to be changed: what the cluster holds fixed. */
  isFixed?: boolean;
  isRequired?: boolean;
  /** Said to those who cannot see where it stands only: in a list of one-line items. */
  isLabelHidden?: boolean;
}

interface FieldFrame extends Pick<FieldProps, 'label' | 'help' | 'isRequired' | 'isLabelHidden'> {
  for: string;
  error: string | undefined;
}

export interface Field {
  draft: Draft;
  /** Of the input, for its label. */
  id: string;
  value: ComputedRef<unknown>;
  /** The value as it stands in an input; '' where there is none. */
  text: ComputedRef<string>;
  /** What the server does not accept. */
  error: ComputedRef<string | undefined>;
  isDisabled: ComputedRef<boolean>;
  /** What FormField says around the input. */
  frame: ComputedRef<FieldFrame>;
  /** Attributes of the input: what it is called, what is wrong with it. */
  attributes: ComputedRef<Record<string, unknown>>;
  /** Writes the value; undefined takes the field away. */
  write: (value: unknown) => void;
}

const key: InjectionKey<Draft> = Symbol('draft');

/** The fields below write to this draft. */
export function provideDraft(draft: Draft): void {
  provide(key, draft);
}

/** The draft that the form around is about. */
export function useDraft(): Draft {
  const draft = inject(key);
  if (draft === undefined) throw new Error('used outside of a form');
  return draft;
}

/** Says that what is wrong at a path has a place on the page. */
export function useRegistered(draft: Draft, path: () => PlainPath | null): void {
  watch(
    // a path is written anew at each drawing of the page
    () => pathText(path() ?? []),
    (_text, _before, onCleanup) => {
      const now = path();
      if (now !== null) onCleanup(draft.errors.register(now));
    },
    { immediate: true },
  );
}

/** One place of the draft, with what was said of it. */
export function useField(
  props: { path: PlainPath } & Partial<FieldProps>,
  ownError?: MaybeRefOrGetter<string | undefined>,
): Field {
  const draft = useDraft();
  const id = `field-${useId()}`;
  useRegistered(draft, () => props.path);
  const error = computed(() => draft.errors.at(props.path) ?? toValue(ownError));
  const value = computed(() => draft.get(props.path));
  const isDisabled = computed(() => props.isFixed === true || draft.problem !== null);
  return {
    draft,
    id,
    value,
    text: computed(() => (value.value === undefined || value.value === null ? '' : String(value.value))),
    error,
    isDisabled,
    frame: computed(() => ({
      for: id,
      label: props.label ?? '',
      help: props.help,
      error: error.value,
      isRequired: props.isRequired === true,
      isLabelHidden: props.isLabelHidden === true,
    })),
    attributes: computed(() => ({
      id,
      disabled: isDisabled.value,
      'aria-invalid': error.value !== undefined,
      ...(props.isRequired ? { 'aria-required': true } : {}),
      ...(error.value !== undefined || props.help ? { 'aria-describedby': `${id}-help` } : {}),
      ...(props.isLabelHidden ? { 'aria-label': props.label } : {}),
    })),
    write: (value) => draft.set(props.path, value),
  };
}
