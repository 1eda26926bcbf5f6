import { applicationSpec, endpoints } from '@pilothouse/contract';
import { listKeysOf, threeWayMerge, type MergeChoice, type MergeConflict } from '@pilothouse/kinds';
import { computed, ref, shallowRef } from 'vue';
import { ApiError } from '../../../api/api-error.ts';
import { call } from '../../../api/call.ts';
import type { ApplicationDetail, ApplicationPlan, ApplicationSpec } from '../application-types.ts';
import { useSpecDraft } from '../../../resources/spec/use-spec-draft.ts';

/** Who takes a change over: all, those named, or these one after the other. */
export type RollOut = 'all' | string[] | { staged: string[]; deadlineSeconds: number };

/**
 * Changing what the instances of an application share: write it, see what it does to each instance, say which of them
 * take it over. When somebody else was faster both are joined, and what both changed is asked.
 */
export function useApplicationEdit(application: string) {
  const spec = useSpecDraft();
  const detail = shallowRef<ApplicationDetail | null>(null);
  const plan = shallowRef<ApplicationPlan | null>(null);
  /** Refused while the plan is looked at. */
  const planFailure = shallowRef<unknown>(null);
  const conflicts = shallowRef<MergeConflict[] | null>(null);
  const isJoined = ref(false);
  const isBusy = ref(false);
  const isSaved = ref(false);
  /** That rolls out what was saved. */
  const operation = ref<string | null>(null);
  const params = { application };
  /** As the user sent it to be planned. */
  let planned: ApplicationSpec | null = null;

  async function alone(work: () => Promise<void>) {
    if (isBusy.value) return;
    isBusy.value = true;
    try {
      await work();
    } finally {
      isBusy.value = false;
    }
  }

  async function load() {
    spec.failure.value = null;
    try {
      detail.value = await call(endpoints.getApplication, { params });
      spec.begin(detail.value.spec);
    } catch (error) {
      spec.failure.value = error;
    }
  }

  async function review() {
    planned = spec.check(applicationSpec);
    if (planned === null) return;
    try {
      const answer = await call(endpoints.planApplication, { params, body: { spec: planned } });
      spec.show(answer.problems);
      if (answer.problems.length === 0) plan.value = answer;
    } catch (error) {
      spec.refuse(error);
    }
  }

  /** Takes in what somebody else made of it meanwhile. */
  async function join(choices?: ReadonlyMap<string, MergeChoice>) {
    const mine = spec.draft.value?.object;
    const base = detail.value;
    if (mine === undefined || base === null) return;
    const theirs = await call(endpoints.getApplication, { params });
    const result = threeWayMerge(base.spec, theirs.spec, mine, listKeysOf(null), choices);
    if (choices === undefined && result.conflicts.length > 0) {
      conflicts.value = result.conflicts;
      return;
    }
    conflicts.value = null;
    isJoined.value = choices === undefined;
    detail.value = theirs;
    spec.draft.value?.startFrom(theirs.spec as never);
    spec.draft.value?.assign(result.merged as never);
    await review();
  }

  async function save(to: RollOut, reason: string): Promise<boolean> {
    if (planned === null || detail.value === null) return false;
    const stages = typeof to === 'object' && 'staged' in to ? to : null;
    const rollOut = stages === null ? (to as 'all' | string[]) : [];
    planFailure.value = null;
    const { version } = detail.value;
    try {
      const body = { spec: planned, version, reason, rollOut };
      const saved = await call(endpoints.updateApplication, { params, body });
      isSaved.value = true;
      if (stages !== null) {
        const { staged: instances, deadlineSeconds } = stages;
        const stage = { version: saved.version, instances, deadlineSeconds, reason };
        operation.value = (await call(endpoints.rollOutApplication, { params, body: stage })).operation;
      }
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'changedMeanwhile') {
        plan.value = null;
        await join();
      } else if (spec.refuse(error)) plan.value = null;
      else planFailure.value = error;
      return false;
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
    operation,
    isUnsaved: computed(() => !isSaved.value && spec.draft.value?.isChanged === true),
    load,
    review: () => {
      isJoined.value = false;
      return alone(review);
    },
    resolve: (choices: ReadonlyMap<string, MergeChoice>) => alone(() => join(choices)),
    back: () => {
      plan.value = null;
      conflicts.value = null;
      planFailure.value = null;
    },
    /** Whether it was written. */
    save: async (rollOut: RollOut, reason: string): Promise<boolean> => {
      let isDone = false;
      await alone(async () => {
        isDone = await save(rollOut, reason);
      });
      return isDone;
    },
  };
}
