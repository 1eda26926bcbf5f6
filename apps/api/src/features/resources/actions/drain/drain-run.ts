import type { Node } from '@pilothouse/kinds';
import {
  getObject,
  judgePod,
  NodePods,
  podsOfNode,
  readDaemonSets,
  removePod,
  untilAnswered,
  type ClusterConnection,
  type KubernetesObject,
  type Patience,
  type RemoveStep,
} from '@pilothouse/kube';
import { AppError } from '../../../../http/app-error.ts';
import { toAppError } from '../../../../http/error-handler.ts';
import { OperationCancelled } from '../../../../operations/lease-keeper.ts';
import type {
  ChildEnd,
  ItemOutcome,
  ItemRun,
  NewItem,
  Params,
} from '../../../../operations/operation-handler.ts';
import { servedKind, type FindCluster, type ServedKind } from '../../resource-cluster.ts';
import type { Writer } from '../../writer.ts';
import { act, subjectOf } from '../act.ts';
import type { DrainInput, DrainItem, PartOf } from './drain-items.ts';
import { evictionOf } from './eviction-of.ts';
import { HeldBack } from './held-back.ts';
import { paramsOf, podItem } from './judged-pods.ts';

export type DrainTurn = ItemRun<DrainInput, DrainItem>;
type TurnOf<Part extends DrainItem['part']> = DrainTurn & { item: PartOf<Part> };

/** What the pods of a node have in common while it is drained. */
interface NodeAtWork {
  connection: ClusterConnection;
  present: NodePods;
  eviction: 'v1' | 'v1beta1' | null;
  deadline: number | null;
  /** Pods that were evicted or are on their way. */
  gone: number;
  terminating: number;
  held: HeldBack;
}

/** Nodes cordoned at once. */
const cordonedAtOnce = 10;
/** Pods that are named where it is said what is left. */
const mostNamed = 5;

/** The turns of a drain’s items. Whatever was done before can be seen in the cluster, so that each may be repeated. */
export class DrainRun {
  readonly #find: FindCluster;
  readonly #writer: Writer;
  readonly #atWork = new Map<string, NodeAtWork>();

  constructor(find: FindCluster, writer: Writer) {
    this.#find = find;
    this.#writer = writer;
  }

  turn(run: DrainTurn): Promise<ItemOutcome> {
    switch (run.item.part) {
      case 'cordonAll':
        return this.#cordonAll(run as TurnOf<'cordonAll'>);
      case 'node':
        return this.#node(run as TurnOf<'node'>);
      case 'pod':
        return this.#pod(run as TurnOf<'pod'>);
      default:
        return this.#setSchedulable(run as TurnOf<'cordon' | 'uncordon'>);
    }
  }

