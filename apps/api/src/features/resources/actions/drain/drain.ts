import type { Node } from '@pilothouse/kinds';
import { getObject, parseLabelSelector, type KubernetesObject } from '@pilothouse/kube';
import { AppError } from '../../../../http/app-error.ts';
import { toAppError } from '../../../../http/error-handler.ts';
import type { NewItem } from '../../../../operations/operation-handler.ts';
import type { FindCluster, ResourceCluster } from '../../resource-cluster.ts';
import type { RowSources } from '../../row-sources.ts';
import type { Writer } from '../../writer.ts';
import type { ActionSubject } from '../action-implementation.ts';
import type { LongActions } from '../long-action.ts';
import { drainHandler } from './drain-handler.ts';
import type { DrainInput, PartOf } from './drain-items.ts';
import { keptPlan, type KeptPlan } from './kept-plan.ts';
import { DrainPlanner } from './plan-nodes.ts';

type WireNode = Node & KubernetesObject;

const mostPlanMs = 5000;

/** What a drain needs of the platform. */
export interface DrainDeps {
  find: FindCluster;
  writer: Writer;
  sources: RowSources;
  /** Of a cluster, by its id. */
  environmentOf: (cluster: string) => Promise<string | undefined>;
}

/** Every node, each once, before anything happens to any. */
async function nodesOf(subjects: ActionSubject[], podSelector: string): Promise<WireNode[]> {
  parseLabelSelector(podSelector);
  const once = new Map(subjects.map((subject) => [subject.ref.name, subject]));
  return Promise.all(
    [...once.values()].map(async ({ connection, ref, uid, signal }) => {
      const node = await getObject<WireNode>(connection, ref, signal ? { signal } : {});
      if (uid !== undefined && node.metadata.uid !== uid)
        throw new AppError('changedMeanwhile', { what: ref.name });
      return node;
    }),
  );
}

/** `kubectl drain` (`kubectl/pkg/cmd/drain/drain.go`). */
export function drain({ find, writer, sources, environmentOf }: DrainDeps): LongActions['drain'] {
  const planner = new DrainPlanner(find, sources);
  /** For the record: a drain does not wait long for it, nor fail by it. */
  async function foreseen(
    cluster: ResourceCluster,
    nodes: WireNode[],
    parameters: DrainInput['parameters'],
  ): Promise<KeptPlan | null> {
    const late = AbortSignal.timeout(mostPlanMs);
    try {
      return keptPlan(await planner.plan(cluster, nodes, parameters, late));
    } catch (error) {
      if (!late.aborted && toAppError(error).code === 'internal') throw error;
      return null;
    }
  }
  return {
    async begin(cluster, subjects, parameters) {
      const { podSelector, reason } = parameters;
      if (reason === '' && (await environmentOf(cluster.id)) === 'production')
        throw new AppError('reasonRequired', {}, 'body.parameters.reason');
      const nodes = await nodesOf(subjects, podSelector);
      const input: PartOf<'cordonAll'> = {
        part: 'cordonAll',
        nodes: nodes.map(({ metadata: { name, uid } }) => ({ node: name, uid })),
        plan: await foreseen(cluster, nodes, parameters),
      };
      return [{ target: 'cordon', input } satisfies NewItem<PartOf<'cordonAll'>>];
    },
    async plan(cluster, subjects, parameters, signal) {
      return planner.plan(cluster, await nodesOf(subjects, parameters.podSelector), parameters, signal);
    },
    handler: drainHandler(find, writer) as never,
  };
}
