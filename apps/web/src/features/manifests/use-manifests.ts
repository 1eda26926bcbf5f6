import { endpoints } from '@pilothouse/contract';
import { computed, ref, shallowRef, watch } from 'vue';
import { call } from '../../api/call.ts';
import type { ManifestPlan } from '../../components/PlanReview/manifest-plan.ts';

/** A text of many objects: planned, looked at, applied as an operation. Whatever is refused, the text stays. */
export function useManifests(cluster: string, namespace: () => string) {
  const text = ref('');
  /** The cluster leaves out fields that it does not know. */
  const isLenient = ref(false);
  /** Fields that others have are taken over. */
  const isForced = ref(false);
  const plans = shallowRef<readonly ManifestPlan[] | null>(null);
  /** What was refused of the text as it is now. */
  const refused = shallowRef<readonly ManifestPlan[]>([]);
  const operation = ref<string | null>(null);
  const failure = shallowRef<unknown>(null);
  const isBusy = ref(false);
  /** A text of which nothing is left to do. */
  const done = ref('');

  async function alone(work: () => Promise<void>) {
    if (isBusy.value) return;
    isBusy.value = true;
    failure.value = null;
    try {
      await work();
    } catch (error) {
      failure.value = error;
    } finally {
      isBusy.value = false;
    }
  }

  const asked = () => ({
    text: text.value,
    namespace: namespace(),
    fieldValidation: isLenient.value ? ('Warn' as const) : ('Strict' as const),
    force: isForced.value,
  });
  const chosen = computed(() => (plans.value ?? []).filter(({ state }) => state !== 'refused'));
  const review = () =>
    alone(async () => {
      const { documents } = await call(endpoints.planManifests, { params: { cluster }, body: asked() });
      plans.value = documents;
      refused.value = documents.filter(({ state }) => state === 'refused');
    });
  const apply = () =>
    alone(async () => {
      const documents = chosen.value.map(({ index, target }) => ({ index, target }));
      const body = { ...asked(), documents };
      operation.value = (await call(endpoints.runManifests, { params: { cluster }, body })).operation;
    });

  watch(text, () => {
    failure.value = null;
    refused.value = [];
  });
  watch([isLenient, isForced], () => {
    if (plans.value !== null) void review();
  });

  return {
    text,
    isLenient,
    isForced,
    plans,
    chosen,
    refused,
    operation,
    failure,
    isBusy,
    isUnsaved: computed(() => text.value.trim() !== '' && text.value !== done.value),
    review,
    apply,
    /** Back to the text. */
    back() {
      plans.value = null;
      operation.value = null;
      failure.value = null;
    },
    /** All of the text was applied. */
    finish() {
      if (refused.value.length === 0) done.value = text.value;
    },
  };
}
