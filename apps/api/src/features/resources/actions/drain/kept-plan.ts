import type { keptDrainPlan, PlanOf } from '@pilothouse/contract';
import type { z } from 'zod';

type Pod = PlanOf<'drain'>['nodes'][number]['pods'][number];
export type KeptPlan = z.output<typeof keptDrainPlan>;

/** Pods that are named, of all nodes together. */
const mostNamed = 1000;

/** A plan as it is kept with its drain. */
export function keptPlan({ evicts, nodes }: PlanOf<'drain'>): KeptPlan {
  const each = Math.ceil(mostNamed / Math.max(1, nodes.length));
  return {
    evicts,
    nodes: nodes.map((node) => {
      const pods = node.pods.toSorted((a, b) => Number(goesSimply(a)) - Number(goesSimply(b)));
      return { ...node, pods: pods.slice(0, each), unnamed: Math.max(0, pods.length - each) };
    }),
  };
}

function goesSimply({ outcome, warnings }: Pod): boolean {
  return outcome === 'evict' && warnings.length === 0;
}
