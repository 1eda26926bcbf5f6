import { endpoints, type OutputOf } from '@pilothouse/contract';
import { computed, ref, shallowRef, watch } from 'vue';
import { ApiError } from '../../../api/api-error.ts';
import { call } from '../../../api/call.ts';
import type { Probe } from '../../../api/clusters.ts';

export type KubeconfigInspection = OutputOf<typeof endpoints.inspectKubeconfig>;
export type KubeconfigContext = KubeconfigInspection['contexts'][number];

/** Nothing in it is refused or broken. */
export function isUsable(context: KubeconfigContext): boolean {
  return context.refusals.length === 0 && context.problems.length === 0;
}

/** A pasted kubeconfig on its way: inspected, a context chosen, probed. Nothing of it is stored. */
export function useKubeconfig() {
  const text = ref('');
  const inspection = shallowRef<KubeconfigInspection | null>(null);
  const chosen = ref<string | null>(null);
  const allowInsecure = ref(false);
  const probe = shallowRef<Probe | null>(null);
  const error = shallowRef<unknown>(null);
  const isInspecting = ref(false);
  const isProbing = ref(false);

  const context = computed(
    () => inspection.value?.contexts.find(({ name }) => name === chosen.value) ?? null,
  );
  const isChosen = computed(
    () =>
      context.value !== null &&
      isUsable(context.value) &&
      (!context.value.insecureSkipTlsVerify || allowInsecure.value),
  );

  watch(text, () => {
    inspection.value = null;
    error.value = null;
  });
  watch([chosen, allowInsecure], () => {
    error.value = null;
  });
  watch([inspection, chosen, allowInsecure], () => {
    probe.value = null;
  });
  /** What was chosen will be refused however often it is sent. */
  const isRefused = computed(() => error.value instanceof ApiError && !error.value.passes);

  async function inspect(): Promise<boolean> {
    isInspecting.value = true;
    error.value = null;
    try {
      const answer = await call(endpoints.inspectKubeconfig, { body: { kubeconfig: text.value } });
      const usable = answer.contexts.filter((entry) => isUsable(entry));
      const preferred =
        usable.find(({ current }) => current) ?? (usable.length === 1 ? usable[0] : undefined);
      inspection.value = answer;
      chosen.value = preferred?.name ?? null;
      allowInsecure.value = false;
      return true;
    } catch (failure) {
      error.value = failure;
      return false;
    } finally {
      isInspecting.value = false;
    }
  }

  async function test(): Promise<void> {
    isProbing.value = true;
    error.value = null;
    try {
      const answer = await call(endpoints.inspectKubeconfig, { body: { ...choice(), probe: true } });
      probe.value = answer.probe;
    } catch (failure) {
      error.value = failure;
    } finally {
      isProbing.value = false;
    }
  }

  /** What registering and replacing take. */
  function choice() {
    return {
      kubeconfig: text.value,
      allowInsecure: allowInsecure.value,
      ...(chosen.value === null ? {} : { context: chosen.value }),
    };
  }

  return {
    text,
    inspection,
    chosen,
    context,
    allowInsecure,
    probe,
    error,
    isInspecting,
    isProbing,
    isChosen,
    isRefused,
    inspect,
    test,
    choice,
  };
}