  /** All nodes before the first pod; one that cannot be cordoned is not drained, where kubectl goes on. */
  async #cordonAll(run: TurnOf<'cordonAll'>): Promise<ItemOutcome> {
    const { nodes } = run.item;
    const parts = nodes.map((each) => cordonPart(each));
    const ends = await run.children(parts, { concurrency: cordonedAtOnce });
    const failures = new Map(ends.filter(({ state }) => state === 'failed').map((end) => [end.target, end]));
    const stops = run.operation.input.parameters.stopAtFailure && failures.size > 0;
    await run.add(
      nodes.map(({ node, uid }): NewItem<PartOf<'node'>> => {
        const item = { target: node, input: { part: 'node' as const, node, uid } };
        const failure = failures.get(node);
        if (failure !== undefined) return { ...item, ended: { state: 'failed', ...cordonFailure(failure) } };
        return stops ? { ...item, ended: { state: 'skipped', code: 'earlierStepFailed' } } : item;
      }),
    );
    return {
      state: 'succeeded',
      code: 'cordoned',
      params: { nodes: nodes.length - failures.size, failed: failures.size },
    };
  }

  async #setSchedulable(run: TurnOf<'cordon' | 'uncordon'>): Promise<ItemOutcome> {
    const { operation, item, auditId, signal } = run;
    const { userId, username } = operation.actor;
    if (userId === null) throw new Error('Only users drain');
    const kind = await this.#kind(run);
    const subject = subjectOf(kind, { name: item.node, uid: item.uid }, signal);
    const user = { userId, username };
    const { reason } = operation.input.parameters;
    // from the first attempt on, whoever goes on with it
    const resolved = { at: (run.begunAt ?? new Date()).toISOString() };
    const parameters = item.part === 'cordon' ? { reason } : {};
    const call = { parameters, resolved, dryRun: false, auditId, user };
    const { alreadySo } = await act(item.part, subject, call, this.#writer);
    if (alreadySo) return { state: 'skipped', code: 'alreadySo' };
    return { state: 'succeeded', code: 'done', clusterStatus: 200 };
  }

  async #node(run: TurnOf<'node'>): Promise<ItemOutcome> {
    const { operation, item, begunAt, signal } = run;
    const { timeout, disableEviction } = operation.input.parameters;
    const { cluster } = await this.#kind(run);
    const { connection } = cluster;
    const at: NodeAtWork = {
      connection,
      present: new NodePods(connection, item.node),
      eviction: disableEviction ? null : evictionOf(await cluster.discovery.get()),
      // from the first attempt on, whoever goes on with it
      deadline: timeout === 0 ? null : (begunAt ?? new Date()).getTime() + timeout * 1000,
      gone: 0,
      terminating: 0,
      held: new HeldBack((pods) => run.step(pods === 0 ? 'noneHeldBack' : 'podsHeldBack', { pods })),
    };
    const key = keyOf(run);
    this.#atWork.set(key, at);
    try {
      // what an earlier attempt said may be true no more
      if (begunAt !== null) await run.step('noneHeldBack');
      await run.wait(at.present.start(signal));
      await this.#ensureCordoned(run, at);
      return await this.#drain(run, at);
    } catch (error) {
      if (!isCancelled(signal)) throw error;
      const params = { node: item.node, gone: at.gone, terminating: at.terminating };
      return { state: 'cancelled', code: 'drainCancelled', params };
    } finally {
      this.#atWork.delete(key);
      at.present.stop();
    }
  }

  /** It is, unless this is a retry, or somebody uncordoned it meanwhile. */
  async #ensureCordoned(run: TurnOf<'node'>, at: NodeAtWork): Promise<void> {
    const { node, uid } = run.item;
    const ref = { group: '', version: 'v1', plural: 'nodes', name: node };
    const { signal } = run;
    const get = () => getObject<Node & KubernetesObject>(at.connection, ref, { signal });
    const found = await run.wait(patiently(run, at)(get)).catch((error: unknown) => {
      // its pods go without it
      if (toAppError(error).code === 'clusterNotFound') return null;
      throw error;
    });
    if (found === null) return;
    if (found.metadata.uid !== uid) throw new AppError('changedMeanwhile', { what: node });
    if (found.spec?.unschedulable === true) return;
    const ends = await run.children([cordonPart({ node, uid })]);
    const failure = ends.find(({ target, state }) => target === node && state === 'failed');
    if (failure !== undefined) {
      const { params } = cordonFailure(failure);
      throw new AppError('cordonFailed', params);
    }
  }

  async #drain(run: TurnOf<'node'>, at: NodeAtWork): Promise<ItemOutcome> {
    const { operation, item, signal } = run;
    const { parameters } = operation.input;
    const { node } = item;
    const { podSelector, uncordonAtEnd } = parameters;
    const ask = patiently(run, at);
    const pods = await run.wait(ask(() => podsOfNode(at.connection, node, { podSelector, signal })));
    const daemonSet = await run.wait(readDaemonSets(at.connection, pods, { signal, ask }));
    const judged = pods.map(({ metadata: { namespace = '', name, uid }, ...rest }, index) => ({
      pod: { namespace, name, uid },
      verdict: judgePod(pods[index] ?? rest, parameters, daemonSet),
    }));
    const refused = judged.filter(({ verdict }) => verdict.outcome === 'refuse').length;
    // nothing of it is evicted then, and each blocker is told
    const told = refused === 0 ? judged : judged.filter(({ verdict }) => verdict.outcome !== 'evict');
    const ends = await run.children(told.map(({ pod, verdict }) => podItem(node, pod, verdict)));
    if (refused > 0) throw new AppError('drainRefused', { node, pods: refused });
    const ofPods = ends.filter(({ target }) => target !== node);
    const failed = ofPods.filter(({ state }) => state === 'failed').length;
    const left = await this.#left(run, at);
    if (failed > 0) throw new AppError('drainIncomplete', { node, failed, pods: ofPods.length, left });
    if (uncordonAtEnd)
      await run.children([{ target: node, input: { part: 'uncordon', node, uid: item.uid } }]);
    const evicted = ofPods.filter(({ state }) => state === 'succeeded').length;
    const code = left === '' ? 'drained' : 'drainedWithPods';
    return { state: 'succeeded', code, params: { node, evicted, stayed: ofPods.length - evicted, left } };
  }

  /** What is on the node at the end but for what stays by right: pods that came back, or that nobody looked at. */
  async #left(run: TurnOf<'node'>, at: NodeAtWork): Promise<string> {
    const { operation, item, signal } = run;
    const all = {
      ...operation.input.parameters,
      ignoreDaemonSets: true,
      force: true,
      deleteEmptyDirData: true,
    };
    const list = () => podsOfNode(at.connection, item.node, { signal });
    const pods = await run.wait(patiently(run, at)(list));
    const left = pods.filter((pod) => judgePod(pod, all, () => 'there').outcome === 'evict');
    const names = left.slice(0, mostNamed).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    return left.length > mostNamed ? `${names.join(', ')}, … (${left.length})` : names.join(', ');
  }

  async #pod(run: TurnOf<'pod'>): Promise<ItemOutcome> {
    const { operation, item, begunAt, auditId, signal } = run;
    const { gracePeriod, skipWaitForDeleteTimeout } = operation.input.parameters;
    const at = this.#atWork.get(keyOf(run));
    if (at === undefined) throw new Error('A pod has its turn within its node’s');
    const params = paramsOf(item);
    const seen = { isAccepted: false, last: { attempts: 0, message: '' } };
    const removal = removePod({
      connection: at.connection,
      present: at.present,
      pod: item,
      options: {
        eviction: at.eviction,
        gracePeriodSeconds: gracePeriod < 0 ? undefined : gracePeriod,
        skipWaitForDeleteTimeout,
        deadline: at.deadline,
      },
      isRepeat: begunAt !== null,
      auditId,
      signal,
      onAccepted: () => {
        seen.isAccepted = true;
      },
      async onStep(step) {
        const said = stepOf(step);
        if ('attempt' in said.params) {
          const { attempt, message } = said.params;
          seen.last = { attempts: Number(attempt), message: String(message) };
        }
        await run.step(said.code, { ...params, ...said.params });
        await at.held.note(item.uid, said.code.startsWith('heldBack'));
      },
    });
    try {
      const end = await run.wait(removal);
      await at.held.note(item.uid, false);
      if (end === 'neverAccepted') throw new AppError('evictionTimedOut', { ...params, ...seen.last });
      if (end === 'neverGone') throw new AppError('terminationTimedOut', params);
      if (end === 'waitSkipped') return { state: 'skipped', code: 'terminatingStays', params };
      at.gone += 1;
      const code = seen.isAccepted ? (at.eviction === null ? 'podDeleted' : 'podEvicted') : 'podGone';
      return {
        state: 'succeeded',
        code,
        params,
        ...(seen.isAccepted && { clusterStatus: at.eviction === null ? 200 : 201 }),
      };
    } catch (error) {
      if (!isCancelled(signal)) throw withPod(error, params);
      // a call that is under way is not cut short
      await removal.catch(() => undefined);
      if (seen.isAccepted) at.terminating += 1;
      return { state: 'cancelled', code: seen.isAccepted ? 'stillTerminating' : 'notEvicted', params };
    }
  }

  /** The kind as the operation’s cluster serves it: one registered again under the same name is another cluster. */
  #kind({ operation: { cluster, input } }: Pick<DrainTurn, 'operation'>): Promise<ServedKind> {
    const same: FindCluster = (name) => {
      const found = this.#find(name);
      return found?.id === cluster?.id ? found : undefined;
    };
    return servedKind(same, { ...input, cluster: cluster?.name ?? '' });
  }
}

