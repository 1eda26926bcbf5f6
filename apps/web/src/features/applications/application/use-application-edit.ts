import { applicationSpec, endpoints } from '@pilothouse/contract';
import { ref } from 'vue';
import { call } from '../../../api/call.ts';
import { useReviewedDraft } from '../../../resources/spec/use-reviewed-draft.ts';
import { useSpecDraft } from '../../../resources/spec/use-spec-draft.ts';
import type { ApplicationDetail, ApplicationPlan, ApplicationSpec } from '../application-types.ts';

/** Who takes a change over: all, those named, or these one after the other. */
export type RollOut = 'all' | string[] | { staged: string[]; deadlineSeconds: number };

/**
 * Changing what the instances of an application share: write it, see what it does to each instance, say which of them
 * take it over.
 */
export function useApplicationEdit(application: string) {
  const spec = useSpecDraft();
  const params = { application };
  const read = () => call(endpoints.getApplication, { params });
  /** As the user sent it to be planned. */
  let planned: ApplicationSpec | null = null;
  const draft = useReviewedDraft<ApplicationDetail, ApplicationPlan>(spec, {
    read,
    formOf: (detail) => detail.spec,
    plan: async () => {
      planned = spec.check(applicationSpec);
      if (planned === null) return null;
      const answer = await call(endpoints.planApplication, { params, body: { spec: planned } });
      spec.show(answer.problems);
      return answer.problems.length === 0 ? answer : null;
    },
    refuse: spec.refuse,
  });
  /** That rolls out what was saved. */
  const operation = ref<string | null>(null);

  async function load() {
    spec.failure.value = null;
    try {
      draft.detail.value = await read();
      spec.begin(draft.detail.value.spec);
    } catch (error) {
      spec.failure.value = error;
    }
  }

  async function write(wanted: ApplicationSpec, to: RollOut, reason: string) {
    const stages = typeof to === 'object' && 'staged' in to ? to : null;
    const rollOut = stages === null ? (to as 'all' | string[]) : [];
    const version = draft.detail.value?.version ?? 0;
    const body = { spec: wanted, version, reason, rollOut };
    const saved = await call(endpoints.updateApplication, { params, body });
    draft.isSaved.value = true;
    if (stages === null) return;
    const { staged: instances, deadlineSeconds } = stages;
    const stage = { version: saved.version, instances, deadlineSeconds, reason };
    operation.value = (await call(endpoints.rollOutApplication, { params, body: stage })).operation;
  }

  return {
    ...draft,
    operation,
    load,
    /** Whether it was written. */
    save: async (rollOut: RollOut, reason: string): Promise<boolean> => {
      const wanted = planned;
      if (wanted === null) return false;
      return (await draft.save(() => write(wanted, rollOut, reason).then(() => true))) ?? false;
    },
  };
}
