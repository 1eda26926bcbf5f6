import { isTolerated, podRequests, type Node, type Pod } from '@pilothouse/kinds';
import { controllerOf } from './judge-pods.ts';

/** A node that pods may go to, and what is free on it: millicores, bytes, pods; null where that is not known. */
export interface Room {
  node: Node;
  free: { cpu: number; memory: number; pods: number } | null;
}

type Requirement = { key: string; operator: string; values?: string[] };

function matches({ key, operator, values = [] }: Requirement, labels: Record<string, string>): boolean {
  const held = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'In':
      return held !== undefined && values.includes(held);
    case 'NotIn':
      return held === undefined || !values.includes(held);
    case 'Exists':
      return held !== undefined;
    case 'DoesNotExist':
      return held === undefined;
    case 'Gt':
      return Number(held) > Number(values[0]);
    case 'Lt':
      return Number(held) < Number(values[0]);
    default:
      return false;
  }
}

/** `nodeSelector` and required node affinity (`component-helpers/scheduling/corev1/nodeaffinity`). */
function isWanted({ spec }: Pod, { metadata }: Node): boolean {
  const labels = metadata?.labels ?? {};
  if (!Object.entries(spec?.nodeSelector ?? {}).every(([key, value]) => labels[key] === value)) return false;
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required === undefined) return true;
  const fields = { 'metadata.name': metadata?.name ?? '' };
  return required.nodeSelectorTerms.some(({ matchExpressions = [], matchFields = [] }) => {
    // a term that asks nothing matches nothing
    if (matchExpressions.length + matchFields.length === 0) return false;
    return (
      matchExpressions.every((each) => matches(each, labels)) &&
      matchFields.every((each) => matches(each, fields))
    );
  });
}

function isOpen(pod: Pod, node: Node): boolean {
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready');
  if (node.spec?.unschedulable === true || ready?.status !== 'True') return false;
  const keepsOut = (node.spec?.taints ?? []).filter(({ effect }) => effect !== 'PreferNoSchedule');
  return keepsOut.every((taint) => isTolerated(pod, taint)) && isWanted(pod, node);
}

/**
 * Whether pods would find a place, one after another, by what a scheduler looks at first: requests, taints, selector and
 * node affinity. A hint: volumes, ports, spreading and the affinity to other pods are not looked at.
 */
export class Rooms {
  readonly #rooms: Room[];
  /** Pods of one controller ask for the same. */
  readonly #openTo = new Map<string, Room[]>();

  constructor(rooms: readonly Room[]) {
    this.#rooms = rooms.map(({ node, free }) => ({ node, free: free && { ...free } }));
  }

  /** Takes the place of the first that has room for the pod's successor; false where none has. */
  place(pod: Pod): boolean {
    const requests = podRequests(pod);
    const cpu = Number(requests.get('cpu') ?? 0n) / 1e6;
    const memory = Number(requests.get('memory') ?? 0n) / 1e9;
    const room = this.#open(pod).find(
      ({ free }) => free === null || (free.cpu >= cpu && free.memory >= memory && free.pods >= 1),
    );
    if (room === undefined) return false;
    if (room.free !== null) {
      room.free.cpu -= cpu;
      room.free.memory -= memory;
      room.free.pods -= 1;
    }
    return true;
  }

  #open(pod: Pod): Room[] {
    const key = controllerOf(pod)?.uid ?? pod.metadata?.uid ?? '';
    const known = this.#openTo.get(key);
    if (known !== undefined) return known;
    const open = this.#rooms.filter(({ node }) => isOpen(pod, node));
    this.#openTo.set(key, open);
    return open;
  }
}
