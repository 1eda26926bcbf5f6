import { onScopeDispose, shallowRef, watchEffect } from 'vue';

/** Whether the page on screen holds what cannot be had again: it is not replaced because its cluster is out of reach. */
export const isPageKept = shallowRef(false);

/** Keeps the page on screen while the answer is yes and the page is there. */
export function useKeptPage(isKept: () => boolean): void {
  watchEffect(() => {
    isPageKept.value = isKept();
  });
  onScopeDispose(() => {
    isPageKept.value = false;
  });
}
