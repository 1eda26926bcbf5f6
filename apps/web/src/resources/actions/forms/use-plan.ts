import { actions, endpointsOfActions, type Action, type ActionId, type PlanOf } from '@pilothouse/contract';
import { computed, onBeforeUnmount, shallowRef, watch } from 'vue';
import { call } from '../../../api/call.ts';
import type { Row } from '../../../api/live-rows.ts';
import type { ResourceRef } from '../../resource-location.ts';

interface Asked {
  resource: ResourceRef;
  rows: Row[];
  /** As the server will read them; while it would refuse them there is no plan. */
  parameters: Record<string, unknown>;
}

/** What an action would do to some objects now; made anew when the parameters change. */
export function usePlan<Id extends ActionId>(id: Id, asked: () => Asked) {
  const plan = shallowRef<PlanOf<Id> | null>(null);
  const failure = shallowRef<unknown>(null);
  const isPending = shallowRef(false);
  const schema = (actions[id] as unknown as Action).parameters;
  const parameters = computed(() => JSON.stringify(asked().parameters));
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turns = 0;

  async function load() {
    const { plan: endpoint } = endpointsOfActions[id];
    if (endpoint === null) return;
    const turn = ++turns;
    const { resource, rows } = asked();
    const targets = rows.map(({ name, namespace, uid }) => ({
      name,
      uid,
      ...(namespace !== undefined && { namespace }),
    }));
    const body = { targets, parameters: JSON.parse(parameters.value) as unknown };
    try {
      const answer = await call(endpoint, { params: resource, body });
      if (turn !== turns) return;
      plan.value = answer as PlanOf<Id>;
      failure.value = null;
    } catch (error) {
      if (turn === turns) failure.value = error;
    } finally {
      if (turn === turns) isPending.value = false;
    }
  }

  watch(
    parameters,
    (now, before) => {
      clearTimeout(timer);
      turns += 1;
      isPending.value = schema.safeParse(JSON.parse(now)).success;
      if (!isPending.value) {
        plan.value = null;
        failure.value = null;
        return;
      }
      // somebody may be typing
      timer = setTimeout(() => void load(), before === undefined ? 0 : 300);
    },
    { immediate: true },
  );
  onBeforeUnmount(() => clearTimeout(timer));
  return { plan, failure, isPending, load };
}

interface PlannedObject {
  uid: string;
  /** Not there any more, or another one by now. */
  isGone: boolean;
  seen: string;
  changes: readonly unknown[];
}

/** What was seen of each object that is there, by uid: the action is done only where that is still so. */
export function seenOf(planned: readonly PlannedObject[]): Record<string, string> {
  return Object.fromEntries(planned.filter(({ isGone }) => !isGone).map(({ uid, seen }) => [uid, seen]));
}

/** How many stay as they are. */
export function unchangedOf(planned: readonly PlannedObject[]): number {
  return planned.filter(({ isGone, changes }) => !isGone && changes.length === 0).length;
}
