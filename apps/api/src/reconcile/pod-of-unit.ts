import type { PodOfUnit } from '@pilothouse/contract';
import { containersOf, pods, podWhy, portsOf, rowOf, type Event, type Pod } from '@pilothouse/kinds';

/** As a list of Pods has it, with what its page needs to open a log, and why it does not run. `events` may be any. */
export function podOfUnit(pod: Pod, events: readonly Event[] = []): PodOfUnit {
  const containers = containersOf(pod).map(({ name }) => name);
  return { ...rowOf(pods, pod), containers, ports: portsOf(pod), why: podWhy(pod, events) };
}
