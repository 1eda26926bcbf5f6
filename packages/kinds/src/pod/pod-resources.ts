import { parseQuantity, type Quantity } from '../quantity.ts';
import type { Container, Pod } from '../wire/core.ts';
import { isSidecar } from './containers.ts';

type Amounts = Map<string, Quantity>;
type Wire = Record<string, string> | undefined;
type Side = 'requests' | 'limits';

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

/**
 * Regular containers run together; an init container runs alone but for the sidecars started before it; sidecars run
 * on beside the regular ones. The pod needs the most of any moment.
 */
function aggregate(pod: Pod, side: Side): Amounts {
  const ofContainer = (container: Container): Amounts => read(container.resources?.[side] as Wire);
  const total: Amounts = new Map();
  for (const container of pod.spec?.containers ?? []) add(total, ofContainer(container));
  const sidecars: Amounts = new Map();
  const starting: Amounts = new Map();
  for (const container of pod.spec?.initContainers ?? []) {
    const own = ofContainer(container);
    if (isSidecar(container)) {
      add(total, own);
      add(sidecars, own);
      raise(starting, sidecars);
    } else {
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
 * What a pod reserves, as `kubectl describe node` adds it up
 * (`component-helpers/resource.PodRequests` without the status' resources), by resource name.
 */
export function podRequests(pod: Pod): ReadonlyMap<string, Quantity> {
  const amounts = aggregate(pod, 'requests');
  overridePodLevel(amounts, pod.spec?.resources?.requests as Wire);
  add(amounts, read(pod.spec?.overhead as Wire));
  return amounts;
}

/** A pod's limits (`component-helpers/resource.PodLimits`): overhead counts only where there is a limit. */
export function podLimits(pod: Pod): ReadonlyMap<string, Quantity> {
  const amounts = aggregate(pod, 'limits');
  overridePodLevel(amounts, pod.spec?.resources?.limits as Wire);
  for (const [name, overhead] of read(pod.spec?.overhead as Wire)) {
    const limit = amounts.get(name);
    if (limit !== undefined && limit !== 0n) amounts.set(name, limit + overhead);
  }
  return amounts;
}

/** Finished pods reserve nothing any more. */
export function isTerminal(phase: string | null | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}
