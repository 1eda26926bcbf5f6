import { endpoints, treeOf, type OutputOf } from '@pilothouse/contract';
import { defineStore } from 'pinia';
import { computed, watch } from 'vue';
import { useSession } from './session.ts';
import { useLive } from './use-live.ts';

export type TreeNode = OutputOf<typeof endpoints.listTree>['nodes'][number];

/** The service tree as far as one may see it, live from the first page on that needs it; then rights on its nodes can be asked. */
export const useServiceTree = defineStore('serviceTree', () => {
  const session = useSession();
  const live = useLive(endpoints.listTree, () => (session.state === 'signedIn' ? {} : null));
  const answer = computed(() => (session.state === 'signedIn' ? live.data.value : null));
  const byId = computed(() => new Map((answer.value?.nodes ?? []).map((node) => [node.id, node])));
  watch(byId, (nodes) => (session.tree = treeOf(nodes)), { immediate: true });
  return {
    nodes: computed(() => answer.value?.nodes ?? []),
    levels: computed(() => answer.value?.levels ?? []),
    byId,
    error: live.error,
    isPending: live.isPending,
  };
});
