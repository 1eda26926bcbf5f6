import { actionRights, actions, type Action } from '@pilothouse/contract';
import type { OperationHandler } from '../../../../operations/operation-handler.ts';
import type { FindCluster } from '../../resource-cluster.ts';
import type { Writer } from '../../writer.ts';
import { DrainRun, type DrainTurn } from './drain-run.ts';
import { drainInput, drainItem, nodesOf, type DrainInput, type DrainItem } from './drain-items.ts';

/** Pods of a node are asked for at once, as kubectl does. */
export function drainHandler(find: FindCluster, writer: Writer): OperationHandler<DrainInput, DrainItem> {
  const drain = actions.drain as unknown as Action;
  const runs = new DrainRun(find, writer);
  return {
    input: drainInput,
    item: drainItem,
    concurrency: ({ input }) => input.parameters.nodesAtOnce,
    stopsAtFailure: ({ input }) => input.parameters.stopAtFailure,
    interruptible: true,
    claims: nodesOf,
    options: ({ parameters }) => drain.audited(parameters as never),
    request({ group, plural, parameters }, items) {
      const first = items.find((item) => item.part === 'cordonAll');
      // of a retry there are the nodes alone
      const nodes = first === undefined ? items.flatMap((item) => nodesOf(item)) : nodesOf(first);
      const targets = [...new Set(nodes)].map((name) => ({ name }));
      return { action: drain.id, group, plural, targets, parameters, plan: first?.plan ?? null };
    },
    requirements: ({ cluster, input: { group, plural, parameters } }, item) =>
      nodesOf(item).flatMap((name) => {
        const object = { cluster: cluster?.name ?? '', group, plural, namespace: '_', name };
        return actionRights(drain, object, parameters);
      }),
    audit({ cluster, input: { parameters } }, item) {
      // what changes something is in the rows of their parts
      if (item.part === 'cordonAll' || item.part === 'node') return null;
      const place = cluster === null ? {} : { cluster: cluster.name };
      if (item.part !== 'pod') {
        const target = { ...place, resource: 'k8s/core/nodes', name: item.node };
        return { code: 'resource.action', target, params: { action: item.part } };
      }
      const { namespace, name, node } = item;
      const target = { ...place, resource: 'k8s/core/pods', namespace, name };
      const params = { action: 'drain', node, ...drain.audited(parameters as never) };
      return { code: 'resource.action', target, params };
    },
    run: (run) => runs.turn(run as DrainTurn),
  };
}
