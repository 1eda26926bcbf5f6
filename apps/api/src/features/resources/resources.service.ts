import { resourceEndpoints, type InputOf, type OutputOf } from '@pilothouse/contract';
import { getObject } from '@pilothouse/kube';
import type { Operations } from '../../operations/operations.ts';
import type { OperationActor } from '../../operations/operation-handler.ts';
import {
  act,
  checkAction,
  remove,
  type ActionOutcome,
  type ActionRun,
  type ResourceAction,
} from './resource-actions.ts';
import { batchKinds, type BatchInput, type BatchItem } from './resource-operations.ts';
import { namespaceOf, servedKind, type FindCluster } from './resource-cluster.ts';

type Answer<K extends keyof typeof resourceEndpoints> = OutputOf<(typeof resourceEndpoints)[K]>;
type ObjectParams = InputOf<typeof resourceEndpoints.getResource>['params'];
type BatchCall = InputOf<typeof resourceEndpoints.actOnResources>;

/** Single objects of any kind: read, deleted, acted on; many of them by an operation. */
export class ResourcesService {
  readonly #find: FindCluster;
  readonly #operations: Pick<Operations, 'submit'>;

  constructor(find: FindCluster, operations: Pick<Operations, 'submit'>) {
    this.#find = find;
    this.#operations = operations;
  }

  /** Reads an object from the cluster, now. */
  async get(params: ObjectParams, signal: AbortSignal): Promise<Answer<'getResource'>> {
    const kind = await servedKind(this.#find, params);
    const namespace = namespaceOf(kind, params.namespace);
    const { group, version, plural } = kind.resource;
    const ref = { group, version, plural, name: params.name, ...(namespace !== undefined && { namespace }) };
    const object = await getObject<Answer<'getResource'>['object']>(kind.cluster.connection, ref, { signal });
    // lists leave these out of their items, single objects have them; a hostile server may not
    return {
      object: { ...object, apiVersion: apiVersionOf(kind.resource), kind: kind.resource.kind },
      state: 'live',
    };
  }

  /** Deletes an object of any kind; what the page offers for a kind is the page's matter. */
  async delete(
    params: ObjectParams,
    options: Pick<ActionRun, 'auditId' | 'uid' | 'gracePeriodSeconds'>,
  ): Promise<ActionOutcome> {
    const kind = await servedKind(this.#find, params);
    return remove({ kind, namespace: params.namespace, name: params.name, ...options });
  }

  async act(
    action: ResourceAction,
    params: ObjectParams,
    options: Pick<ActionRun, 'auditId' | 'uid' | 'gracePeriodSeconds'>,
  ): Promise<ActionOutcome> {
    const kind = await servedKind(this.#find, params);
    return act(action, { kind, namespace: params.namespace, name: params.name, ...options });
  }

  /** Submits an action on many objects; the operation goes on whatever becomes of the caller. */
  async actOnMany({ params, body }: BatchCall, actor: OperationActor): Promise<string> {
    const kind = await servedKind(this.#find, params);
    checkAction(kind, params.action);
    for (const target of body.targets) namespaceOf(kind, target.namespace ?? '_');
    const { group, plural, action } = params;
    const { id, name } = kind.cluster;
    return this.#operations.submit<BatchInput, BatchItem>({
      kind: batchKinds[action],
      input: { group, plural, action, parameters: body.parameters },
      items: body.targets.map((target) => ({
        target: target.namespace === undefined ? target.name : `${target.namespace}/${target.name}`,
        input: target,
      })),
      actor,
      cluster: { id, name },
    });
  }
}

function apiVersionOf({ group, version }: { group: string; version: string }): string {
  return group === '' ? version : `${group}/${version}`;
}
