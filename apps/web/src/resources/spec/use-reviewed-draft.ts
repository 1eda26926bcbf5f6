import { listKeysOf, threeWayMerge, type MergeChoice, type MergeConflict } from '@pilothouse/kinds';
import { computed, ref, shallowRef } from 'vue';
import { ApiError } from '../../api/api-error.ts';
import type { SpecDraft } from './use-spec-draft.ts';

interface Reviewed<D, P> {
  /** As it is now; asked when somebody else was faster. */
  read: () => Promise<D>;
  /** What the draft is of it. */
  formOf: (detail: D) => object;
  /** What would come of the draft; null where something is wrong with it, and its fields say what. */
  plan: () => Promise<P | null>;
  /** Places what a call was refused for. Whether it stands at fields. */
  refuse: (error: unknown) => boolean;
}

/**
 * A draft on its way: written, its plan looked at, then saved. When somebody else was faster both are joined, and what
 * both changed is asked.
 */
export function useReviewedDraft<D, P>(
  spec: SpecDraft,
  { read, formOf, plan: planOf, refuse }: Reviewed<D, P>,
) {
  /** What is changed; null while it is read, and of what is new. */
  const detail = shallowRef<D | null>(null);
  const plan = shallowRef<P | null>(null);
  /** Refused while the plan is looked at. */
  const planFailure = shallowRef<unknown>(null);
  const conflicts = shallowRef<MergeConflict[] | null>(null);
  const isJoined = ref(false);
  const isBusy = ref(false);
  const isSaved = ref(false);

  /** One thing at a time. */
  async function alone<T>(work: () => Promise<T>): Promise<T | null> {
    if (isBusy.value) return null;
    isBusy.value = true;
    try {
      return await work();
    } catch (error) {
      spec.failure.value = error;
      return null;
    } finally {
      isBusy.value = false;
    }
  }

  async function review() {
    planFailure.value = null;
    try {
      plan.value = await planOf();
    } catch (error) {
      refuse(error);
    }
  }

  /** Takes in what somebody else made of it meanwhile. */
  async function join(base: D, choices?: ReadonlyMap<string, MergeChoice>) {
    const draft = spec.draft.value;
    if (draft === null) return;
    const theirs = await read();
    const now = formOf(theirs);
    const result = threeWayMerge(formOf(base), now, draft.object, listKeysOf(null), choices);
    if (choices === undefined && result.conflicts.length > 0) {
      conflicts.value = result.conflicts;
      return;
    }
    conflicts.value = null;
    isJoined.value = choices === undefined;
    detail.value = theirs;
    draft.startFrom(now as never);
    draft.assign(result.merged as never);
    await review();
  }

  async function save<T>(write: () => Promise<T>): Promise<T | null> {
    planFailure.value = null;
    try {
      const written = await write();
      isSaved.value = true;
      return written;
    } catch (error) {
      const base = detail.value;
      if (base !== null && error instanceof ApiError && error.code === 'changedMeanwhile') {
        plan.value = null;
        await join(base);
      } else if (refuse(error)) plan.value = null;
      else {
        // what is no field's stays with the button that was pressed
        planFailure.value = error;
        spec.failure.value = null;
      }
      return null;
    }
  }

  return {
    ...spec,
    detail,
    plan,
    planFailure,
    conflicts,
    isJoined,
    isBusy,
    isSaved,
    isUnsaved: computed(() => !isSaved.value && spec.draft.value?.isChanged === true),
    review: () => {
      isJoined.value = false;
      return alone(review);
    },
    resolve: (choices: ReadonlyMap<string, MergeChoice>) =>
      alone(async () => {
        if (detail.value !== null) await join(detail.value, choices);
      }),
    back: () => {
      plan.value = null;
      conflicts.value = null;
      planFailure.value = null;
    },
    /** What was written; null where it was refused, or somebody else was faster. */
    save: <T>(write: () => Promise<T>): Promise<T | null> => alone(() => save(write)),
  };
}
