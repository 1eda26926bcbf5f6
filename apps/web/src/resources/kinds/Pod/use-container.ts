import { containersOf, defaultContainer, type Pod } from '@pilothouse/kinds';
import { computed, type Ref } from 'vue';
import { useRoute, useRouter } from 'vue-router';

/** The container a tab is about: `?container=` in the URL, else the one kubectl would take. */
export function useContainer(pod: Ref<Pod>) {
  const route = useRoute();
  const router = useRouter();
  return computed({
    get: () => {
      const wanted = String(route.query.container ?? '');
      const exists = containersOf(pod.value).some(({ name }) => name === wanted);
      return exists ? wanted : (defaultContainer(pod.value) ?? '');
    },
    set: (container) => void router.replace({ query: { ...route.query, container } }),
  });
}