/** Where kubectl gives a node up because the cluster does not answer for a moment, it is asked again. */
function patiently(run: TurnOf<'node'>, { connection, deadline }: NodeAtWork) {
  // of a cluster that was taken away nothing is heard any more
  const signal = AbortSignal.any([run.signal, connection.closed]);
  const onAway: Patience['onAway'] = ({ attempt, retryMs, error }) =>
    run.step('clusterAway', { attempt, seconds: retryMs / 1000, message: error.message });
  return <T>(call: () => Promise<T>): Promise<T> => untilAnswered(call, { signal, deadline, onAway });
}

function keyOf({ operation, item }: { operation: { id: string }; item: { node: string } }): string {
  return `${operation.id}/${item.node}`;
}

function cordonPart({ node, uid }: { node: string; uid: string }): NewItem<PartOf<'cordon'>> {
  return { target: node, input: { part: 'cordon', node, uid } };
}

function cordonFailure({ target, result }: ChildEnd): { code: 'cordonFailed'; params: Params } {
  const message = String(result.params['message'] ?? result.code);
  return { code: 'cordonFailed', params: { node: target, message } };
}

function isCancelled(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason instanceof OperationCancelled;
}

/** The cluster’s refusal, with the pod it is about. */
function withPod(error: unknown, params: Params): unknown {
  const known = toAppError(error);
  if (known.code === 'internal') return error;
  return new AppError(known.code, { ...params, ...known.params }, known.field, {
    ...known.details,
    cause: error,
  });
}

/** Where a pod is, in words of `operationStep`. */
function stepOf(step: RemoveStep): { code: string; params: Params } {
  if (step.code === 'terminating')
    return { code: 'podTerminating', params: step.since === null ? {} : { since: step.since } };
  const attempt = { attempt: step.attempt, seconds: step.retryMs / 1000 };
  if (step.code === 'unreachable')
    return { code: 'clusterAway', params: { ...attempt, message: step.error.message } };
  if (step.code === 'namespaceTerminating')
    return { code: 'namespaceTerminating', params: { ...attempt, message: step.message } };
  const { budget, needs, has, message } = step.by;
  if (budget === null || needs === null || has === null)
    return { code: 'heldBack', params: { ...attempt, message } };
  return { code: 'heldBackByBudget', params: { ...attempt, budget, needs, has, message } };
}
