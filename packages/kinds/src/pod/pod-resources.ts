import { parseQuantity, type Quantity } from '../quantity.ts';
import type { Container, Pod } from '../wire/core.ts';
import { isSidecar } from './containers.ts';

type Amounts = Map<string, Quantity>;
type Wire = Record<string, string> | undefined;
type Side = 'requests' | 'limits';

/**
 * `kubectl describe node` adds the node's totals up from the pods' specs; its rows of pods also count what a resize
 * under way has given so far (`UseStatusResources`).
 */
type Counting = 'spec' | 'status';

function read(wire: Wire): Amounts {
  return new Map(Object.entries(wire ?? {}).map(([name, text]) => [name, parseQuantity(text)]));
}

function add(to: Amounts, more: Amounts): void {
  for (const [name, quantity] of more) to.set(name, (to.get(name) ?? 0n) + quantity);
}

function raise(to: Amounts, least: Amounts): void {
  for (const [name, quantity] of least) {
    const present = to.get(name);
    if (present === undefined || quantity > present) to.set(name, quantity);
  }
}

/** `IsPodResizeInfeasible`: the first condition of its type decides. */
function isResizeInfeasible(pod: Pod): boolean {
  return pod.status?.conditions?.find(({ type }) => type === 'PodResizePending')?.reason === 'Infeasible';
}

type OfContainer = (container: Container) => Amounts;

function specified(side: Side): OfContainer {
  return (container) => read(container.resources?.[side] as Wire);
}

/** `determineEffectiveRequests`, `determineEffectiveLimits`: the most of what is wished for, given and set aside. */
function effective(pod: Pod, side: Side): OfContainer {
  const statuses = new Map(
    [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])].map((status) => [
      status.name,
      status,
    ]),
  );
  const isInfeasible = isResizeInfeasible(pod);
  return (container) => {
    const { resources, allocatedResources } = statuses.get(container.name) ?? {};
    const wished = specified(side)(container);
    if (!resources) return wished;
    const amounts: Amounts = isInfeasible ? new Map() : wished;
    raise(amounts, read(resources[side] as Wire));
    if (side === 'requests') raise(amounts, read(allocatedResources as Wire));
    return amounts;
  };
}

/**
 * Regular containers run together; an init container runs alone but for the sidecars started before it; sidecars run
 * on beside the regular ones. The pod needs the most of any moment.
 */
function aggregate(pod: Pod, side: Side, counting: Counting): Amounts {
  const asSpecified = specified(side);
  const ofContainer = counting === 'spec' ? asSpecified : effective(pod, side);
  const total: Amounts = new Map();
  for (const container of pod.spec?.containers ?? []) add(total, ofContainer(container));
  const sidecars: Amounts = new Map();
  const starting: Amounts = new Map();
  for (const container of pod.spec?.initContainers ?? []) {
    if (isSidecar(container)) {
      const own = ofContainer(container);
      add(total, own);
      add(sidecars, own);
      raise(starting, sidecars);
    } else {
      const own = asSpecified(container);
      add(own, sidecars);
      raise(starting, own);
    }
  }
  raise(total, starting);
  return total;
}

/** Pod-level resources exist for these only. */
function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
}

function overridePodLevel(amounts: Amounts, wire: Wire): void {
  for (const [name, quantity] of read(wire)) if (isPodLevelResource(name)) amounts.set(name, quantity);
}

/**
 * What a pod reserves, by resource name (`component-helpers/resource.PodRequests`, as `kubectl describe node` calls
 * it: pod-level resources are those of the spec).
 */
export function podRequests(pod: Pod, counting: Counting = 'spec'): ReadonlyMap<string, Quantity> {
  const amounts = aggregate(pod, 'requests', counting);
  overridePodLevel(amounts, pod.spec?.resources?.requests as Wire);
  add(amounts, read(pod.spec?.overhead as Wire));
  return amounts;
}

/** A pod's limits (`component-helpers/resource.PodLimits`): overhead counts only where there is a limit. */
export function podLimits(pod: Pod, counting: Counting = 'spec'): ReadonlyMap<string, Quantity> {
  const amounts = aggregate(pod, 'limits', counting);
  overridePodLevel(amounts, pod.spec?.resources?.limits as Wire);
  for (const [name, overhead] of read(pod.spec?.overhead as Wire)) {
    const limit = amounts.get(name);
    if (limit !== undefined && limit !== 0n) amounts.set(name, limit + overhead);
  }
  return amounts;
}

function repeats(wire: Wire, of: Wire): boolean {
  return Object.entries(wire ?? {}).every(([name, text]) => of?.[name] === text);
}

/** Whether the containers' status says nothing about resources that the spec does not say: no resize under way. */
export function isAsSpecified(pod: Pod): boolean {
  const { containerStatuses = [], initContainerStatuses = [], conditions = [] } = pod.status ?? {};
  if (conditions.some(({ type }) => type === 'PodResizePending')) return false;
  const specs = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  return [...containerStatuses, ...initContainerStatuses].every(({ name, resources, allocatedResources }) => {
    if (!resources) return true;
    const { requests, limits } = specs.find((each) => each.name === name)?.resources ?? {};
    return (
      repeats(resources.requests as Wire, requests as Wire) &&
      repeats(resources.limits as Wire, limits as Wire) &&
      repeats(allocatedResources as Wire, requests as Wire)
    );
  });
}

/** How far a resize is, as the pod's conditions have it: why it waits (`Deferred`, `Infeasible`), or that it runs. */
export function resizeState(pod: Pod): string | null {
  const conditions = pod.status?.conditions ?? [];
  const pending = conditions.find(({ type, status }) => type === 'PodResizePending' && status === 'True');
  if (pending !== undefined) return pending.reason || 'Pending';
  const running = conditions.find(({ type, status }) => type === 'PodResizeInProgress' && status === 'True');
  return running === undefined ? null : running.reason || 'InProgress';
}

/** Finished pods reserve nothing any more. */
export function isTerminal(phase: string | null | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}
