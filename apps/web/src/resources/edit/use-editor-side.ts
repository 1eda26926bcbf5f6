import { computed, type WritableComputedRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import type { EditorSide } from './edit-location.ts';

/** Which side of the editor is shown, as the address says. */
export function useEditorSide(): WritableComputedRef<EditorSide> {
  const route = useRoute();
  const router = useRouter();
  return computed({
    get: () => (route.query['side'] === 'yaml' ? 'yaml' : 'form'),
    set: (side) =>
      void router.replace({ query: { ...route.query, side: side === 'yaml' ? side : undefined } }),
  });
}
