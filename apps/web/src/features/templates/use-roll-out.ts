import type { endpoints, InputOf, OutputOf } from '@pilothouse/contract';
import { computed, ref, shallowRef } from 'vue';

export type TaskDocument = OutputOf<typeof endpoints.planTask>['documents'][number];

/** What rolling out to a cluster would do: being planned, planned, or no plan and why. */
export interface ClusterPlan {
  cluster: string;
  documents: TaskDocument[] | null;
  error: unknown;
}

type Options = Pick<InputOf<typeof endpoints.planTask>['body'], 'fieldValidation' | 'force'>;
/** Asks for the plan of a cluster. */
type AskForPlan = (cluster: string, options: Options) => Promise<OutputOf<typeof endpoints.planTask>>;

/** Clusters planned at once: each plan tries its documents at once already. */
const plansAtOnce = 4;

/** Plans a template cluster by cluster; what is planned can be applied, whatever is left out is named as failed. */
export function useRollOut() {
  const plans = shallowRef<ClusterPlan[]>([]);
  const isPlanning = ref(false);
  const isLenient = ref(false);
  const isForced = ref(false);
  const options = (): Options => ({
    fieldValidation: isLenient.value ? 'Warn' : 'Strict',
    force: isForced.value,
  });

  async function plan(clusters: readonly string[], ask: AskForPlan) {
    isPlanning.value = true;
    plans.value = clusters.map((cluster) => ({ cluster, documents: null, error: null }));
    const waiting = [...clusters];
    const told = (cluster: string, change: Partial<ClusterPlan>) => {
      plans.value = plans.value.map((each) => (each.cluster === cluster ? { ...each, ...change } : each));
    };
    const work = async () => {
      for (let cluster = waiting.shift(); cluster !== undefined; cluster = waiting.shift()) {
        try {
          const { documents } = await ask(cluster, options());
          told(cluster, { documents });
        } catch (error) {
          told(cluster, { error });
        }
      }
    };
    await Promise.all(Array.from({ length: plansAtOnce }, work));
    isPlanning.value = false;
  }

  const isApplied = ({ state }: TaskDocument) => state !== 'refused';
  /** As the API takes it. */
  const clusters = computed(() =>
    plans.value.map(({ cluster, documents }) => ({
      cluster,
      documents: (documents ?? [])
        .filter(isApplied)
        .map(({ into, index, target }) => ({ into, index, target })),
    })),
  );
  const all = computed(() => plans.value.flatMap(({ documents }) => documents ?? []));
  return {
    plans,
    isPlanning,
    isLenient,
    isForced,
    options,
    plan,
    clusters,
    objects: computed(() => all.value.filter(isApplied).length),
    refused: computed(() => all.value.length - all.value.filter(isApplied).length),
    documents: all,
  };
}
